"""Derivatives of normalisations of rows, of every order, and torch.func."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torchactiv.functional
from operators import sample
from row_norm_cases import SUMS, Norm, one_of_each
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck
from torch.func import grad, hessian, vmap


@pytest.mark.parametrize("activation", ["tanh", "elu", "identity"])
@one_of_each
def test_derivatives(norm: Norm, activation: str) -> None:
    small = Norm(norm.name, *(((3, 4), (4,)) if norm.name in ("layer", "rms") else ((2, 4, 3), 2)))
    inputs = small.inputs(torch.float64)
    inputs = inputs[:2] if small.name == "rms" else inputs

    def function(x: Tensor, w: Tensor, b: Tensor | None = None) -> Tensor:
        return small.mine(x, w, b, activation)

    assert gradcheck(function, inputs, check_forward_ad=True)
    assert gradgradcheck(function, inputs)


@pytest.mark.parametrize("kind", SUMS)
def test_derivatives_of_sums(kind: str) -> None:
    x, r, w, b = (sample(shape, seed=3).requires_grad_() for shape in ((3, 4), (3, 4), (4,), (4,)))
    inputs = (x, r, w) if kind == "rms" else (x, r, w, b)
    assert gradcheck(SUMS[kind][0], inputs, check_forward_ad=True)
    assert gradgradcheck(SUMS[kind][0], inputs)


@pytest.mark.parametrize("spatial", [(3,), (0,), (2, 2)], ids=str)
@pytest.mark.parametrize("groups", [4, 2])
def test_empty_batches_of_groups(spatial: tuple[int, ...], groups: int) -> None:
    x = torch.empty(0, 4, *spatial, requires_grad=True)

    def function(x: Tensor) -> Tensor:
        return torchactiv.functional.group_norm_act(x, groups, activation="silu")

    (first,) = torch.autograd.grad(function(x).sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x)
    output, tangent = torch.func.jvp(function, (x,), (x,))
    batched = vmap(function)(torch.empty(2, *x.shape))
    assert first.shape == second.shape == output.shape == tangent.shape == batched.shape[1:] == x.shape


@one_of_each
def test_torch_func(norm: Norm) -> None:
    x, w, b = (t.detach() for t in norm.inputs(torch.float64))
    x, batch = x[:1], x[:3].unsqueeze(1)

    def mine(x: Tensor) -> Tensor:
        return norm.mine(x, w, b, "tanh").sin().sum()

    def theirs(x: Tensor) -> Tensor:
        return torch.tanh(norm.theirs(x, w, b)).sin().sum()

    transforms: list[Callable[[Any], Any]] = [
        lambda f: grad(f)(x),
        lambda f: vmap(f)(batch),
        lambda f: vmap(grad(f))(batch),
    ]
    if x.numel() < 100:
        transforms.append(lambda f: hessian(f)(x))
    for transform in transforms:
        torch.testing.assert_close(transform(mine), transform(theirs))
