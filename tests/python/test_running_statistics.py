"""Running statistics are PyTorch's in every dtype and layout, and their update is seen by all who follow tensors."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torchactiv.functional
from torch.fx.experimental.proxy_tensor import make_fx
from torch.utils._python_dispatch import TorchDispatchMode

channels, momentum = 5, 0.3


def running(dtype: torch.dtype = torch.float32) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(1)
    return torch.randn(channels, dtype=dtype), torch.rand(channels, dtype=dtype) + 0.5


def data(seed: int = 0, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    torch.manual_seed(seed)
    return (torch.randn(4, channels, 3) * 2 + 1).to(dtype)


def train(input: torch.Tensor, mean: torch.Tensor, var: torch.Tensor) -> torch.Tensor:
    return torchactiv.functional.batch_norm_act(input, mean, var, training=True, momentum=momentum)


def expected(input: torch.Tensor, mean: torch.Tensor, var: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    mean, var = mean.double(), var.double()
    torch.nn.functional.batch_norm(input.double(), mean, var, training=True, momentum=momentum)
    return mean, var


def strided(tensor: torch.Tensor) -> torch.Tensor:
    return torch.stack([tensor, tensor], dim=1)[:, 0]


@pytest.mark.parametrize("layout", [torch.Tensor.contiguous, strided])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16])
def test_averages_are_those_of_pytorch(dtype: torch.dtype, layout: Callable[[torch.Tensor], torch.Tensor]) -> None:
    mean, var = (layout(values) for values in running(dtype))
    input = data(dtype=dtype)
    wanted = expected(input, mean, var)
    train(input, mean, var)
    tolerance = 4 * torch.finfo(dtype).eps  # of 16 bits both terms are rounded, and their sum
    for found, exact in zip((mean, var), wanted, strict=True):
        torch.testing.assert_close(found.double(), exact, rtol=tolerance, atol=tolerance)


def test_instance_norm_averages_are_those_of_pytorch() -> None:
    mean, var = running()
    wanted = tuple(values.clone() for values in (mean, var))
    torch.nn.functional.instance_norm(data(), *wanted, use_input_stats=True, momentum=momentum)
    torchactiv.functional.instance_norm_act(data(), mean, var, use_input_stats=True, momentum=momentum)
    torch.testing.assert_close((mean, var), wanted)


def test_an_update_counts_as_one_of_both() -> None:
    mean, var = running()
    versions = mean._version, var._version
    train(data(), mean, var)
    assert mean._version > versions[0] and var._version > versions[1]


def test_what_backward_has_kept_of_them_may_not_be_updated() -> None:
    mean, var = running()
    input = data().requires_grad_()
    output = torchactiv.functional.batch_norm_act(input, mean, var, training=False)
    train(data(), mean, var)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        output.sum().backward()


@pytest.mark.parametrize("record", ["make_fx", "jit.trace"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_recorded_call_updates_them_when_it_runs(record: str) -> None:
    example = (data(), *running())
    recorded = make_fx(train)(*example) if record == "make_fx" else torch.jit.trace(train, example, check_trace=False)
    mean, var = running()
    wanted = expected(data(2), mean, var)
    recorded(data(2), mean, var)
    torch.testing.assert_close((mean.double(), var.double()), wanted, rtol=1e-5, atol=1e-6)


def test_a_dispatch_mode_sees_the_update() -> None:
    class Written(TorchDispatchMode):
        def __init__(self) -> None:
            super().__init__()
            self.tensors: list[torch.Tensor] = []

        def __torch_dispatch__(self, operator: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            if operator._schema.is_mutable:
                self.tensors.append(args[0])
            return operator(*args, **(kwargs or {}))

    mean, var = running()
    with Written() as written:
        train(data(), mean, var)
    assert {id(tensor) for tensor in written.tensors} >= {id(mean), id(var)}


def test_inference_tensors_are_updated_in_inference_mode_only() -> None:
    with torch.inference_mode():
        mean, var = running()
        wanted = expected(data(), mean, var)
        train(data(), mean, var)
    torch.testing.assert_close((mean.double(), var.double()), wanted, rtol=1e-5, atol=1e-6)
    with pytest.raises(RuntimeError, match="inference tensor"):
        train(data(), mean, var)
