"""What a row of tests/python/references.py is."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

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
    third_derivatives_up_to: float = math.inf  # the largest |x| at which they are tested

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
