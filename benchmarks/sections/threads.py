"""PyTorch's functions against eager on several threads, at 4 Mi floats."""

from collections.abc import Iterator, Mapping, Sequence

import torch
from contest import contest
from elsewhere import where_memory_is_kept
from measurement import EAGER, IN_MEMORY, Plan, Row
from tables import by_dtype

from sections.progress import progress


def measure(plan: Plan) -> Iterator[Row]:
    return where_memory_is_kept("threads", plan, _here(plan))


def _here(plan: Plan) -> Iterator[Row]:
    if plan.threads == 1:
        return
    torch.set_num_threads(plan.threads)
    try:
        for subject in progress("threads", plan.in_pytorch):
            yield from contest(subject, IN_MEMORY, torch.float32).rows("threads", plan.rounds)
    finally:
        torch.set_num_threads(1)


def tables(rows: Sequence[Row]) -> Mapping[str, str]:
    return {"eager": by_dtype(rows, EAGER)} if rows else {}
