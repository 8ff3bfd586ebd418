"""Derivatives to the fifth order where formulas take |x| or change over, of operators and of their compositions.

A composition is a graph of PyTorch's operators, which autograd differentiates by itself: what is written in |x| and
the sign of x must keep its derivatives at 0.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import mpmath
import pytest
import torch
import torchactiv
import torchactiv.functional as ours
from operators import CASES, Case, one_of_each_kind, over, sample
from reference_derivatives import limit
from torch import Tensor
from torchactiv import _registry

POINTS = (0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 3.0, -3.0, 6.0)
SMOOTH = {e["name"] for e in _registry.entries() if e.get("properties", {}).get("smooth")}
COMPOSITE = torch._C.DispatchKey.CompositeExplicitAutograd
smooth_cases = over([c for c in CASES if c.operator.name in SMOOTH and not c.per_channel])


def derivatives(case: Case, point: dict[str, Any], orders: int) -> list[float]:
    """By the first input, from differences of the reference: of an error of 1e-18."""
    name, expression = case.operator.reference.inputs[0], case.operator.reference.value
    with mpmath.workdps(80):
        step = mpmath.mpf(10) ** -10
        values = [
            limit(expression, {**point, name: point[name] + (k - orders) * step / 2}) for k in range(2 * orders + 1)
        ]
        found = []
        for n in range(1, orders + 1):
            terms = [(-1) ** k * mpmath.binomial(n, k) * values[orders + n - 2 * k] for k in range(n + 1)]
            found.append(float(mpmath.fsum(terms) / step**n))
        return found


def check(case: Case, orders: int, precise: int) -> None:
    """At every point; orders beyond `precise` are cancelled by the last ones of PyTorch's operators."""
    operator = case.operator
    x = torch.tensor([POINTS], dtype=torch.float64, requires_grad=True)
    others = [torch.full_like(x, 0.75 + i / 8) for i in range(len(operator.data) - 1)]
    parameters = case.parameters(x.detach())
    tensors = case.join([x, *others], parameters)
    names = operator.reference.inputs
    constants = {n: float(t.flatten()[0]) for n, t in zip(names[1:], tensors[1:], strict=True)} | case.keywords
    expected = [derivatives(case, {**constants, names[0]: mpmath.mpf(p)}, orders) for p in POINTS]
    value = case.forward(*tensors)
    for n in range(orders):
        if value.requires_grad:
            (value,) = torch.autograd.grad(value.sum(), x, create_graph=True, materialize_grads=True)
        else:  # a constant
            value = torch.zeros_like(x)
        wanted = torch.tensor([[e[n] for e in expected]], dtype=torch.float64)
        tolerance = 1e-11 if n < precise else 1e-7
        torch.testing.assert_close(value.detach(), wanted, rtol=tolerance, atol=tolerance)


@smooth_cases
def test_operators_to_the_fifth_order(case: Case) -> None:
    check(case, 5, 2)


@smooth_cases
def test_compositions_to_the_third_order(case: Case) -> None:
    check(replace(case, key=COMPOSITE), 3, 1)


ROWS: dict[str, Callable[[Tensor, str], Tensor]] = {
    "batch_norm_act": lambda b, name: ours.batch_norm_act(
        torch.ones(4, 3, dtype=b.dtype), None, None, None, b, True, 0.1, 1e-5, name
    )[0],
    "layer_norm_act": lambda b, name: ours.layer_norm_act(
        torch.ones(4, 3, dtype=b.dtype), (3,), None, b, activation=name
    )[0],
    "group_norm_act": lambda b, name: ours.group_norm_act(torch.ones(4, 3, dtype=b.dtype), 1, None, b, activation=name)[
        0
    ],
}


@pytest.mark.parametrize("norm", ROWS)
@pytest.mark.parametrize("name", ["gelu_erf", "gelu_tanh", "serf", "squareplus", "lisht", "symlog", "tanh", "sigmoid"])
def test_normalisations_where_what_is_normalised_is_0(norm: str, name: str) -> None:
    """A constant channel or row with the bias that modules start from."""
    function = getattr(torch.ops.torchactiv, name)
    results = []
    for forward in (lambda b: ROWS[norm](b, name), function):
        value = b = torch.zeros(3, dtype=torch.float64, requires_grad=True)
        value = forward(b)
        for _ in range(3):
            (value,) = torch.autograd.grad(value.sum(), b, create_graph=True)
            results.append(value.detach())
    for fused, alone in zip(results[:3], results[3:], strict=True):
        torch.testing.assert_close(fused, alone, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "serf", "softsign", "gelu_erf", "symlog"])
def test_combinations_in_forward_mode_three_times(name: str) -> None:
    def third(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
        for _ in range(3):
            function = along(function)
        return function(x)

    def along(function: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
        return lambda x: torch.func.jvp(function, (x,), (torch.ones_like(x),))[1]

    x = torch.tensor([0.0, -0.0, 1.0, -2.0], dtype=torch.float64)
    one, zero = torch.ones_like(x), torch.zeros_like(x)
    expected = third(getattr(torch.ops.torchactiv, name), x)
    for function in (
        lambda x: ours.bias_act(x, zero, name),
        lambda x: ours.gated(x, one, name),
        lambda x: ours.taaf(x, activation=name, dim=0),
    ):
        torch.testing.assert_close(third(function, x), expected, rtol=1e-10, atol=1e-10)


def pulled(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """The third derivative by a pullback that is called behind its transform."""

    def second(x: Tensor) -> Tensor:
        return torch.func.grad(lambda x: torch.func.grad(lambda x: function(x).sum())(x).sum())(x)

    _, pullback = torch.func.vjp(second, x)
    return pullback(torch.ones_like(x))[0]


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (ours.mish, torch.nn.functional.mish),
        (torch.sigmoid, torch.sigmoid),
        (lambda x: ours.swiglu(x, x), lambda x: torch.nn.functional.silu(x) * x),
        (lambda x: ours.glu(x, 0), lambda x: x[:2] * torch.sigmoid(x[2:])),
        (lambda x: ours.gated(x, x, "mish"), lambda x: torch.nn.functional.mish(x) * x),
        (lambda x: ours.swish(x, torch.ones(1, dtype=x.dtype)), torch.nn.functional.silu),
    ],
)
def test_third_derivatives_by_pullbacks_and_jacobians(mine: Any, theirs: Any) -> None:
    x = sample((4,))
    torch.testing.assert_close(pulled(mine, x), pulled(theirs, x))
    jacobians: Sequence[Any] = (torch.func.jacrev, torch.func.jacfwd)
    for outer in jacobians:
        for inner in jacobians:
            both = [outer(inner(torch.func.jacrev(lambda x, f=f: f(x).sum())))(x) for f in (mine, theirs)]
            torch.testing.assert_close(both[0], both[1])


def test_soft_exponential_where_it_is_the_identity() -> None:
    """Second derivatives at alpha = 0 are those of the side of the exponential: x, and x^3 / 3."""

    def curvatures(a: Tensor) -> tuple[Tensor, ...]:
        x, alpha = torch.tensor([[3.0]], dtype=torch.float64, requires_grad=True), a.requires_grad_()
        by_x, by_alpha = torch.autograd.grad(ours.soft_exponential(x, alpha).sum(), (x, alpha), create_graph=True)
        return (*torch.autograd.grad(by_x.sum(), alpha, retain_graph=True), *torch.autograd.grad(by_alpha, (x, alpha)))

    mixed, also_mixed, of_alpha = curvatures(torch.zeros(1, dtype=torch.float64))
    assert mixed.item() == pytest.approx(3) and also_mixed.item() == pytest.approx(3)
    assert of_alpha.item() == pytest.approx(9)


def test_snake_at_alpha_0_has_its_third_derivative() -> None:
    alpha = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    value = ours.snake(torch.tensor([0.7], dtype=torch.float64), alpha, dim=0)
    for _ in range(3):
        (value,) = torch.autograd.grad(value.sum(), alpha, create_graph=True)
    assert value.item() == pytest.approx(-2 * 0.7**4)


def test_smu1_at_its_kink_has_second_derivatives_that_are_numbers() -> None:
    x, mu = (torch.zeros(1, dtype=torch.float64, requires_grad=True) for _ in range(2))
    first = torch.autograd.grad(ours.smu1(x, mu, dim=0), (x, mu), create_graph=True)
    for slope in first:
        for curvature in torch.autograd.grad(slope, (x, mu), retain_graph=True, materialize_grads=True):
            assert curvature.item() == 0


@over([c for c in CASES if not c.per_channel])
def test_second_derivatives_of_nan_are_nan(case: Case) -> None:
    """Those of constant slopes as well."""
    tensors = [t.detach().requires_grad_() for t in case.inputs((2, 3))]
    x = tensors[0] = torch.full_like(tensors[0], torch.nan).requires_grad_()
    (slope,) = torch.autograd.grad(case.forward(*tensors).sum(), x, create_graph=True)
    (curvature,) = torch.autograd.grad(slope.sum(), x)
    assert slope.isnan().all() and curvature.isnan().all()


@over([c for c in CASES if c.operator.name in SMOOTH and len(c.operator.inputs) == 1])
def test_decomposed_programs_have_the_slopes(case: Case) -> None:
    x = torch.tensor(POINTS, dtype=torch.float64)

    class Function(torch.nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return case.forward(x)

    program = torch.export.export(Function(), (x,)).run_decompositions(torchactiv.decompositions())
    slopes = []
    for function in (program.module(), case.forward):
        given = x.clone().requires_grad_()
        slopes += torch.autograd.grad(function(given).sum(), given)
    torch.testing.assert_close(slopes[0], slopes[1], rtol=1e-10, atol=1e-10)


def third_derivatives(case: Case, tensors: list[Tensor], create_graph: bool) -> list[Tensor]:
    """By each tensor, of something that all of the second derivatives are in."""
    first = torch.autograd.grad(case.forward(*tensors).sin().sum(), tensors, create_graph=True)
    total = torch.stack([(g * g).sum() for g in first]).sum()
    second = torch.autograd.grad(total, tensors, create_graph=True, materialize_grads=True)
    total = torch.stack([(g * g).sum() for g in second]).sum()
    if not total.requires_grad:
        return [torch.zeros_like(t) for t in tensors]
    third = torch.autograd.grad(total, tensors, create_graph=create_graph, materialize_grads=True)
    return [t.detach() for t in third]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@one_of_each_kind
def test_third_derivatives_of_large_tensors(case: Case, dtype: torch.dtype) -> None:
    """Which are calculated block by block, but not where there is a graph to record; on any number of threads."""
    shape = (3, 75, 80)
    for arranged in (lambda t: t, lambda t: t.transpose(0, 2)):
        inputs = [t.detach().to(dtype) for t in case.inputs(shape)]
        tensors = [(arranged(t) if t.shape == shape else t).requires_grad_() for t in inputs]
        blocks = third_derivatives(case, tensors, create_graph=False)
        recorded = third_derivatives(case, tensors, create_graph=True)
        for a, b, t in zip(blocks, recorded, tensors, strict=True):
            assert a.shape == t.shape and a.dtype == t.dtype
            torch.testing.assert_close(a, b, rtol=1e-12 if dtype == torch.float64 else 1e-5, atol=1e-12, equal_nan=True)
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        alone = third_derivatives(case, tensors, create_graph=False)
        torch.set_num_threads(threads)
        if all(t.shape == tensors[0].shape for t in tensors):
            torch.testing.assert_close(blocks, alone, rtol=0, atol=0, equal_nan=True)


def test_third_derivatives_of_coefficients_that_look_like_the_data() -> None:
    """Four for each of many channels, of a batch of four."""
    x = sample((4, 20000)).requires_grad_()
    coefficients = sample((4, 20000), seed=2).requires_grad_()

    def third(create_graph: bool) -> tuple[Tensor, ...]:
        value = ours.polynomial(x, coefficients, dim=1)
        for graph in (True, True, create_graph):
            value = torch.stack([value.square().sum()])
            found = torch.autograd.grad(value.sum(), (x, coefficients), create_graph=graph)
            value = torch.cat(found)
        return tuple(f.detach() for f in found)

    for a, b in zip(third(False), third(True), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-9)
