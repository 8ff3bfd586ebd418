"""Calls that take turns: a function's rivals, forward and backward, on the same tensors."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from measurement import BACKWARD, COMPILED, EAGER, FORWARD, OURS, Row, instructions, name_of
from subjects import Function, Subject
from tensors import inputs_of
from timing import Call, time_interleaved
from torch import Tensor


@dataclass(frozen=True)
class Contest:
    """Rivals by direction and name; more of them can be added before they are measured."""

    subject: Subject
    dtype: torch.dtype
    elements: int
    layout: str
    inputs: list[Tensor]
    gradient: Tensor
    calls: dict[str, dict[str, Call]]

    def rows(self, section: str, rounds: int) -> Iterator[Row]:
        """Measures both directions."""
        for direction, rivals in self.calls.items():
            yield Row(
                section=section,
                operator=self.subject.name,
                direction=direction,
                dtype=name_of(self.dtype),
                elements=self.elements,
                timings=time_interleaved(rivals, rounds),
                threads=torch.get_num_threads(),
                layout=self.layout,
                instructions=instructions(),
            )


def contest(
    subject: Subject,
    elements: int,
    dtype: torch.dtype,
    layout: str = "contiguous",
    *,
    eager: bool = True,
    compiled: bool = False,
) -> Contest:
    """torchactiv and those rivals that are asked for."""
    functions: dict[str, Function] = {OURS: subject.ours}
    if eager:
        functions[EAGER] = subject.theirs
    if compiled:
        torch.compiler.reset()
        functions[COMPILED] = torch.compile(subject.theirs, dynamic=False)
    inputs = inputs_of(subject, elements, dtype, layout)
    # The same tensors for all: where in memory they lie makes more of a difference than the code does.
    leaves = [tensor.detach().requires_grad_() for tensor in inputs]
    forward = {name: without_autograd(function, inputs) for name, function in functions.items()}
    outputs = {name: function(*leaves) for name, function in functions.items()}
    gradient = torch.randn_like(outputs[OURS])
    backward = {name: gradients(output, leaves, gradient) for name, output in outputs.items()}
    return Contest(subject, dtype, elements, layout, inputs, gradient, {FORWARD: forward, BACKWARD: backward})


def without_autograd(function: Callable[..., object], inputs: list[Tensor]) -> Call:
    def call() -> object:
        with torch.no_grad():
            return function(*inputs)

    return call


def gradients(output: Tensor, leaves: list[Tensor], gradient: Tensor) -> Call:
    return lambda: torch.autograd.grad(output, leaves, gradient, retain_graph=True)
