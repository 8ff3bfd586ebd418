"""Plain numbers that are NaN, infinite or of the other sign: as in PyTorch, but that NaN in the input stays NaN."""

import math
from collections.abc import Sequence

import pytest
import torch
import torchactiv.functional as F
from operators import same_bits
from torch import Tensor

INPUT = (-math.inf, -2.0, -1e-45, -0.0, 0.0, 1e-45, 0.5, 3.0, math.inf)


def value_and_slope(namespace: object, name: str, numbers: Sequence[float], dtype: torch.dtype) -> tuple[Tensor, ...]:
    x = torch.tensor(INPUT, dtype=dtype, requires_grad=True)
    y = getattr(namespace, name)(x, *numbers)
    return y.detach(), *torch.autograd.grad(y, x, torch.ones_like(y))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("threshold", (math.nan, 1.0)),
        ("threshold", (1.0, math.nan)),
        ("threshold", (-math.inf, 1.0)),
        ("hardshrink", (math.inf,)),
        ("hardshrink", (-1.0,)),
        ("leaky_relu", (-0.5,)),
    ],
)
def test_as_in_pytorch(name: str, numbers: Sequence[float], dtype: torch.dtype) -> None:
    found, expected = (value_and_slope(n, name, numbers, dtype) for n in (F, torch.nn.functional))
    for mine, theirs in zip(found, expected, strict=True):
        assert same_bits(mine, theirs)


# hardshrink's slope with NaN depends on the place of an element in PyTorch, which has vectors and a rest.
@pytest.mark.parametrize(
    ("name", "numbers"),
    [("hardshrink", (math.nan,)), ("thresholded_relu", (math.nan,)), ("shrink", (math.nan, 0.0))],
)
def test_a_bound_that_is_no_number_changes_nothing(name: str, numbers: Sequence[float]) -> None:
    value, slope = value_and_slope(F, name, numbers, torch.float32)
    assert same_bits(value, torch.tensor(INPUT)) and torch.equal(slope, torch.ones(len(INPUT)))


@pytest.mark.parametrize("alpha", [-1.0, 0.0, 1.0, math.inf, math.nan])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16], ids=str)
def test_elu_of_zero_is_that_zero(alpha: float, dtype: torch.dtype) -> None:
    zeros = torch.tensor([-0.0, 0.0], dtype=dtype)
    assert same_bits(F.elu(zeros, alpha), zeros) and same_bits(torch.nn.functional.elu(zeros, alpha), zeros)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16], ids=str)
def test_leaky_relu_without_a_slope_has_its_limits(dtype: torch.dtype) -> None:
    value, slope = value_and_slope(F, "leaky_relu", (0.0,), dtype)
    assert same_bits(value, torch.tensor([-0.0, -0.0, -0.0, -0.0, 0.0, 1e-45, 0.5, 3.0, math.inf], dtype=dtype))
    assert slope.tolist() == [0, 0, 0, 0, 0, *(float(x > 0) for x in torch.tensor(INPUT[5:], dtype=dtype).tolist())]
