"""Tensors that are sharded over two processes have the results and gradients of the whole, sharded as they are."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from operators import sample
from torch import Tensor
from torchactiv import functional

SHAPE, CHANNELS = (4, 6, 8), (6,)
ALONG = [0, 1, 2, None]  # None: not sharded

# Functions, the shapes of what they take besides the data, and the dimension that cannot be sharded.
CASES: dict[str, tuple[Callable[..., Tensor], tuple[tuple[int, ...], ...], int | None]] = {
    "relu": (functional.relu, (), None),
    "relu in place": (lambda x: functional.relu(x * 1, inplace=True), (), None),
    "gelu": (functional.gelu, (), None),
    "leaky_relu": (lambda x: functional.leaky_relu(x, 0.2), (), None),
    "rrelu": (functional.rrelu, (), None),
    "swiglu": (functional.swiglu, (SHAPE,), None),
    "gated": (lambda gate, up: functional.gated(gate, up, "mish"), (SHAPE,), None),
    "glu": (functional.glu, (), 2),
    "swiglu_packed": (lambda x: functional.swiglu_packed(x, dim=1), (), 1),
    "prelu": (functional.prelu, (CHANNELS,), None),
    "swish of channels": (functional.swish, (CHANNELS,), None),
    "swish": (functional.swish, ((1,),), None),
    "bias_act": (functional.bias_act, ((8,),), None),
    "taaf": (functional.taaf, (CHANNELS,) * 4, None),
}


def whole(function: Callable[..., Tensor], inputs: list[Tensor], gradient: Tensor) -> list[Tensor]:
    """The result, its gradients, and second ones."""
    result = function(*inputs)
    gradients = torch.autograd.grad(result, inputs, gradient, create_graph=True)
    found = [result, *gradients]
    if gradients[0].requires_grad:
        second = torch.autograd.grad((gradients[0] ** 2).sum(), inputs, allow_unused=True)
        found += [tensor for tensor in second if tensor is not None]
    return found


def compare(rank: int, store: str) -> None:
    torch.set_num_threads(1)
    dist.init_process_group("gloo", store=dist.FileStore(store, 2), rank=rank, world_size=2)
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.tensor import Replicate, Shard, distribute_tensor

    mesh = init_device_mesh("cpu", (2,))

    def sharded(tensor: Tensor, dim: int | None) -> Any:
        """Along that dimension where it has all of the data's, and whole else."""
        placement = Shard(dim) if dim is not None and tensor.shape == SHAPE else Replicate()
        return distribute_tensor(tensor.detach(), mesh, [placement]).requires_grad_()

    for name, (function, shapes, undivided) in CASES.items():
        shapes_of_all = (SHAPE, *shapes)
        inputs = [sample(shape, seed=i).requires_grad_() for i, shape in enumerate(shapes_of_all)]
        gradient = sample(function(*inputs).shape, seed=9)
        expected = whole(function, inputs, gradient)
        for dim in ALONG:
            of_result = dim if dim != undivided else None
            place = [Shard(of_result) if of_result is not None else Replicate()]
            found = whole(function, [sharded(x, dim) for x in inputs], distribute_tensor(gradient, mesh, place))
            assert list(found[0].placements) == list(found[1].placements) == place, (name, dim)
            for mine, theirs in zip(found, expected, strict=True):
                torch.testing.assert_close(mine.full_tensor(), theirs, rtol=1e-12, atol=1e-13, msg=f"{name}, {dim}")

    coefficients = sample((2, 6), seed=3)
    data = sample(SHAPE)
    result = functional.apl(sharded(data, 0), sharded(coefficients, None), sharded(coefficients, None))
    assert torch.equal(result.full_tensor(), functional.apl(data, coefficients, coefficients))
    dist.destroy_process_group()


@pytest.mark.skipif(not dist.is_gloo_available(), reason="this PyTorch has no gloo")
def test_shards_are_computed_where_they_are(tmp_path: Path) -> None:
    mp.spawn(compare, args=(str(tmp_path / "store"),), nprocs=2)  # type: ignore[no-untyped-call]
