"""First to third derivatives at the ends of the number line, by every input, against those of the reference."""

import math
from typing import Any

import pytest
import torch
from operators import Case, every_shared_case
from reference_derivatives import derivative, limit
from torch import Tensor

ENDS = (math.inf, -math.inf, 3.4028234663852886e38, -3.4028234663852886e38, 1e-45, -1e-45)

NOTHING = {torch.float64: 1e-44, torch.float32: torch.finfo(torch.float32).smallest_normal}


def agrees(actual: float, expected: Any, dtype: torch.dtype, tolerance: float, nothing: float) -> bool:
    """Both beyond the dtype, or near, or both next to nothing; where the reference has no limit, anything does."""
    if expected is None:
        return True
    wanted = torch.tensor(float(expected), dtype=torch.float64).to(dtype).item()
    if math.isinf(wanted) or math.isinf(actual):
        return wanted * actual > 0 and min(abs(wanted), abs(actual)) > 0.99 * torch.finfo(dtype).max
    return abs(actual - wanted) <= tolerance * abs(wanted) + nothing


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@every_shared_case
def test_derivatives_at_the_ends(case: Case, dtype: torch.dtype) -> None:
    names = case.operator.reference.inputs
    # Every point is a channel, lest the gradients of parameters are summed.
    data = torch.tensor([ENDS], dtype=dtype)
    constants = {name: case.operator.reference.samples[name][0] for name in names[1:]}
    tensors = [data] + [
        torch.full((len(ENDS),) if i.is_parameter else (1, len(ENDS)), constants[name], dtype=dtype)
        for name, i in zip(names[1:], case.operator.inputs[1:], strict=True)
    ]
    numbers = (case if dtype == torch.float64 else case.rounded).keywords
    known = {name: float(t.flatten()[0]) for name, t in zip(names[1:], tensors[1:], strict=True)} | numbers

    def check(
        what: str,
        found: Tensor,
        expression: str,
        tolerance: float,
        of: str = "0",
        nothing: float = NOTHING[dtype],
        farthest: float = math.inf,
    ) -> None:
        for x, actual in zip(data.flatten().tolist(), found.detach().flatten().tolist(), strict=True):
            if abs(x) > farthest:
                continue
            point = {**known, names[0]: x}
            expected = None if limit(of, point) is None else limit(expression, point)
            assert agrees(actual, expected, dtype, tolerance, nothing), (what, x, actual, expected)

    tensors = [t.requires_grad_() for t in tensors]
    gradient = torch.ones_like(data, requires_grad=True)
    first = torch.autograd.grad(case.forward(*tensors), tensors, gradient, create_graph=True)
    for i, (slope, partial) in enumerate(zip(first, case.operator.reference.partials, strict=True)):
        check(names[i], slope, partial, 1e-6 if dtype == torch.float32 else 1e-10)
        by_gradient, *second = torch.autograd.grad(
            slope.sum(), (gradient, *tensors), create_graph=True, materialize_grads=True
        )
        check(f"{names[i]} gradient", by_gradient, partial, 1e-6)
        for j, curvature in enumerate(second):
            expression = derivative(partial, names[j])
            check(f"{names[i]} {names[j]}", curvature, expression, 1e-5, of=partial)
            if j < i or not curvature.requires_grad:
                continue
            # Of third ones not all mixed ones have their limits, and where they cross 0 what cancels leaves something.
            finite = math.inf if len(names) == 1 else max(e for e in ENDS if e < math.inf)
            farthest = min(finite, case.operator.reference.third_derivatives_up_to)
            third = torch.autograd.grad(curvature.sum(), tensors, retain_graph=True, materialize_grads=True)
            for k in range(j, len(names)):
                check(
                    f"{names[i]} {names[j]} {names[k]}",
                    third[k],
                    derivative(expression, names[k]),
                    1e-4,
                    of=expression,
                    nothing=1e-13,
                    farthest=farthest,
                )
