"""Backward within a network: layers of one function, one behind the other, whose gradients are the engine's alone."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
from elsewhere import where_memory_is_kept
from measurement import (
    BACKWARD,
    EAGER,
    IN_CACHE,
    IN_MEMORY,
    OURS,
    Plan,
    Row,
    dtypes_of,
    instructions,
    matching,
    name_of,
)
from tables import markdown, operators_of, size_of
from timing import Call, Timing, time_interleaved
from torch import Tensor

from sections.progress import progress

LAYERS = 8
SIZES = (IN_CACHE, IN_MEMORY)


def measure(plan: Plan) -> Iterator[Row]:
    return where_memory_is_kept("layers", plan, _here(plan))


def _here(plan: Plan) -> Iterator[Row]:
    behind_itself = [s for s in plan.in_pytorch if len(s.inputs) == 1 == s.smallest and not s.random]
    for subject in progress("layers", behind_itself):
        for dtype in dtypes_of(subject):
            for elements in SIZES:
                x = torch.randn(elements, dtype=dtype, requires_grad=True)
                calls = {OURS: _backward(subject.ours, x), EAGER: _backward(subject.theirs, x)}
                timings = time_interleaved(calls, plan.rounds)
                yield Row(
                    section="layers",
                    operator=subject.name,
                    direction=BACKWARD,
                    dtype=name_of(dtype),
                    elements=elements,
                    timings={name: _of_one(timing) for name, timing in timings.items()},
                    instructions=instructions(),
                )


def _backward(function: Callable[[Tensor], Tensor], x: Tensor) -> Call:
    y = x
    for _ in range(LAYERS):
        y = function(y)
    gradient = torch.randn_like(y)
    return lambda: torch.autograd.grad(y, x, gradient, retain_graph=True)


def _of_one(timing: Timing) -> Timing:
    return Timing(tuple(seconds / LAYERS for seconds in timing.rounds))


def tables(rows: Sequence[Row]) -> Mapping[str, str]:
    cases = list(dict.fromkeys((row.dtype, row.elements) for row in rows))
    lines = []
    for name in operators_of(rows):
        found = {(row.dtype, row.elements): row.times(EAGER) for row in matching(rows, operator=name)}
        lines.append([name, *(f"{found[case].median:.2f}" if case in found else "" for case in cases)])
    return {"eager": markdown(lines, ["operator", *(f"{dtype} {size_of(n)}" for dtype, n in cases)])}
