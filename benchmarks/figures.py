"""docs/performance.json: the medians for `python -m torchactiv show`, a row a line, which diffs well."""

import json
from collections.abc import Sequence

from measurement import COMPILED, EAGER, OURS, Row

SHOWN = ("cache", "memory", "threads")
"""The sections whose rows it has; of the others the page has all."""
Figure = str | int | float | list[float] | None


def figures(rows: Sequence[Row], measured_on: str) -> str:
    """The text of the file."""
    found = ",\n".join(f"  {json.dumps(_figure(row))}" for row in rows if row.section in SHOWN and EAGER in row.timings)
    return f'{{"measured_on": {json.dumps(measured_on)}, "rows": [\n{found}\n]}}\n'


def _figure(row: Row) -> dict[str, Figure]:
    found: dict[str, Figure] = {
        "operator": row.operator,
        "direction": row.direction,
        "dtype": row.dtype,
        "elements": row.elements,
        "threads": row.threads,
        "ns": round(row.timings[OURS].best / row.elements * 1e9, 3),
    }
    for key, rival in (("eager", EAGER), ("compile", COMPILED)):
        ratio = row.times(rival) if rival in row.timings else None
        found[f"times_{key}"] = round(ratio.median, 2) if ratio else None
        found[f"quartiles_{key}"] = [round(ratio.low, 2), round(ratio.high, 2)] if ratio else None
    return found
