"""The operators under test, as the catalogue and their reference rows describe them, and how to call them.

Nothing here or in the tests names an operator: a new line in ops/catalogue.h with its row in references.py is tested
by everything.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

import pytest
import torch
import torchactiv
from reference_language import evaluate
from references import BY_NAME, Reference
from torch import Tensor


@dataclass(frozen=True)
class Input:
    """A tensor argument."""

    name: str
    is_parameter: bool
    initial: float


@dataclass(frozen=True)
class Operator:
    """One line of the catalogue."""

    name: str
    module: str
    inputs: tuple[Input, ...]
    arguments: dict[str, float]  # with their defaults, or the first sample where they have none
    required: frozenset[str]
    saves_output: bool
    in_place: bool
    inplace_argument: bool
    dim: int  # that parameters of one dimension lie along
    drop_in: bool  # whether the function takes no dim=
    repr: str  # which arguments the module shows
    precision: tuple[str, str]  # of forward and derivative: which loops compute it

    @property
    def reference(self) -> Reference:
        """What it must compute."""
        return BY_NAME[self.name]

    @property
    def demanded(self) -> dict[str, float]:
        """The numbers without which there is no call."""
        return {name: self.arguments[name] for name in self.required}

    @property
    def along_channels(self) -> dict[str, int]:
        """What function and module take lest their parameters lie along another dimension than 1."""
        return {"dim": 1} if self.parameters and not self.drop_in else {}

    @property
    def data(self) -> tuple[Input, ...]:
        """The inputs that flow through the network."""
        return tuple(i for i in self.inputs if not i.is_parameter)

    @property
    def parameters(self) -> tuple[Input, ...]:
        """The inputs that are learned."""
        return tuple(i for i in self.inputs if i.is_parameter)

    def overload(self, suffix: str = "", overload: str = "default") -> Any:
        """The registered function of that name, such as ``torch.ops.torchactiv.mish_backward.default``."""
        return getattr(getattr(torch.ops.torchactiv, self.name + suffix), overload)

    @property
    def function(self) -> Callable[..., Tensor]:
        """The function in torchactiv.functional."""
        function: Callable[..., Tensor] = getattr(torchactiv.functional, self.name)
        return function

    @property
    def module_class(self) -> type[torch.nn.Module]:
        """The class in torchactiv.nn."""
        module: type[torch.nn.Module] = getattr(torchactiv.nn, self.module)
        return module


@dataclass(frozen=True)
class Case:
    """An operator, values for its plain numbers, and whether its parameters have an element per channel."""

    operator: Operator
    values: tuple[float, ...]
    per_channel: bool = False

    def __str__(self) -> str:
        defaults = self.operator.arguments
        changed = [f"{n}={v}" for (n, d), v in zip(defaults.items(), self.values, strict=True) if v != d]
        return "-".join([self.operator.name, *changed, *(["per_channel"] if self.per_channel else [])])

    @property
    def rounded(self) -> "Case":
        """With the plain numbers as floats have them."""
        return replace(self, values=tuple(torch.tensor(self.values, dtype=torch.float32).double().tolist()))

    @property
    def keywords(self) -> dict[str, float]:
        """The plain numbers by name."""
        return dict(zip(self.operator.arguments, self.values, strict=True))

    @property
    def keywords_in_python(self) -> dict[str, float]:
        """For the function in torchactiv.functional."""
        return self.keywords | self.operator.along_channels

    def parameters(
        self, data: Tensor, *, dtype: torch.dtype | None = None, requires_grad: bool = False
    ) -> tuple[Tensor, ...]:
        """Parameters that fit the data: one element, or one for each channel."""
        channels = data.size(1) if self.per_channel and data.dim() > 1 else 1
        result = []
        for i, parameter in enumerate(self.operator.parameters):
            steps = torch.arange(channels, dtype=torch.float64)
            values = parameter.initial + 0.5 + 0.75 * torch.sin(1.3 * steps + i)
            result.append(values.to(dtype or data.dtype).requires_grad_(requires_grad))
        return tuple(result)

    def inputs(
        self,
        shape: Sequence[int] = (2, 3, 5),
        *,
        dtype: torch.dtype = torch.float64,
        requires_grad: bool = False,
        seed: int = 0,
    ) -> tuple[Tensor, ...]:
        """Tensors to call the operator with, in order."""
        data = [sample(shape, dtype=dtype, seed=seed + i).requires_grad_(requires_grad) for i, _ in self.data]
        return self.join(data, self.parameters(data[0].detach(), requires_grad=requires_grad))

    @property
    def data(self) -> tuple[tuple[int, Input], ...]:
        """The data inputs, numbered."""
        return tuple(enumerate(self.operator.data))

    def join(self, data: Iterable[Tensor], parameters: Iterable[Tensor]) -> tuple[Tensor, ...]:
        """Data and parameters in the order of the schema."""
        data, parameters = iter(data), iter(parameters)
        return tuple(next(parameters if i.is_parameter else data) for i in self.operator.inputs)

    def forward(self, *tensors: Tensor) -> Tensor:
        """``torch.ops.torchactiv.<name>``."""
        return self.operator.overload()(*tensors, *self.values)  # type: ignore[no-any-return]

    def in_place(self, tensor: Tensor) -> Tensor:
        """``torch.ops.torchactiv.<name>_``."""
        return self.operator.overload("_")(tensor, *self.values)  # type: ignore[no-any-return]

    def out(self, *tensors: Tensor, out: Tensor) -> Tensor:
        """``torch.ops.torchactiv.<name>.out``."""
        return self.operator.overload("", "out")(*tensors, *self.values, out=out)  # type: ignore[no-any-return]

    def backward(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        """``torch.ops.torchactiv.<name>_backward`` of the gradient and the saved tensors."""
        return as_tuple(self.operator.overload("_backward")(*tensors, *self.values))

    def double_backward(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        """``torch.ops.torchactiv.<name>_double_backward`` of the gradients' gradients, the gradient, what is saved."""
        return as_tuple(self.operator.overload("_double_backward")(*tensors, *self.values))

    def saved(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        """What backward reads: the inputs or the result."""
        return (self.forward(*tensors),) if self.operator.saves_output else tensors

    def module(self, data: Tensor, **options: Any) -> torch.nn.Module:
        """The module with this case's arguments, and parameters for that data."""
        if self.operator.parameters:
            options["num_parameters"] = data.size(1) if self.per_channel and data.dim() > 1 else 1
            options |= self.operator.along_channels
        return self.operator.module_class(**options, **self.keywords)

    def builtin(self, *tensors: Tensor) -> Tensor:
        """PyTorch's function of the same name; the formula where there is none."""
        function = self.operator.reference.builtin
        return (
            function(*tensors, **self.keywords) if function else self.formula(self.operator.reference.value, *tensors)
        )

    def formula(self, expression: str, *tensors: Tensor) -> Tensor:
        """An expression of the reference row, in the dtype of the tensors."""
        aligned = torch.broadcast_tensors(*self.aligned(*tensors))
        named = dict(zip(self.operator.reference.inputs, aligned, strict=True))
        named |= {name: torch.full_like(aligned[0], value) for name, value in self.keywords.items()}
        result: Tensor = evaluate(expression, named, torch)
        return result

    def aligned(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        """The same tensors with parameters in a shape that broadcasts."""
        dimensions = tensors[0].dim()

        def align(parameter: Tensor) -> Tensor:
            if dimensions == 0:
                return parameter.reshape(())
            if parameter.dim() == 1 and parameter.numel() != 1 and dimensions > 1:
                return parameter.reshape([1, -1] + [1] * (dimensions - 2))
            return parameter

        return tuple(align(t) if i.is_parameter else t for i, t in zip(self.operator.inputs, tensors, strict=True))


def as_tuple(result: Any) -> tuple[Tensor, ...]:
    """One result or several, as several."""
    return result if isinstance(result, tuple) else tuple(result) if isinstance(result, list) else (result,)


def sample(shape: Sequence[int], *, dtype: torch.dtype = torch.float64, seed: int = 0) -> Tensor:
    """Random numbers between -4 and 4 that keep 1/64 away from every multiple of 1/16, where kinks may be."""
    generator = torch.Generator().manual_seed(seed)
    steps = torch.randint(-64, 64, tuple(shape), generator=generator)
    offsets = 0.25 + 0.5 * torch.rand(tuple(shape), generator=generator, dtype=torch.float64)
    return ((steps + offsets) / 16).to(dtype)


def same_bits(a: Tensor, b: Tensor) -> bool:
    """Whether shape, dtype and every bit agree; any NaN is equal to any other."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    bits = {2: torch.int16, 4: torch.int32, 8: torch.int64}[a.element_size()]
    equal = a.contiguous().view(bits) == b.contiguous().view(bits)
    return bool((equal | (a.isnan() & b.isnan())).all())


def _read_catalogue() -> tuple[Operator, ...]:
    text = (resources.files(torchactiv) / "catalogue.json").read_text(encoding="utf-8")
    return tuple(
        Operator(
            name=entry["name"],
            module=entry["module"],
            inputs=tuple(Input(i["name"], i["role"] == "parameter", i["initial"]) for i in entry["inputs"]),
            arguments={
                a["name"]: BY_NAME[entry["name"]].samples[a["name"]][0] if a["default"] is None else a["default"]
                for a in entry["arguments"]
            },
            required=frozenset(a["name"] for a in entry["arguments"] if a["default"] is None),
            saves_output=entry["saved"] == "output",
            in_place=entry["in_place"],
            inplace_argument=entry["inplace_argument"],
            dim=entry["dim"],
            drop_in=entry["drop_in"],
            repr=entry["repr"],
            precision=(entry["precision"]["forward"], entry["precision"]["partials"]),
        )
        for entry in json.loads(text)
    )


def _cases_of(operator: Operator) -> list[Case]:
    defaults = tuple(operator.arguments.values())
    cases = [Case(operator, defaults)]
    if operator.parameters:
        cases.append(Case(operator, defaults, per_channel=True))
    if operator.arguments:
        samples = operator.reference.samples
        cases.append(Case(operator, tuple(samples[name][0] for name in operator.arguments)))
    return cases


def _kind(operator: Operator) -> tuple[object, ...]:
    return (
        len(operator.data),
        min(len(operator.parameters), 2),
        bool(operator.arguments),
        operator.saves_output,
        operator.in_place,
        operator.precision[0],
    )


OPERATORS = _read_catalogue()
CASES = [case for operator in OPERATORS for case in _cases_of(operator)]
OF_EACH_KIND = list({_kind(c.operator): c for c in CASES if c.values == tuple(c.operator.arguments.values())}.values())


def over(cases: Sequence[Case]) -> pytest.MarkDecorator:
    """Parametrises a test over cases."""
    return pytest.mark.parametrize("case", cases, ids=str)


every_operator = pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
every_case = over(CASES)
every_in_place = over([c for c in CASES if c.operator.in_place])
every_builtin = over([c for c in CASES if c.operator.reference.builtin])
every_parametric = over([c for c in CASES if c.operator.parameters])
every_with_several_data = over([c for c in CASES if len(c.operator.data) > 1])
in_place_of_each_kind = over([c for c in OF_EACH_KIND if c.operator.in_place])
one_of_each_kind = over(OF_EACH_KIND)  # for what is slow: the operators that differ in what the machine does with them
