"""Normalisations of rows keep their digits where means are large, and where squares are no floats."""

import pytest
import torch
import torch.nn.functional as F
import torchactiv.functional as ours
from batch_norm_cases import assert_near, in_doubles
from operators import sample
from row_norm_cases import NORMS


@pytest.mark.parametrize("shape", [(64, 768), (6, 5000)], ids=["short rows", "long rows"])
def test_a_large_mean_costs_no_digits(shape: tuple[int, ...]) -> None:
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0)) + 1e4
    exact = F.layer_norm(x.double(), shape[1:])
    mine = ours.layer_norm_act(x, shape[1:], activation="identity")
    error, of_pytorch = ((y.double() - exact).abs().max().item() for y in (mine, F.layer_norm(x, shape[1:])))
    assert error < 2e-6
    assert error < of_pytorch


@pytest.mark.parametrize("shape", [(64, 768), (6, 5000)], ids=["short rows", "long rows"])
def test_nor_any_of_the_gradients(shape: tuple[int, ...]) -> None:
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0)) + 1e4
    inputs = (x.requires_grad_(), torch.ones(shape[1:], requires_grad=True))
    doubles = tuple(in_doubles(*inputs))
    gradient = x.detach() - 1e4 + 1  # of which mean and variance take their part
    mine = torch.autograd.grad(
        ours.layer_norm_act(inputs[0], shape[1:], inputs[1], activation="tanh"), inputs, gradient
    )
    exact = torch.autograd.grad(torch.tanh(F.layer_norm(doubles[0], shape[1:], doubles[1])), doubles, gradient.double())
    for a, b in zip(mine, exact, strict=True):
        assert_near(a, b, 2e-5)


@pytest.mark.parametrize("apart", [0.0, 1e3], ids=["one mean", "a mean for each channel"])
def test_nor_do_large_means_of_channels_side_by_side(apart: float) -> None:
    x = torch.randn(4, 12, 30, 31, generator=torch.Generator().manual_seed(0)) + 1e4
    x += apart * torch.arange(12.0).view(12, 1, 1)
    exact = F.group_norm(x.double(), 3)
    x = x.to(memory_format=torch.channels_last)
    mine = ours.group_norm_act(x, 3, activation="identity")
    error, of_pytorch = ((y.double() - exact).abs().max().item() for y in (mine, F.group_norm(x, 3)))
    assert error < 2e-6
    assert error < of_pytorch


@pytest.mark.parametrize("name", ["layer", "layer, long", "rms", "group", "group, channels_last", "instance"])
def test_squares_that_are_no_floats(name: str) -> None:
    norm = NORMS[name]
    x = sample(norm.shape).float() * 1e30
    exact = norm.theirs(x.double(), None, None)
    torch.testing.assert_close(norm.mine(x, None, None, "identity").double(), exact, rtol=1e-6, atol=1e-6)
