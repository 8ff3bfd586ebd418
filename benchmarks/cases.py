"""What is measured: each operator of the catalogue, forward and backward, against its rivals."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
import torchactiv
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "python"))
from references import REFERENCES, Reference

SIZES = (1 << 16, 1 << 22)
DTYPES = (torch.float32, torch.bfloat16)
DIRECTIONS = ("forward", "backward")


@dataclass(frozen=True)
class Case:
    """One row of the table."""

    reference: Reference
    direction: str
    dtype: torch.dtype
    elements: int
    threads: int

    @property
    def label(self) -> str:
        dtype = str(self.dtype).removeprefix("torch.")
        return f"{self.reference.name} {self.direction} {dtype} {self.elements >> 10} Ki, {self.threads} thread(s)"

    def functions(self) -> dict[str, Callable[[], object]]:
        """The rivals by name: torchactiv, eager PyTorch, torch.compile, and moving the same data without computing."""
        ours = getattr(torchactiv.functional, self.reference.name)
        eager = self.reference.builtin
        assert eager is not None
        torch.compiler.reset()
        rivals = {"torchactiv": ours, "eager": eager, "compile": torch.compile(eager, dynamic=False)}
        inputs = self._inputs()
        if self.direction == "forward":
            timed = {name: _forward(function, inputs) for name, function in rivals.items()}
        else:
            # The same tensors for all: where in memory they lie makes more of a difference than the code does.
            leaves = [tensor.clone().requires_grad_() for tensor in inputs]
            gradient = torch.randn_like(inputs[0])
            timed = {name: _backward(function, leaves, gradient) for name, function in rivals.items()}
        out = torch.empty_like(inputs[0])
        data = [tensor.detach() for tensor in inputs if tensor.shape == out.shape]
        moved = data if self.direction == "forward" else [*data, data[0]]
        timed["copy"] = (
            (lambda: out.copy_(moved[0])) if len(moved) == 1 else (lambda: torch.add(moved[0], moved[1], out=out))
        )
        return timed

    def _inputs(self) -> list[Tensor]:
        shape = (self.elements // 4096, 64, 64)
        torch.manual_seed(0)
        inputs = [torch.randn(shape, dtype=self.dtype)]
        for name in self.reference.inputs[1:]:
            parameter = _is_parameter(self.reference.name, name)
            inputs.append(
                torch.full((64,), 0.25, dtype=self.dtype) if parameter else torch.randn(shape, dtype=self.dtype)
            )
        return inputs


def cases(operators: list[str], threads: tuple[int, ...]) -> Iterator[Case]:
    """All rows for the named operators, or for all that PyTorch can be compared with."""
    for reference in REFERENCES:
        if reference.builtin is None or (operators and reference.name not in operators):
            continue
        for count in threads:
            for dtype in DTYPES:
                for elements in SIZES:
                    for direction in DIRECTIONS:
                        yield Case(reference, direction, dtype, elements, count)


def _is_parameter(operator: str, name: str) -> bool:
    for entry in torchactiv.catalogue():
        if entry["name"] == operator:
            return any(given["name"] == name and given["role"] == "parameter" for given in entry["inputs"])
    raise KeyError(operator)


def _forward(function: Callable[..., Tensor], inputs: list[Tensor]) -> Callable[[], object]:
    def call() -> Tensor:
        with torch.no_grad():
            return function(*inputs)

    return call


def _backward(function: Callable[..., Tensor], leaves: list[Tensor], gradient: Tensor) -> Callable[[], object]:
    output = function(*leaves)
    return lambda: torch.autograd.grad(output, leaves, gradient, retain_graph=True)
