"""torch.func over samples without dimensions, or with one: whatever it maps agrees with a loop over the samples.

There operators tell a parameter of one element, or of one for each of the data, from one that belongs to channels.
"""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
import torch
import torchactiv
import torchactiv.functional as F
from operators import Case, as_tuple, every_parametric, in_place_of_each_kind
from torch import Tensor
from torch.func import grad, hessian, jacfwd, jacrev, vmap

BATCH = 4
Function = Callable[..., Tensor]

# With the shapes of one sample.
NUMBERS: dict[str, tuple[Function, list[tuple[int, ...]]]] = {
    "data alone": (F.silu, [()]),
    "two of data": (F.swiglu, [(), ()]),
    "a parameter": (F.swish, [(), ()]),
    "a parameter of one element": (F.swish, [(), (1,)]),
    "parameters and a number": (lambda x, a: F.pelu(x, a, 2.0), [(), ()]),
    "prelu": (F.prelu, [(), ()]),
    "coefficients": (F.apl, [(), (2,), (2,)]),
    "numerator and denominator": (F.rational, [(), (4,), (3,)]),
    "a gate's parameter": (F.xatglu, [(), (), ()]),
    "a gate's bias": (lambda g, u, b: F.gated(g, u, "mish", gate_bias=b), [(), (), (1,)]),
    "bias_act": (lambda x, b: F.bias_act(x, b, "tanh"), [(), (1,)]),
    "taaf": (lambda x, a, d: F.taaf(x, alpha=a, delta=d), [(), (), (1,)]),
}
ROWS: dict[str, tuple[Function, list[tuple[int, ...]]]] = {
    "data alone": (F.silu, [(3,)]),
    "a parameter": (F.swish, [(3,), ()]),
    "prelu": (F.prelu, [(3,), (1,)]),
    "a parameter of each": (lambda x, b: F.swish(x, b, dim=-1), [(3,), (3,)]),
    "parameters of one and of each": (lambda x, a, b: F.pelu(x, a, b, dim=0), [(3,), (3,), (1,)]),
    "a parameter of two dimensions": (F.swish, [(3,), (1, 3)]),
    "coefficients": (F.apl, [(3,), (2,), (2,)]),
    "coefficients of each": (lambda x, a, b: F.apl(x, a, b, dim=-1), [(3,), (2, 3), (2, 1)]),
    "numerators of each": (lambda x, n, d: F.rational(x, n, d, dim=-1), [(3,), (4, 3), (3,)]),
    "a gate's parameter of each": (lambda g, u, a: F.xatglu(g, u, a, dim=-1), [(3,), (3,), (3,)]),
    "a gate of one element": (lambda g, u, b: F.gated(g, u, "mish", up_bias=b), [(), (3,), (3,)]),
    "a gate's biases": (lambda g, u, b, c: F.gated(g, u, "mish", None, b, c), [(3,), (3,), (3,), (1,)]),
    "halves with a bias": (lambda x, b: F.gated_packed(x, "tanh", bias=b), [(4,), (4,)]),
    "bias_act": (lambda x, b: F.bias_act(x, b, "tanh"), [(3,), (3,)]),
    "taaf": (lambda x, a, d: F.taaf(x, alpha=a, delta=d, dim=-1), [(3,), (3,), (1,)]),
}
over_functions = pytest.mark.parametrize(
    "function,shapes",
    [*NUMBERS.values(), *ROWS.values()],
    ids=[*(f"a number: {name}" for name in NUMBERS), *(f"a row: {name}" for name in ROWS)],
)


def close(actual: object, expected: object) -> None:
    torch.testing.assert_close(actual, expected, rtol=1e-9, atol=1e-9)


def values(shapes: list[tuple[int, ...]]) -> tuple[Tensor, ...]:
    """Data of both signs; parameters, behind it, are positive."""
    generator = torch.Generator().manual_seed(len(shapes))
    drawn = [torch.rand(shape, generator=generator, dtype=torch.float64) for shape in shapes]
    return (drawn[0] * 4 - 2, *(t + 0.3 for t in drawn[1:]))


def batched_in_every_way(shapes: list[tuple[int, ...]]) -> list[tuple[tuple[Tensor, ...], tuple[int | None, ...]]]:
    """All combinations of tensors with a batch, in front or behind, and tensors without."""
    ways = []
    for dimensions in product((None, 0, -1), repeat=len(shapes)):
        if any(d is not None for d in dimensions):
            stacked = values([s if d is None else (BATCH, *s) for s, d in zip(shapes, dimensions, strict=True)])
            ways.append(
                (tuple(t.movedim(0, d) if d else t for t, d in zip(stacked, dimensions, strict=True)), dimensions)
            )
    return ways


def looped(function: Callable[..., Any], stacked: tuple[Tensor, ...], dimensions: tuple[int | None, ...]) -> Any:
    rows = [
        as_tuple(function(*(t if d is None else t.select(d, i) for t, d in zip(stacked, dimensions, strict=True))))
        for i in range(BATCH)
    ]
    return tuple(torch.stack(results) for results in zip(*rows, strict=True))


def agrees_with_a_loop(function: Callable[..., Any], shapes: list[tuple[int, ...]]) -> None:
    for stacked, dimensions in batched_in_every_way(shapes):
        mapped = as_tuple(vmap(function, dimensions)(*stacked))
        close(mapped, looped(function, stacked, dimensions))


def gradients(function: Callable[..., Any], count: int) -> Callable[..., tuple[Tensor, ...]]:
    """Of all the tensors, of something that has slopes of its own."""
    return grad(lambda *t: sum(r.sin().sum() for r in as_tuple(function(*t))), tuple(range(count)))


@over_functions
def test_results(function: Function, shapes: list[tuple[int, ...]]) -> None:
    agrees_with_a_loop(function, shapes)


@over_functions
def test_gradients(function: Function, shapes: list[tuple[int, ...]]) -> None:
    agrees_with_a_loop(gradients(function, len(shapes)), shapes)


@over_functions
def test_second_derivatives(function: Function, shapes: list[tuple[int, ...]]) -> None:
    agrees_with_a_loop(gradients(gradients(function, len(shapes)), len(shapes)), shapes)


@over_functions
def test_maps_within_maps(function: Function, shapes: list[tuple[int, ...]]) -> None:
    """The outer one maps over all, the inner one over data or parameters; also of gradients."""
    tensors = tuple(torch.stack([t, t * 1.25]) for t in values([(BATCH, *s) for s in shapes]))
    for inner in (0, *(i for i in range(1, len(shapes)))):
        dimensions = tuple(0 if i == inner else None for i in range(len(shapes)))
        given = tuple(t if d == 0 else t[:, 0] for t, d in zip(tensors, dimensions, strict=True))
        for called in (function, gradients(function, len(shapes))):
            nested = as_tuple(vmap(vmap(called, dimensions))(*given))
            rows = [looped(called, tuple(t[i] for t in given), dimensions) for i in range(2)]
            close(nested, tuple(torch.stack(results) for results in zip(*rows, strict=True)))


@over_functions
def test_jacobians(function: Function, shapes: list[tuple[int, ...]]) -> None:
    inputs, positions = values(shapes), tuple(range(len(shapes)))
    expected = torch.autograd.functional.jacobian(function, inputs)
    close(jacfwd(function, positions)(*inputs), expected)
    close(jacrev(function, positions)(*inputs), expected)


@over_functions
def test_hessian(function: Function, shapes: list[tuple[int, ...]]) -> None:
    def summed(*tensors: Tensor) -> Tensor:
        return function(*tensors).sin().sum()

    inputs, positions = values(shapes), tuple(range(len(shapes)))
    close(hessian(summed, positions)(*inputs), torch.autograd.functional.hessian(summed, inputs))


@pytest.mark.parametrize("shape", [(), (3,)], ids=["a number", "a row"])
@every_parametric
def test_every_operator(case: Case, shape: tuple[int, ...]) -> None:
    """Data alone has a batch, and so do parameters."""
    inputs = case.inputs(shape)
    stacked = tuple(torch.stack([t * (1 + 0.1 * i) for i in range(BATCH)]) for t in inputs)
    alone = tuple(None if i.is_parameter else 0 for i in case.operator.inputs)
    data = tuple(t if d is None else s for t, s, d in zip(inputs, stacked, alone, strict=True))
    for tensors, dimensions in ((data, alone), (stacked, (0,) * len(stacked))):
        for function in (case.forward, gradients(case.forward, len(inputs))):
            close(as_tuple(vmap(function, dimensions)(*tensors)), looped(function, tensors, dimensions))


@in_place_of_each_kind
def test_in_place(case: Case) -> None:
    (data,) = case.inputs((BATCH,))
    mapped = vmap(lambda z: case.in_place(z.clone()))(data)
    assert torch.equal(mapped, case.forward(data))


@pytest.mark.parametrize(
    "module,shape",
    [(torchactiv.nn.PReLU(), ()), (torchactiv.nn.PReLU(), (3,)), (torchactiv.nn.DynamicTanh(3), (3,))],
    ids=["PReLU of numbers", "PReLU", "DynamicTanh"],
)
def test_modules(module: torch.nn.Module, shape: tuple[int, ...]) -> None:
    x = torch.randn(BATCH, *shape)
    close(vmap(module)(x), torch.stack([module(row) for row in x]))


def test_derivatives_at_each_point() -> None:
    """The usual way to get a derivative."""
    x = torch.tensor([-2.0, -0.5, 0.5, 2.0], dtype=torch.float64)
    slope = vmap(grad(lambda z: F.pelu(z, 1.0, 2.0)))(x)
    close(slope, torch.where(x < 0, torch.exp(x / 2) / 2, torch.full_like(x, 0.5)))
    curvature = vmap(grad(grad(lambda z: F.pelu(z, 1.0, 2.0))))(x)
    close(curvature, torch.where(x < 0, torch.exp(x / 2) / 4, torch.zeros_like(x)))


@pytest.mark.parametrize("shape", [(), (3,), (2, 4)], ids=["a number", "a row", "channels"])
@pytest.mark.parametrize(
    "function",
    [
        lambda x: F.prelu(x, torch.ones(3)),
        lambda x: F.swish(x, torch.ones(2, 2, 2)),
        lambda x: F.apl(x, torch.ones(2), torch.ones(())),
        lambda x: F.apl(x, torch.ones(2, 3), torch.ones(2)),
    ],
    ids=["channels", "dimensions", "a coefficient without dimensions", "coefficients of channels"],
)
def test_refuses_what_one_sample_would(function: Function, shape: tuple[int, ...]) -> None:
    with pytest.raises(RuntimeError) as alone:
        function(torch.ones(shape))
    with pytest.raises(RuntimeError) as mapped:
        vmap(function)(torch.ones(BATCH, *shape))
    assert str(mapped.value).splitlines()[0] == str(alone.value).splitlines()[0]


def test_casts_as_autocast_does() -> None:
    """Which comes behind vmap, so that this sees tensors of several dtypes."""
    x, weight = torch.randn(BATCH).bfloat16(), torch.rand(BATCH)
    with torch.autocast("cpu", torch.bfloat16):
        mapped = vmap(F.prelu)(x, weight)
        assert mapped.dtype == torch.bfloat16
        close((mapped,), looped(F.prelu, (x, weight), (0, 0)))
