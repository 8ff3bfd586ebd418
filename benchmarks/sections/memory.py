"""4 Mi elements, which stream from memory: PyTorch's functions against eager, and all against moving as many bytes."""

from collections.abc import Iterator, Mapping, Sequence

import torch
from contest import Contest, contest
from elsewhere import where_memory_is_kept
from measurement import BACKWARD, EAGER, FORWARD, IN_MEMORY, OURS, Plan, Row, dtypes_of, matching, one
from tables import by_dtype, markdown, operators_of
from timing import Call

from sections.progress import progress

NEW_COPY = "a copy"
OUT = "torchactiv, out="
OUT_COPY = "a copy, into memory that is there"
ADDITION = "an addition"


def measure(plan: Plan) -> Iterator[Row]:
    return where_memory_is_kept("memory", plan, _here(plan))


def _here(plan: Plan) -> Iterator[Row]:
    for subject in progress("memory", plan.subjects):
        for dtype in dtypes_of(subject):
            rivals = contest(subject, IN_MEMORY, dtype, eager=subject.in_pytorch)
            if dtype == torch.float32 and subject.operator:
                _add_movements(rivals)
            yield from rivals.rows("memory", plan.rounds)


def _add_movements(rivals: Contest) -> None:
    """What only moves the bytes that the function reads and writes, as far as they are not parameters'."""
    assert rivals.subject.operator
    data = [tensor for tensor in rivals.inputs if tensor.shape == rivals.gradient.shape]
    gradient, out = rivals.gradient, torch.empty_like(rivals.gradient)
    operator = rivals.subject.operator
    given, keywords, ours = rivals.inputs, operator.demanded, operator.overload("", "out")
    forward: dict[str, Call] = {OUT: lambda: ours(*given, **keywords, out=out)}
    backward: dict[str, Call]
    if len(data) == 1:
        (x,) = data
        forward |= {NEW_COPY: x.clone, OUT_COPY: lambda: out.copy_(x)}
        backward = {ADDITION: lambda: torch.add(gradient, x)}
    else:
        x, y = data
        forward |= {NEW_COPY: lambda: torch.add(x, y), OUT_COPY: lambda: torch.add(x, y, out=out)}
        backward = {ADDITION: lambda: (torch.add(gradient, x), y.clone())}
    rivals.calls[FORWARD] |= forward
    rivals.calls[BACKWARD] |= backward


def tables(rows: Sequence[Row]) -> Mapping[str, str]:
    return {
        "eager": by_dtype([row for row in rows if EAGER in row.timings], EAGER),
        "movements": _movements([row for row in matching(rows, dtype="float32") if _moves(row)]),
    }


def _moves(row: Row) -> bool:
    return bool({OUT, ADDITION} & row.timings.keys())


def shares(rows: Sequence[Row], operator: str) -> tuple[float, float, float]:
    """Of forward, forward with out=, and backward: how many times as long as the movement it takes."""
    forward = one(rows, operator=operator, dtype="float32", direction=FORWARD)
    backward = one(rows, operator=operator, dtype="float32", direction=BACKWARD)
    return (
        forward.timings[NEW_COPY].ratio_to(forward.timings[OURS]).median,
        forward.timings[OUT_COPY].ratio_to(forward.timings[OUT]).median,
        backward.timings[ADDITION].ratio_to(backward.timings[OURS]).median,
    )


def _movements(rows: Sequence[Row]) -> str:
    lines = [(name, *(f"{share:.2f}" for share in shares(rows, name))) for name in operators_of(rows)]
    return markdown(lines, ("operator", "forward / copy", "forward with out= / copy", "backward / addition"))
