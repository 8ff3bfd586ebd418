"""Normalisations of values that are far from 1, and of infinities.

A factor on the input divides its gradient, and the square of it belongs to eps: the reference is PyTorch's in doubles
of values near 1.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import torch
import torch.nn.functional as F
import torchactiv.functional as ours
from operators import sample
from torch import Tensor

Function = Callable[..., Tensor]


@dataclass(frozen=True)
class Norm:
    """Ours, with an activation, and PyTorch's, of input, weight, bias and eps, at a shape."""

    mine: Function
    theirs: Function
    shape: tuple[int, ...]
    parameters: int
    channels_last: bool = False

    def data(self) -> Tensor:
        x = sample(self.shape)
        return x.to(memory_format=torch.channels_last) if self.channels_last else x

    def scales(self) -> tuple[Tensor, Tensor]:
        return sample((self.parameters,), seed=3) / 2, sample((self.parameters,), seed=4) / 2


def layer(*shape: int) -> Norm:
    return Norm(
        lambda x, w, b, eps, f: ours.layer_norm_act(x, shape[-1:], w, b, eps, activation=f),
        lambda x, w, b, eps: F.layer_norm(x, shape[-1:], w, b, eps),
        shape,
        shape[-1],
    )


def rms(*shape: int) -> Norm:
    return Norm(
        lambda x, w, _, eps, f: ours.rms_norm_act(x, shape[-1:], w, eps, activation=f),
        lambda x, w, _, eps: F.rms_norm(x, shape[-1:], w, eps),
        shape,
        shape[-1],
    )


def group(*shape: int, channels_last: bool = False) -> Norm:
    return Norm(
        lambda x, w, b, eps, f: ours.group_norm_act(x, 2, w, b, eps, activation=f),
        lambda x, w, b, eps: F.group_norm(x, 2, w, b, eps),
        shape,
        shape[1],
        channels_last,
    )


def instance(*shape: int) -> Norm:
    return Norm(
        lambda x, w, b, eps, f: ours.instance_norm_act(x, weight=w, bias=b, eps=eps, activation=f),
        lambda x, w, b, eps: F.instance_norm(x, weight=w, bias=b, eps=eps),
        shape,
        shape[1],
    )


def batch(*shape: int, channels_last: bool = False) -> Norm:
    return Norm(
        lambda x, w, b, eps, f: ours.batch_norm_act(x, None, None, w, b, True, eps=eps, activation=f),
        lambda x, w, b, eps: F.batch_norm(x, None, None, w, b, True, eps=eps),
        shape,
        shape[1],
        channels_last,
    )


# Short rows and long ones, of elements and of segments; channels that are rows, short rows, or side by side.
NORMS = {
    "layer": layer(5, 37),
    "layer, long": layer(2, 5000),
    "rms": rms(5, 37),
    "rms, in parts": rms(3, 1000),
    "rms, long": rms(2, 5000),
    "group": group(3, 4, 9),
    "group, long": group(2, 4, 2500),
    "group, without inner": group(3, 40),
    "group, channels_last": group(3, 6, 11, 13, channels_last=True),
    "instance": instance(3, 4, 49),
    "batch, rows": batch(3, 2, 1500),
    "batch, short rows": batch(6, 43, 7, 7),
    "batch, columns": batch(301, 7),
    "batch, channels_last": batch(4, 6, 11, 13, channels_last=True),
}
every_norm = pytest.mark.parametrize("norm", NORMS.values(), ids=NORMS.keys())
EXPONENTS = {torch.float32: (-50, 67, 100), torch.float64: (-360, 350, 480), torch.bfloat16: (-50, 67, 100)}
every_factor = pytest.mark.parametrize(
    "dtype,exponent", [(t, e) for t, exponents in EXPONENTS.items() for e in exponents], ids=str
)
TOLERANCES = {torch.float64: 1e-12, torch.float32: 1e-5, torch.bfloat16: 3e-2}


def functions(norm: Norm, activation: str, dtype: torch.dtype, exponent: int) -> tuple[list[Tensor], Any, Any]:
    """Tensors of ours, ours of these, and the same of PyTorch's."""
    x, (w, b) = norm.data().to(dtype), norm.scales()
    of_scales = torch.float32 if dtype == torch.bfloat16 else dtype
    factor, eps = 2.0**exponent, 1e-3
    tensors = [x.mul(factor), w.to(of_scales), b.to(of_scales)]

    def mine(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
        return norm.mine(x, w, b, eps * factor * factor, activation)

    def theirs(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
        formula: Function = getattr(ours, activation)
        return formula(norm.theirs(x, w, b, eps))

    return tensors, mine, theirs


def assert_near(mine: Tensor, theirs: Tensor, tolerance: float) -> None:
    atol = tolerance * theirs.abs().max().item()
    torch.testing.assert_close(mine.double(), theirs, rtol=tolerance, atol=atol)


# Nothing to calculate, a slope calculated twice, one that is kept, and none in one loop.
@pytest.mark.parametrize("activation", ["identity", "relu", "tanh", "softsign"])
@every_factor
@every_norm
def test_gradients_far_from_one(norm: Norm, dtype: torch.dtype, exponent: int, activation: str) -> None:
    tensors, mine, theirs = functions(norm, activation, dtype, exponent)
    near = [t.double().requires_grad_() for t in (tensors[0].double() * 2.0**-exponent, *tensors[1:])]
    tensors = [t.requires_grad_() for t in tensors]
    y, expected = mine(*tensors), theirs(*near)
    assert_near(y, expected, TOLERANCES[dtype])
    gradient = sample(norm.shape, seed=9).to(dtype)
    found = torch.autograd.grad(y, tensors, gradient, allow_unused=True)
    wanted = torch.autograd.grad(expected, near, gradient.double(), allow_unused=True)
    for factor, a, b in zip((2.0**exponent, 1, 1), found, wanted, strict=True):
        if b is not None:
            assert a is not None
            assert_near(a.double() * factor, b, 20 * TOLERANCES[dtype])


@pytest.mark.parametrize("dtype,exponent", [(torch.float32, 50), (torch.float64, 400)], ids=str)
@pytest.mark.parametrize("name", ["layer", "rms", "group", "instance", "batch, columns"])
def test_second_derivatives_far_from_one(name: str, dtype: torch.dtype, exponent: int) -> None:
    norm = NORMS[name]
    tensors, mine, theirs = functions(norm, "tanh", dtype, exponent)
    near = [t.double().requires_grad_() for t in (tensors[0].double() * 2.0**-exponent, *tensors[1:])]
    tensors = [t.requires_grad_() for t in tensors]
    gradient, along = (sample(norm.shape, seed=seed) for seed in (9, 10))

    def second(function: Function, x: Tensor, *scales: Tensor) -> Tensor:
        (slope,) = torch.autograd.grad(function(x, *scales), x, gradient.to(x.dtype), create_graph=True)
        return torch.autograd.grad(slope, x, along.to(x.dtype))[0]

    found, wanted = second(mine, *tensors).double(), second(theirs, *near)
    assert_near(found * 2.0**exponent * 2.0**exponent, wanted, 100 * TOLERANCES[dtype])


@pytest.mark.parametrize("infinities", [(math.inf,), (-math.inf,), (math.inf, -math.inf)], ids=str)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16], ids=str)
@every_norm
def test_infinities_are_where_pytorch_has_them(norm: Norm, dtype: torch.dtype, infinities: tuple[float, ...]) -> None:
    """In values and gradients: without a mean, what is finite becomes 0."""
    x = norm.data().to(dtype)
    first = x.numel() // x.size(0) + 5  # in the second row
    for place, infinity in zip((first, first + 7), infinities, strict=False):
        x = torch.where(torch.arange(x.numel()).reshape(x.shape) == place, infinity, x)
    if norm.channels_last:
        x = x.to(memory_format=torch.channels_last)
    tensors = [t.requires_grad_() for t in (x, *(s.to(dtype) for s in norm.scales()))]
    exact = [t.detach().double().requires_grad_() for t in tensors]
    mine, theirs = norm.mine(*tensors, 1e-3, "identity"), norm.theirs(*exact, 1e-3)
    gradient = sample(norm.shape, seed=9).to(dtype)
    found = torch.autograd.grad(mine, tensors, gradient, allow_unused=True)
    wanted = torch.autograd.grad(theirs, exact, gradient.double(), allow_unused=True)
    for a, b in zip((mine, *found), (theirs, *wanted), strict=True):
        if b is not None:
            assert a is not None
            assert torch.equal(a.isnan(), b.isnan())
            assert_near(a.nan_to_num(0), b.nan_to_num(0), 20 * TOLERANCES[dtype])
