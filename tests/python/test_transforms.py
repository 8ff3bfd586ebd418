"""torch.func: grad, jvp, vjp, vmap and their compositions agree with a loop, or with PyTorch's own function."""

from collections.abc import Callable
from itertools import product

import pytest
import torch
from operators import Case, every_parametric, one_of_each_kind
from torch import Tensor
from torch.func import grad, hessian, jacfwd, jacrev, jvp, vjp, vmap

SHAPE = (2, 3, 4)


def summed(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    return lambda *tensors: function(*tensors).square().sum()


def close(actual: object, expected: object) -> None:
    torch.testing.assert_close(actual, expected, rtol=1e-9, atol=1e-9)


@one_of_each_kind
def test_grad(case: Case) -> None:
    inputs = case.inputs(SHAPE)
    positions = tuple(range(len(inputs)))
    close(grad(summed(case.forward), positions)(*inputs), grad(summed(case.builtin), positions)(*inputs))


@one_of_each_kind
def test_grad_of_grad(case: Case) -> None:
    def second(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
        return grad(lambda *t: grad(summed(function))(*t).square().sum())

    inputs = case.inputs(SHAPE)
    close(second(case.forward)(*inputs), second(lambda *t: case.formula(case.operator.reference.value, *t))(*inputs))


@one_of_each_kind
def test_jvp_and_vjp_are_adjoint(case: Case) -> None:
    inputs = case.inputs(SHAPE)
    tangents = tuple(torch.rand_like(t) for t in inputs)
    value, along = jvp(case.forward, inputs, tangents)
    same_value, pull_back = vjp(case.forward, *inputs)
    gradient = torch.rand_like(value)
    close(value, same_value)
    close((along * gradient).sum(), sum((g * t).sum() for g, t in zip(pull_back(gradient), tangents, strict=True)))


@one_of_each_kind
def test_jacobians(case: Case) -> None:
    """Reverse mode, which maps over gradients, and forward mode, which maps over tangents."""
    inputs = case.inputs((2, 3))
    positions = tuple(range(len(inputs)))
    reverse = jacrev(case.forward, positions)(*inputs)
    close(jacfwd(case.forward, positions)(*inputs), reverse)
    close(reverse, jacrev(case.builtin, positions)(*inputs))


@one_of_each_kind
def test_hessian(case: Case) -> None:
    inputs = case.inputs((2, 3))
    positions = tuple(range(len(inputs)))
    formula = summed(lambda *t: case.formula(case.operator.reference.value, *t))
    close(hessian(summed(case.forward), positions)(*inputs), hessian(formula, positions)(*inputs))


def batched_in_every_way(
    case: Case, inputs: tuple[Tensor, ...]
) -> list[tuple[tuple[Tensor, ...], tuple[int | None, ...]]]:
    """All combinations of inputs with a batch of 5, in front or behind, and inputs without."""
    ways = []
    for dimensions in product((None, 0, -1), repeat=len(inputs)):
        if any(d is not None for d in dimensions):
            stacked = tuple(
                t if d is None else torch.stack([t * (1 + 0.1 * i) for i in range(5)], d)
                for t, d in zip(inputs, dimensions, strict=True)
            )
            ways.append((stacked, dimensions))
    return ways


def looped(function: Callable[..., Tensor], stacked: tuple[Tensor, ...], dimensions: tuple[int | None, ...]) -> Tensor:
    rows = [[t if d is None else t.select(d, i) for t, d in zip(stacked, dimensions, strict=True)] for i in range(5)]
    return torch.stack([function(*row) for row in rows])


@one_of_each_kind
def test_vmap(case: Case) -> None:
    for stacked, dimensions in batched_in_every_way(case, case.inputs(SHAPE)):
        close(vmap(case.forward, dimensions)(*stacked), looped(case.forward, stacked, dimensions))


@one_of_each_kind
def test_vmap_of_grad(case: Case) -> None:
    """Gradients per sample, also with respect to parameters."""
    for stacked, dimensions in batched_in_every_way(case, case.inputs(SHAPE)):
        for position in range(len(stacked)):
            per_sample = grad(summed(case.forward), position)
            close(vmap(per_sample, dimensions)(*stacked), looped(per_sample, stacked, dimensions))


@one_of_each_kind
def test_vmap_of_vmap(case: Case) -> None:
    inputs = case.inputs((4, 5, 3))
    dimensions = tuple(None if i.is_parameter else 0 for i in case.operator.inputs)
    parameters_of_one = tuple(t[:1] if i.is_parameter else t for i, t in zip(case.operator.inputs, inputs, strict=True))
    close(vmap(vmap(case.forward, dimensions), dimensions)(*parameters_of_one), case.forward(*parameters_of_one))


@every_parametric
def test_an_ensemble_of_parameters(case: Case) -> None:
    """Each member of the batch has parameters of its own, and data of its own."""
    inputs = case.inputs(SHAPE)
    stacked = tuple(torch.stack([t * (1 + 0.2 * i) for i in range(5)]) for t in inputs)
    close(vmap(case.forward)(*stacked), looped(case.forward, stacked, (0,) * len(stacked)))


@pytest.mark.parametrize("size", [0, 1])
@one_of_each_kind
def test_small_batches(case: Case, size: int) -> None:
    inputs = case.inputs(SHAPE)
    stacked = tuple(
        t if i.is_parameter else t.expand(size, *SHAPE) for i, t in zip(case.operator.inputs, inputs, strict=True)
    )
    dimensions = tuple(None if i.is_parameter else 0 for i in case.operator.inputs)
    result = vmap(case.forward, dimensions)(*stacked)
    close(result, case.forward(*inputs).expand(size, *SHAPE))
