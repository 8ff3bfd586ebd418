"""batch_norm_act of values that cost digits: large means, outliers, squares that are no floats, NaN; and in ulp."""

import math

import pytest
import torch
import torch.nn.functional as F
import torchactiv.functional as ours
from batch_norm_cases import every_single
from operators import Case, sample
from rounding import error_in_ulp, ulp


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last], ids=str)
def test_a_large_mean_costs_no_digits(layout: torch.memory_format) -> None:
    """The last digits of the input allow no more; PyTorch's errors are some hundred times as large."""
    x = (torch.randn(16, 4, 32, 32, generator=torch.Generator().manual_seed(0)) + 1e4).to(memory_format=layout)
    exact = F.batch_norm(x.double(), None, None, training=True)
    mine = ours.batch_norm_act(x, None, None, training=True, activation="identity")
    theirs = F.batch_norm(x, None, None, training=True)
    error, of_pytorch = ((y.double() - exact).abs().max().item() for y in (mine, theirs))
    assert error < 2e-6
    assert error < of_pytorch


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last], ids=str)
def test_a_first_sample_that_is_like_no_other(layout: torch.memory_format) -> None:
    x = torch.randn(200, 64, 16, 16, generator=torch.Generator().manual_seed(0)) + 1000  # several groups of rows
    x[0] = -1000
    x = x.to(memory_format=layout)
    exact = F.batch_norm(x.double(), None, None, training=True)
    mine = ours.batch_norm_act(x, None, None, training=True, activation="identity")
    torch.testing.assert_close(mine.double(), exact, rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("shape", [(4, 2, 300), (600, 2)], ids=["rows", "columns"])
def test_squares_that_are_no_floats(shape: tuple[int, ...]) -> None:
    x = sample(shape).float() * 1e30
    mine = ours.batch_norm_act(x, None, None, training=True, activation="identity")
    exact = F.batch_norm(x.double(), None, None, training=True)
    torch.testing.assert_close(mine.double(), exact, rtol=1e-6, atol=1e-6)


@every_single
@pytest.mark.parametrize("shape", [(3, 2, 1500), (5, 2, 7, 7), (64, 70)], ids=["rows", "short rows", "columns"])
def test_activations_of_floats_lose_three_ulp_at_most(case: Case, shape: tuple[int, ...]) -> None:
    x = (3 * sample(shape)).float().requires_grad_()
    nothing, one = torch.zeros(shape[1]), torch.ones(shape[1])
    given = {"activation": case.operator.name, "activation_arguments": case.keywords}
    y = ours.batch_norm_act(x, nothing, one, eps=0.0, **given)
    (slope,) = torch.autograd.grad(y.sum(), x)
    exact_x = x.detach().double().requires_grad_()
    exact = case.rounded.forward(exact_x)
    (exact_slope,) = torch.autograd.grad(exact.sum(), exact_x)
    error = error_in_ulp(y.detach(), exact.detach())
    if case.operator.name == "gelu_erf":  # and half an ulp of x, as rounding x does: much in the left tail
        error -= (exact_slope * ulp(exact_x.detach(), torch.float32)).abs() / 2 / ulp(exact.detach(), torch.float32)
    assert error.max() <= 3
    torch.testing.assert_close(slope.double(), exact_slope, rtol=2.0**-22, atol=2.0**-22)


@pytest.mark.parametrize("wrong", [math.nan, math.inf, 3e38])
@pytest.mark.parametrize("shape", [(4, 3, 40), (40, 3), (5, 33, 17, 3)], ids=["rows", "columns", "short rows"])
def test_what_is_not_finite_stays_in_its_channel(shape: tuple[int, ...], wrong: float) -> None:
    """The others' bits as well: squares that are too large are summed anew, in doubles."""
    x = sample(shape, dtype=torch.float32)
    expected = ours.batch_norm_act(x, None, None, training=True)
    x[1, 1] = wrong
    y = ours.batch_norm_act(x, None, None, training=True)
    assert not torch.equal(y[:, 1], expected[:, 1])
    others = [c for c in range(shape[1]) if c != 1]
    assert torch.equal(y[:, others], expected[:, others])
