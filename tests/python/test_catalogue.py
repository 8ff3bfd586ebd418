"""What the cards say of their functions is what the reference formulas do."""

import re

import pytest
import torch
import torchactiv
from operators import OPERATORS, Case, Operator, every_operator
from torch import Tensor

ENTRIES = {entry["name"]: entry for entry in torchactiv.catalogue()}
of_one_number = pytest.mark.parametrize(
    "operator",
    [o for o in OPERATORS if len(o.data) == 1 and not o.required and not o.has_coefficients],
    ids=lambda operator: operator.name,
)

NEAR = torch.linspace(-40, 40, 320_001, dtype=torch.float64)
TINY = 1e-9  # what rounding may make of a zero, and no property hangs on


def at_initial_parameters(operator: Operator, expression: str, x: Tensor) -> Tensor:
    """The expression of the reference row with the default arguments and initial parameters."""
    tensors = [torch.full_like(x, i.initial) if i.is_parameter else x for i in operator.inputs]
    return Case(operator, tuple(operator.arguments.values())).formula(expression, *tensors)


def values(operator: Operator, x: Tensor) -> Tensor:
    return at_initial_parameters(operator, operator.reference.value, x)


def holds(operator: Operator, name: str) -> bool:
    return bool(dict(ENTRIES[operator.name]["properties"])[name])


def far(lowest: float, highest: float) -> Tensor:
    """Magnitudes between two powers of ten, of both signs."""
    magnitudes = torch.logspace(lowest, highest, 4001, dtype=torch.float64)
    return torch.cat([-magnitudes, magnitudes])


@of_one_number
def test_bounded(operator: Operator) -> None:
    """Whether the largest value does not grow any more from 10^4 on; a logarithm would, by half from there to 10^6."""
    before, after = (values(operator, far(*exponents)).abs().max().item() for exponents in ((0, 4), (4, 8)))
    assert holds(operator, "bounded") == (after <= 1.01 * before < float("inf"))


@of_one_number
def test_monotonic(operator: Operator) -> None:
    """Whether neither the slope is negative anywhere nor the function jumps down."""
    y = values(operator, NEAR)
    slope = at_initial_parameters(operator, operator.reference.partials[operator.inputs.index(operator.data[0])], NEAR)
    falls = (y.diff() < -TINY * y[1:].abs().clamp(min=1)).any() or (slope < -TINY).any()
    assert holds(operator, "monotonic") != bool(falls)


@of_one_number
def test_both_signs(operator: Operator) -> None:
    y = values(operator, NEAR)
    assert holds(operator, "both_signs") == bool((y < -TINY).any() and (y > TINY).any())


@of_one_number
def test_a_function_with_a_kink_is_made_of_pieces(operator: Operator) -> None:
    if not holds(operator, "smooth"):
        formulas = " ".join(operator.reference.expressions)
        assert re.search(r"\b(where|fmin|fmax|fabs)\(", formulas), "nothing in the formula can have a kink"


@every_operator
def test_the_card_is_complete(operator: Operator) -> None:
    entry = ENTRIES[operator.name]
    for text in (entry["title"], entry["formula"], entry["derivative"], entry["source"]):
        assert text.strip()
    assert len(re.split(r"(?<!\\); ", entry["derivative"])) == len(operator.tensors)


def test_there_is_something_to_check() -> None:
    """Each property holds of some operator and not of another, lest a wrong test pass."""
    checked = [dict(ENTRIES[o.name]["properties"]) for o in OPERATORS if len(o.data) == 1]
    for name in ("bounded", "monotonic", "smooth", "both_signs"):
        assert {properties[name] for properties in checked} == {True, False}
