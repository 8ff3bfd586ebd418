"""What is learned or gated, at 4 Mi elements: against eager and compiled PyTorch, with the memory that a step takes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import torch
from contest import contest
from measurement import COMPILED, EAGER, IN_MEMORY, OURS, Plan, Row, matching
from peak_memory import peaks
from subjects import SUBJECTS
from tables import markdown, pairs

from sections.progress import progress

DTYPES = (torch.float32, torch.bfloat16)


def measure(plan: Plan) -> Iterator[Row]:
    for subject in progress("training", [s for s in plan.subjects if s.is_adaptive or s.is_gated]):
        for dtype in DTYPES:
            rivals = contest(subject, IN_MEMORY, dtype, compiled=dtype == torch.float32)
            taken = peaks(rivals)
            for row in rivals.rows("training", plan.rounds):
                yield replace(row, peaks=taken)
    torch.compiler.reset()


def tables(rows: Sequence[Row]) -> Mapping[str, str]:
    adaptive = {subject.name for subject in SUBJECTS if subject.is_adaptive}
    return {
        "adaptive": _table([row for row in rows if row.operator in adaptive]),
        "gated": _table([row for row in rows if row.operator not in adaptive]),
    }


def _table(rows: Sequence[Row]) -> str:
    """Times as fast as the rivals, then the most memory that a step takes beside its inputs, in units of the input."""
    lines = []
    for (forward, backward, both), (_, _, shorter) in zip(
        pairs(matching(rows, dtype="float32")), pairs(matching(rows, dtype="bfloat16")), strict=True
    ):
        line: list[object] = [forward.operator]
        line += [f"{row.timings[OURS].best / row.elements * 1e9:.2f}" for row in (forward, backward)]
        line += [f"{row.times(EAGER).median:.2f}" for row in (forward, backward)]
        line += [both.times(EAGER), both.times(COMPILED), shorter.times(EAGER)]
        line += [f"{forward.peaks[rival]:.2f}" for rival in (OURS, EAGER)]
        lines.append(line)
    headers = ["operator", "forward ns", "backward ns", "forward, x eager", "backward, x eager", "both, x eager"]
    return markdown(lines, [*headers, "both, x compile", "bfloat16 both, x eager", "memory", "memory, eager"])
