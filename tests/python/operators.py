"""How to call the operators under test, and which of them a test is run over.

What is run over all operators, here and in the tests, names none of them: a new line in ops/catalogue.h with its row
in references.py is tested by everything. Tests that name operators are of what only these have.

Coefficients, of which an operator takes any number in one tensor, are inputs of their own here, one for each in the
reference row: a case stacks them for the operator, and takes its gradients apart. tests/python/test_coefficients.py
tests the tensors themselves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
import torch
from reference_language import evaluate
from tested_catalogue import OPERATORS, Input, Operator
from torch import Tensor


@dataclass(frozen=True)
class Case:
    """An operator, values for its plain numbers, and whether its parameters have an element per channel."""

    operator: Operator
    values: tuple[float, ...]
    per_channel: bool = False
    key: Any = None  # the dispatch key whose functions are called; that of the tensors where it is None

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
            values = parameter.values(i, channels)
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
        return self._call("", "default", *self.operator.stacked(tensors), *self.values)  # type: ignore[no-any-return]

    def in_place(self, tensor: Tensor) -> Tensor:
        """``torch.ops.torchactiv.<name>_``."""
        return self._call("_", "default", tensor, *self.values)  # type: ignore[no-any-return]

    def out(self, *tensors: Tensor, out: Tensor) -> Tensor:
        """``torch.ops.torchactiv.<name>.out``."""
        tensors = self.operator.stacked(tensors)
        return self._call("", "out", *tensors, *self.values, out=out)  # type: ignore[no-any-return]

    def backward(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        """``torch.ops.torchactiv.<name>_backward`` of the gradient and the saved tensors."""
        gradient, *saved = tensors
        results = self._call("_backward", "default", gradient, *self._stacked(saved), *self.values)
        return self.operator.apart(as_tuple(results), saved)

    def double_backward(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        """``torch.ops.torchactiv.<name>_double_backward`` of the gradients' gradients, the gradient, what is saved."""
        count = 1 if self.operator.saves_output else len(self.operator.inputs)
        arriving, (gradient, *saved) = tensors[:count], tensors[count:]
        given = (*self._stacked(arriving), gradient, *self._stacked(saved), *self.values)
        results = as_tuple(self._call("_double_backward", "default", *given))
        return (results[0], *self.operator.apart(results[1:], saved))

    def _call(self, suffix: str, overload: str, *arguments: Any, **keywords: Any) -> Any:
        function = self.operator.overload(suffix, overload)
        if self.key is None:
            return function(*arguments, **keywords)
        return function._op_dk(self.key, *arguments, **keywords)

    def _stacked(self, saved: Sequence[Tensor]) -> tuple[Tensor, ...]:
        return tuple(saved) if self.operator.saves_output else self.operator.stacked(saved)

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


CASES = [case for operator in OPERATORS for case in _cases_of(operator)]
OF_EACH_KIND = list(
    {
        _kind(c.operator): c
        for c in CASES
        if c.values == tuple(c.operator.arguments.values()) and not c.operator.has_coefficients
    }.values()
)


def over(cases: Sequence[Case]) -> pytest.MarkDecorator:
    """Parametrises a test over cases."""
    return pytest.mark.parametrize("case", cases, ids=str)


every_operator = pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
every_case = over(CASES)
# Those whose inputs are the tensors of the schema.
every_plain_operator = pytest.mark.parametrize(
    "operator", [o for o in OPERATORS if not o.has_coefficients], ids=lambda operator: operator.name
)
every_plain_case = over([c for c in CASES if not c.operator.has_coefficients])
every_in_place = over([c for c in CASES if c.operator.in_place])
every_builtin = over([c for c in CASES if c.operator.reference.builtin])
every_parametric = over([c for c in CASES if c.operator.parameters])
every_plain_parametric = over([c for c in CASES if c.operator.parameters and not c.operator.has_coefficients])
every_with_several_data = over([c for c in CASES if len(c.operator.data) > 1 and not c.operator.parameters])
in_place_of_each_kind = over([c for c in OF_EACH_KIND if c.operator.in_place])
# With default arguments, and parameters for each channel where it has any.
of_each_operator = over(
    [
        c
        for c in CASES
        if c.values == tuple(c.operator.arguments.values()) and c.per_channel == bool(c.operator.parameters)
    ]
)
every_shared_case = over([c for c in CASES if not c.per_channel])
one_of_each_kind = over(OF_EACH_KIND)  # for what is slow: the operators that differ in what the machine does with them
