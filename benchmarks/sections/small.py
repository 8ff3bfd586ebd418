"""One element and 1 Ki, where a call costs more than the computing."""

from collections.abc import Iterator, Mapping, Sequence

import torch
from contest import contest
from measurement import EAGER, FORWARD, Plan, Row, dtypes_of, instructions, matching, name_of
from tables import by_dtype, markdown
from timing import Call, time_interleaved

from sections.progress import progress

SIZES = (1, 1 << 10)
ATEN = "torch.ops.aten.relu"


def measure(plan: Plan) -> Iterator[Row]:
    yield _overhead(plan.rounds)
    for subject in progress("small", plan.in_pytorch):
        for dtype in dtypes_of(subject):
            for elements in SIZES:
                if elements >= subject.smallest:
                    yield from contest(subject, elements, dtype).rows("small", plan.rounds)


def _overhead(rounds: int) -> Row:
    """Calls of operators on one element, without Python functions around them."""
    x = torch.randn(1)
    aten, ours = torch.ops.aten, torch.ops.torchactiv
    calls: dict[str, Call] = {
        ATEN: lambda: aten.relu(x),
        "torch.ops.torchactiv.relu": lambda: ours.relu(x),
        "torch.ops.torchactiv.mish": lambda: ours.mish(x),
    }
    with torch.no_grad():
        timings = time_interleaved(calls, 4 * rounds)
    return Row(
        section="small",
        operator=ATEN,
        direction=FORWARD,
        dtype=name_of(x.dtype),
        elements=1,
        timings=timings,
        instructions=instructions(),
    )


def tables(rows: Sequence[Row]) -> Mapping[str, str]:
    (overhead,) = matching(rows, operator=ATEN)
    rest = [row for row in rows if row is not overhead]
    calls = [(name, f"{timing.best * 1e6:.2f}", overhead.times(name)) for name, timing in overhead.timings.items()]
    found = {"overhead": markdown(calls, ("operator", "µs", "of aten.relu's time"))}
    for elements in SIZES:
        found[f"of_{elements}"] = by_dtype(matching(rest, elements=elements), EAGER)
    return found
