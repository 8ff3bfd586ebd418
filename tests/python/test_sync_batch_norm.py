"""Two processes with a part of the batch each compute what one computes with all of it."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from operators import sample
from torch import Tensor, nn
from torchactiv.nn import ABN, BatchNormAct2d, InPlaceABN, InPlaceABNSync, PReLU, SyncBatchNormAct

PARTS = [slice(0, 2), slice(2, 5)]  # of a batch of 5
SHAPE = (5, 3, 4, 6)


def varied(module: nn.Module) -> nn.Module:
    torch.manual_seed(0)
    nn.init.normal_(module.weight, 1, 0.2)
    nn.init.normal_(module.bias)
    return module.double()


def compiled(module: nn.Module) -> nn.Module:
    module.compile(backend="aot_eager", fullgraph=True)
    return module


# What is synchronised, and what does the same with all of the batch.
KINDS: dict[str, tuple[Callable[[], nn.Module], Callable[[], nn.Module]]] = {
    "silu": (lambda: SyncBatchNormAct(3, activation="silu"), lambda: BatchNormAct2d(3, activation="silu")),
    "cumulative": (lambda: SyncBatchNormAct(3, momentum=None), lambda: BatchNormAct2d(3, momentum=None)),
    "learned": (lambda: SyncBatchNormAct(3, activation="prelu"), lambda: BatchNormAct2d(3, activation="prelu")),
    "untracked": (
        lambda: SyncBatchNormAct(3, track_running_stats=False),
        lambda: BatchNormAct2d(3, track_running_stats=False),
    ),
    "compiled": (
        lambda: compiled(SyncBatchNormAct(3, activation="silu")),
        lambda: BatchNormAct2d(3, activation="silu"),
    ),
    "memory efficient": (
        lambda: SyncBatchNormAct(3, activation="leaky_relu", memory_efficient=True),
        lambda: BatchNormAct2d(3, activation="leaky_relu"),
    ),
    "memory efficient, no inverse": (
        lambda: SyncBatchNormAct(3, activation="silu", memory_efficient=True),
        lambda: BatchNormAct2d(3, activation="silu"),
    ),
    "memory efficient, compiled": (
        lambda: compiled(SyncBatchNormAct(3, activation="elu", memory_efficient=True)),
        lambda: BatchNormAct2d(3, activation="elu"),
    ),
    "in place": (lambda: InPlaceABNSync(3), lambda: InPlaceABN(3)),
    "in place, elu": (
        lambda: InPlaceABNSync(3, activation="elu", activation_param=0.5),
        lambda: InPlaceABN(3, activation="elu", activation_param=0.5),
    ),
    "converted": (
        lambda: SyncBatchNormAct.convert_sync_batchnorm(BatchNormAct2d(3, activation="tanh", memory_efficient=True)),
        lambda: BatchNormAct2d(3, activation="tanh"),
    ),
}


def batches() -> list[Tensor]:
    return [sample(SHAPE, seed=seed) for seed in range(3)]


def steps(module: nn.Module, part: slice, with_residual: bool) -> dict[str, Any]:
    """Outputs, gradients and statistics: of two steps in training, and one in evaluation."""
    found: dict[str, Any] = {"outputs": [], "of_input": [], "of_residual": []}
    for step, batch in enumerate(batches()):
        module.train(step < 2)
        x, r = batch[part].requires_grad_(), batch[part].cos().requires_grad_()
        y = module(x * 1, r * 1) if with_residual else module(x * 1)
        found["outputs"].append(y.detach().clone())
        (y * batch[part].sin()).sum().backward()
        found["of_input"].append(x.grad)
        if with_residual:
            found["of_residual"].append(r.grad)
    found["of_parameters"] = [p.grad for p in module.parameters()]
    found["buffers"] = dict(module.named_buffers())
    return found


def kept(memory_efficient: bool) -> list[str]:
    """Which of input and output autograd keeps."""
    x, found = torch.randn(4, 3, requires_grad=True), []
    module = SyncBatchNormAct(3, activation="leaky_relu", memory_efficient=memory_efficient)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: found.append(t) or t, lambda t: t):  # type: ignore[func-returns-value]
        y = module(x)
    pointers = {t.data_ptr() for t in found}
    return [name for name, t in (("input", x), ("output", y)) if t.data_ptr() in pointers]


def gradient_in_halves(part: slice, memory_efficient: bool) -> Tensor:
    """Of an activation that saturates, which 16 bits do not tell the input of."""
    x = sample(SHAPE)[part].bfloat16().requires_grad_()
    y = SyncBatchNormAct(3, activation="elu", memory_efficient=memory_efficient)(x)
    return torch.autograd.grad(y.float().sin().sum(), x)[0]


# Of input, residual and parameters.
MIXED = {
    "input in halves": (torch.bfloat16, torch.float32, torch.float32),
    "residual in halves": (torch.float32, torch.bfloat16, torch.float32),
    "module in halves": (torch.bfloat16, torch.float32, torch.bfloat16),
    "different halves": (torch.float16, torch.bfloat16, torch.float16),
}


def with_mixed_residual(module: nn.Module, part: slice, dtypes: tuple[torch.dtype, ...]) -> list[Tensor]:
    """Output, and gradients of input, residual, weight and bias."""
    of_input, of_residual, of_parameters = dtypes
    x, r = (sample(SHAPE, seed=i)[part].to(d).requires_grad_() for i, d in enumerate((of_input, of_residual)))
    y = varied(module).to(of_parameters)(x * 1, r * 1)
    return [y.detach(), *torch.autograd.grad(y.float().sin().sum(), (x, r, module.weight, module.bias))]


def in_a_process(rank: int, folder: Path) -> None:
    dist.init_process_group("gloo", f"file://{folder}/rendezvous", rank=rank, world_size=2)
    torch.set_num_threads(1)
    found: dict[str, Any] = {}
    for name, (make, _) in KINDS.items():
        for with_residual in (False, True):
            found[f"{name}, {with_residual}"] = steps(varied(make()), PARTS[rank], with_residual)
    found["gradients in halves"] = [gradient_in_halves(PARTS[rank], flag) for flag in (False, True)]
    for name, dtypes in MIXED.items():
        for kind in (SyncBatchNormAct, InPlaceABNSync):
            found[f"{name}, {kind.__name__}"] = with_mixed_residual(kind(3), PARTS[rank], dtypes)
    found["kept"] = [kept(False), kept(True)]
    found["no elements"] = SyncBatchNormAct(3)(torch.ones(4 * rank, 3) * torch.arange(4.0 * rank)[:, None])
    found["halves"] = InPlaceABNSync(3, activation="elu")(sample(SHAPE)[PARTS[rank]].bfloat16())
    torch.save(found, folder / f"{rank}.pt")
    dist.destroy_process_group()


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("processes")
    mp.spawn(in_a_process, (folder,), nprocs=2)
    return [torch.load(folder / f"{rank}.pt", weights_only=False) for rank in range(2)]


@pytest.mark.parametrize("with_residual", [False, True], ids=["", "residual"])
@pytest.mark.parametrize("kind", KINDS)
def test_two_processes_are_as_one(found: list[dict[str, Any]], kind: str, with_residual: bool) -> None:
    whole = steps(varied(KINDS[kind][1]()), slice(None), with_residual)
    parts = [process[f"{kind}, {with_residual}"] for process in found]
    for name in ("outputs", "of_input", "of_residual"):
        for step, exact in enumerate(whole[name]):
            torch.testing.assert_close(torch.cat([part[name][step] for part in parts]), exact)
    for of_one, *of_two in zip(whole["of_parameters"], *(part["of_parameters"] for part in parts), strict=True):
        torch.testing.assert_close(sum(of_two), of_one)
    for part in parts:
        torch.testing.assert_close(part["buffers"], whole["buffers"])


def test_memory_efficient_keeps_the_output_only(found: list[dict[str, Any]]) -> None:
    for process in found:
        assert process["kept"] == [["input"], ["output"]]


def test_a_process_without_elements(found: list[dict[str, Any]]) -> None:
    assert found[0]["no elements"].shape == (0, 3)
    exact = BatchNormAct2d(3)(torch.arange(4.0).view(4, 1, 1, 1).expand(4, 3, 1, 1))[:, :, 0, 0]
    torch.testing.assert_close(found[1]["no elements"], exact)


def test_halves(found: list[dict[str, Any]]) -> None:
    exact = ABN(3, activation="elu")(sample(SHAPE).bfloat16())
    torch.testing.assert_close(torch.cat([process["halves"] for process in found]), exact)


def test_gradients_in_halves(found: list[dict[str, Any]]) -> None:
    for process in found:
        torch.testing.assert_close(*process["gradients in halves"], rtol=0, atol=0)


@pytest.mark.parametrize("in_place", [False, True], ids=["", "in place"])
@pytest.mark.parametrize("name", MIXED)
def test_a_residual_of_another_precision(found: list[dict[str, Any]], name: str, in_place: bool) -> None:
    """The result has the dtype that it has in one process."""
    kinds: tuple[type[nn.Module], type[nn.Module]] = (
        (InPlaceABNSync, InPlaceABN) if in_place else (SyncBatchNormAct, BatchNormAct2d)
    )
    whole = with_mixed_residual(kinds[1](3), slice(None), MIXED[name])
    first, second = (process[f"{name}, {kinds[0].__name__}"] for process in found)
    joined = [torch.cat([a, b]) if a.dim() > 1 else a + b for a, b in zip(first, second, strict=True)]
    assert [t.dtype for t in joined] == [t.dtype for t in whole]
    for mine, exact in zip(joined, whole, strict=True):
        tolerance = {torch.float32: 1e-5, torch.bfloat16: 5e-2, torch.float16: 1e-2}[exact.dtype]
        torch.testing.assert_close(mine, exact, rtol=tolerance, atol=tolerance)


def test_one_process() -> None:
    x = sample(SHAPE).float()
    torch.testing.assert_close(SyncBatchNormAct(3)(x), BatchNormAct2d(3)(x))
    torch.testing.assert_close(InPlaceABNSync(3)(x.clone()), InPlaceABN(3)(x.clone()))


def test_conversion() -> None:
    network = nn.Sequential(
        nn.Conv2d(3, 4, 1),
        nn.BatchNorm2d(4, momentum=0.3),
        nn.Sequential(BatchNormAct2d(4, activation="leaky_relu", negative_slope=0.2), InPlaceABN(4, activation="elu")),
        BatchNormAct2d(4, activation="prelu", memory_efficient=True),
        nn.LayerNorm(4),
        nn.SyncBatchNorm(4, momentum=0.3, affine=False),
    ).eval()
    before = copy.deepcopy(network)
    converted = SyncBatchNormAct.convert_sync_batchnorm(network)
    assert converted is network
    kinds = [type(module) for module in network.modules()]
    assert kinds.count(SyncBatchNormAct) == 4
    assert kinds.count(InPlaceABNSync) == 1
    assert kinds.count(PReLU) == 1
    synchronised = [module for module in network.modules() if isinstance(module, SyncBatchNormAct)]
    assert [module.memory_efficient for module in synchronised] == [False, False, True, False]
    assert not any(module.training for module in network.modules())
    torch.testing.assert_close(dict(network.state_dict()), dict(before.state_dict()))
    x = torch.randn(2, 3, 4, 4)
    torch.testing.assert_close(network(x), before(x))
    assert SyncBatchNormAct.convert_sync_batchnorm(network)[1] is network[1]


def test_a_normalisation_that_stands_twice_is_converted_once() -> None:
    norm = nn.BatchNorm1d(4)
    converted = SyncBatchNormAct.convert_sync_batchnorm(nn.Sequential(norm, nn.ReLU(), norm, nn.Sequential(norm)))
    assert isinstance(converted[0], SyncBatchNormAct)
    assert converted[0] is converted[2] is converted[3][0]


def test_conversion_of_pytorch_s_synchronised_norm() -> None:
    """It keeps the processes that it had, if it had some."""
    for own, expected in (("few", "few"), (None, "others")):
        norm = nn.SyncBatchNorm(4, momentum=0.3, process_group=own)
        converted = SyncBatchNormAct.convert_sync_batchnorm(nn.Sequential(norm), "others")[0]
        assert isinstance(converted, SyncBatchNormAct)
        assert (converted.process_group, converted.momentum, converted.activation) == (expected, 0.3, "identity")
        for name in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked"):
            assert getattr(converted, name) is getattr(norm, name)


@pytest.mark.usefixtures("fresh_compiler")
def test_compiled_in_one_process() -> None:
    module = SyncBatchNormAct(3, activation="silu").eval()
    x = torch.randn(4, 3, 5)
    torch.testing.assert_close(torch.compile(module)(x), module(x))
