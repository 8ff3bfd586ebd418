"""Independent references: what each operator must compute, from the formula of its paper. One row per operator.

To add an operator, add a row to `REFERENCES`, and look at nothing but the paper while you write it:

- ``value`` and ``partials``, one for each tensor input, are expressions of tests/python/reference_language.py. Write
  them so that no digits cancel, in the tails as well: they are evaluated in long double, where they must be far better
  than a float everywhere (`test_references.py` proves it against mpmath). At a kink, ``partials`` has the slope that
  PyTorch has. ``1 + exp(x)`` may overflow, but ``exp(x) / exp(x)`` may not.
- At +-infinity the reference is the limit. Nothing has to be done for it: where an expression gives NaN at an infinity,
  it is evaluated at huge numbers instead. NaN gives NaN.
- ``inputs`` are the operator's tensor inputs in order; the first may have any name, the others and the arguments have
  those of the schema. ``samples`` holds values, besides the default, for each input after the first and for each
  argument, in the order of the schema: the first input is swept over every float for the default, and for each sample.
- ``builtin`` is PyTorch's function to compare with: called with the inputs in order and the arguments by name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class Reference:
    """One row: an operator, its exact value and derivatives, and where to look at it."""

    name: str
    value: str
    partials: tuple[str, ...]
    builtin: Callable[..., Tensor] | None = None
    inputs: tuple[str, ...] = ("x",)
    samples: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.partials) != len(self.inputs):
            raise ValueError(f"{self.name}: {len(self.partials)} partials for {len(self.inputs)} inputs")
        if missing := [name for name in self.inputs[1:] if not self.samples.get(name)]:
            raise ValueError(f"{self.name}: no samples for {missing}")

    @property
    def arguments(self) -> tuple[str, ...]:
        """Names of the plain numbers, in the order of the schema."""
        return tuple(name for name in self.samples if name not in self.inputs)

    @property
    def expressions(self) -> tuple[str, ...]:
        """The value, then the partial derivatives."""
        return (self.value, *self.partials)


REFERENCES = (
    Reference(
        name="relu",
        value="where(x < 0, 0, x)",
        partials=("where(x > 0, 1, 0)",),
        builtin=F.relu,
    ),
    Reference(
        name="leaky_relu",
        value="where(x > 0, x, negative_slope * x)",
        partials=("where(x > 0, 1, negative_slope)",),
        builtin=F.leaky_relu,
        samples={"negative_slope": (0.2,)},
    ),
    Reference(
        name="prelu",
        value="where(x > 0, x, weight * x)",
        partials=("where(x > 0, 1, weight)", "where(x > 0, 0, x)"),
        builtin=F.prelu,
        inputs=("x", "weight"),
        samples={"weight": (-1.5, 3e-39)},
    ),
    Reference(
        name="sigmoid",
        value="1 / (1 + exp(-x))",
        partials=("1 / ((1 + exp(x)) * (1 + exp(-x)))",),
        builtin=torch.sigmoid,
    ),
    Reference(
        name="tanh",
        value="tanh(x)",
        partials=("1 / (cosh(x) * cosh(x))",),
        builtin=torch.tanh,
    ),
    Reference(
        name="mish",
        value="x * tanh(log1p(exp(x)))",
        partials=("tanh(log1p(exp(x))) + x / (1 + exp(-x)) / (cosh(log1p(exp(x))) * cosh(log1p(exp(x))))",),
        builtin=F.mish,
    ),
    Reference(
        name="swiglu",
        value="gate / (1 + exp(-gate)) * up",
        partials=(
            "(1 + gate / (1 + exp(gate))) / (1 + exp(-gate)) * up",
            "gate / (1 + exp(-gate))",
        ),
        builtin=lambda gate, up: F.silu(gate) * up,
        inputs=("gate", "up"),
        samples={"up": (1.0, -0.3, 1e-3)},
    ),
)

BY_NAME = {reference.name: reference for reference in REFERENCES}
