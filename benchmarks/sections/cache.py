"""64 Ki elements, which stay in the processor's caches: all against eager and compiled PyTorch, on one thread."""

from collections.abc import Iterator, Mapping, Sequence

import torch
from contest import contest
from measurement import COMPILED, EAGER, IN_CACHE, OURS, Plan, Row, dtypes_of, matching
from subjects import SUBJECTS
from tables import by_dtype, markdown, pairs

from sections.progress import progress


def measure(plan: Plan) -> Iterator[Row]:
    for subject in progress("cache", plan.subjects):
        for dtype in dtypes_of(subject):
            yield from contest(subject, IN_CACHE, dtype, compiled=True).rows("cache", plan.rounds)
    torch.compiler.reset()


def tables(rows: Sequence[Row]) -> Mapping[str, str]:
    of_pytorch = {subject.name for subject in SUBJECTS if subject.in_pytorch}
    floats = matching(rows, dtype="float32")
    shorter = [row for row in rows if row.dtype != "float32"]
    return {
        "eager": by_dtype([row for row in rows if row.operator in of_pytorch], EAGER),
        "compiled": _floats([row for row in floats if row.operator in of_pytorch]),
        "written_out": _floats([row for row in floats if row.operator not in of_pytorch]),
        "compiled_shorter": by_dtype(shorter, COMPILED),
    }


def _floats(rows: Sequence[Row]) -> str:
    """Times for an element, then how many times as long as torchactiv the rivals take."""
    lines: list[list[object]] = []
    for forward, backward, both in pairs(rows):
        line: list[object] = [forward.operator]
        line += [f"{row.timings[OURS].best / row.elements * 1e9:.3f}" for row in (forward, backward)]
        line += [row.times(COMPILED) for row in (forward, backward, both)]
        line += [f"{row.times(EAGER).median:.2f}" for row in (forward, backward, both)]
        lines.append(line)
    parts = ("forward", "backward", "both")
    headers = ["operator", "forward ns", "backward ns"]
    return markdown(lines, headers + [f"{part}, x {rival}" for rival in ("compile", "eager") for part in parts])
