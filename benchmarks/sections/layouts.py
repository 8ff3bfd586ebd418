"""Tensors that are not contiguous: PyTorch's functions against eager."""

from collections.abc import Iterator, Mapping, Sequence

import torch
from contest import contest
from elsewhere import where_memory_is_kept
from measurement import BACKWARD, EAGER, FORWARD, IN_CACHE, IN_MEMORY, Plan, Row, matching, one
from tables import markdown, operators_of
from tensors import LAYOUTS

from sections.progress import progress

DENSE, *OTHERS = LAYOUTS
CASES = ((IN_CACHE, torch.float32), (IN_CACHE, torch.bfloat16), (IN_MEMORY, torch.float32))
ROUNDS_IN_MEMORY = 7
"""At most: PyTorch takes 0.2 s for some functions of strided tensors."""


def measure(plan: Plan) -> Iterator[Row]:
    return where_memory_is_kept("layouts", plan, _here(plan))


def _here(plan: Plan) -> Iterator[Row]:
    for subject in progress("layouts", plan.in_pytorch):
        for layout in OTHERS:
            for elements, dtype in CASES:
                rounds = min(plan.rounds, ROUNDS_IN_MEMORY) if elements == IN_MEMORY else plan.rounds
                yield from contest(subject, elements, dtype, layout).rows("layouts", rounds)


def tables(rows: Sequence[Row]) -> Mapping[str, str]:
    return {
        "floats": _table(matching(rows, elements=IN_CACHE, dtype="float32")),
        "bfloat16": _table(matching(rows, elements=IN_CACHE, dtype="bfloat16")),
        "large": _table(matching(rows, elements=IN_MEMORY)),
    }


def _table(rows: Sequence[Row]) -> str:
    columns = [(layout, direction) for layout in OTHERS for direction in (FORWARD, BACKWARD)]
    lines = []
    for name in operators_of(rows):
        found = [one(rows, operator=name, layout=layout, direction=direction) for layout, direction in columns]
        lines.append([name, *(f"{row.times(EAGER).median:.2f}" for row in found)])
    return markdown(lines, ["operator", *(f"{layout} {direction}" for layout, direction in columns)])
