"""swiglu and its limited form at the ends of the number range, float kernels against double ones and a formula."""

import itertools
import math

import pytest
import torch
import torchactiv.functional as F
from torch import Tensor

GATES = (
    0.0,
    1e-45,
    1e-39,
    1e-20,
    1e-3,
    1.0,
    3.0,
    43.0,
    60.0,
    66.0,
    95.0,
    110.0,
    150.0,
    199.0,
    201.0,
    1e30,
    3e38,
    math.inf,
)
FACTORS = (0.0, 1e-45, 1e-39, 1e-20, 1e-3, 1.0, 1e10, 1e20, 3e38, math.inf)
WITHIN = {"rtol": 4e-7, "atol": 3e-45}


def pairs() -> tuple[Tensor, Tensor]:
    signed = [[sign * value for sign in (1.0, -1.0) for value in values] for values in (GATES, FACTORS)]
    gate, up = torch.tensor(list(itertools.product(*signed)), dtype=torch.float32).unbind(1)
    return gate, up


def with_derivatives(gate: Tensor, up: Tensor, **numbers: float) -> list[Tensor]:
    function = F.swiglu_clamped if numbers else F.swiglu
    gate, up = gate.clone().requires_grad_(), up.clone().requires_grad_()
    result = function(gate, up, **numbers)
    return [t.detach() for t in (result, *torch.autograd.grad(result.sum(), (gate, up)))]


def test_swiglu_is_as_in_doubles() -> None:
    gate, up = pairs()
    told = (gate > -100) | up.isfinite()  # else the slope is 0 in floats, and an infinity times it no number
    gate, up = gate[told], up[told]
    of_floats, of_doubles = with_derivatives(gate, up), with_derivatives(gate.double(), up.double())
    for found, expected in zip(of_floats, of_doubles, strict=True):
        torch.testing.assert_close(found, expected.float(), equal_nan=True, **WITHIN)


def test_swiglu_is_its_formula_where_that_is_finite() -> None:
    gate, up = pairs()
    finite = gate.isfinite() & up.isfinite()
    gate, up = gate[finite], up[finite]
    x, y = gate.double(), up.double()
    sigmoid, rest = x.sigmoid(), (-x).sigmoid()
    exact = (x * sigmoid * y, sigmoid * (1 + x * rest) * y, x * sigmoid)
    for found, expected in zip(with_derivatives(gate, up), exact, strict=True):
        torch.testing.assert_close(found, expected.float(), **WITHIN)
    assert torch.equal(F.swiglu(gate, up).signbit(), gate.signbit() ^ up.signbit())


@pytest.mark.parametrize("limit", [7.0, 1e37], ids=str)
@pytest.mark.parametrize("alpha", [1.702, 0.5, 0.0, -1.0, 1e30, 1e-36], ids=str)
def test_limited_swiglu_is_as_in_doubles(alpha: float, limit: float) -> None:
    gate, up = pairs()
    no_limit = (alpha <= 0) & gate.isneginf() & (up == -1)  # up + 1 times an infinity
    gate, up = gate[~no_limit], up[~no_limit]
    numbers = {"alpha": torch.tensor(alpha).double().item(), "limit": torch.tensor(limit).double().item()}
    of_floats, of_doubles = (
        with_derivatives(gate, up, **numbers),
        with_derivatives(gate.double(), up.double(), **numbers),
    )
    torch.testing.assert_close(of_floats[0], of_doubles[0].float(), equal_nan=True, **WITHIN)
    assert torch.equal(of_floats[0].signbit(), of_doubles[0].signbit())
    for found, expected in zip(of_floats[1:], of_doubles[1:], strict=True):
        torch.testing.assert_close(found, expected.float(), equal_nan=True, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_limited_swiglu_where_the_sigmoid_is_0_and_so_is_the_factor(dtype: torch.dtype) -> None:
    gate, up = torch.tensor([[-math.inf, -1000.0], [-1.0, -1.0]], dtype=dtype)
    result = F.swiglu_clamped(gate, up)
    assert torch.equal(result, torch.zeros_like(result)) and result.signbit().all()


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize("numbers", [{}, {"alpha": 1.702, "limit": 7.0}, {"limit": math.inf}], ids=str)
def test_nan_stays_beside_any_factor(numbers: dict[str, float], dtype: torch.dtype) -> None:
    others = torch.tensor([0.0, -0.0, 1.0, -1.0, 300.0, math.inf, -math.inf], dtype=dtype)
    nan = torch.full_like(others, math.nan)
    for gate, up in ((nan, others), (others, nan)):
        result, by_gate, by_up = with_derivatives(gate, up, **numbers)
        assert result.isnan().all()
        assert (by_up if gate is nan else by_gate).isnan().all()
        if gate is nan:
            assert by_gate.isnan().all()
