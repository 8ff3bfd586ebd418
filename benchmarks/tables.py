"""Markdown tables of what was measured."""

import re
from collections.abc import Sequence

from measurement import BACKWARD, FORWARD, OURS, Row
from tabulate import tabulate

NUMBER = re.compile(r"([\d.e+-]+( \([\d.]+-[\d.]+\))?)?")
"""Alone or with quartiles, or none."""
SLOWER = 0.95
"""Less than this is called slower: repeated runs differ by a few hundredths."""


def markdown(rows: Sequence[Sequence[object]], headers: Sequence[str]) -> str:
    """Numbers right-aligned, as they come; nothing where there are no rows."""
    if not rows:
        return ""
    texts = [[str(cell) for cell in row] for row in rows]
    align = ["right" if all(map(NUMBER.fullmatch, column)) else "left" for column in zip(*texts, strict=True)]
    text: str = tabulate(texts, headers, tablefmt="pipe", disable_numparse=True, colalign=align)
    return text


def size_of(elements: int) -> str:
    for unit, name in ((1 << 20, "Mi"), (1 << 10, "Ki")):
        if elements >= unit:
            return f"{elements // unit} {name}"
    return str(elements)


def operators_of(rows: Sequence[Row]) -> list[str]:
    """In the order in which they were measured."""
    return list(dict.fromkeys(row.operator for row in rows))


def pairs(rows: Sequence[Row]) -> list[tuple[Row, Row, Row]]:
    """Forward, backward and both, of what was measured in both directions."""
    found: dict[tuple[object, ...], dict[str, Row]] = {}
    for row in rows:
        key = (row.section, row.operator, row.dtype, row.elements, row.threads, row.layout, row.instructions)
        found.setdefault(key, {})[row.direction] = row
    return [(of[FORWARD], of[BACKWARD], of[FORWARD].followed_by(of[BACKWARD])) for of in found.values()]


def by_dtype(rows: Sequence[Row], rival: str) -> str:
    """A row an operator, and three columns a dtype: how many times as long as torchactiv the rival takes."""
    dtypes = list(dict.fromkeys(row.dtype for row in rows))
    triples = {(forward.operator, forward.dtype): (forward, backward, both) for forward, backward, both in pairs(rows)}
    lines = []
    for name in operators_of(rows):
        found = [triples.get((name, dtype), (None, None, None)) for dtype in dtypes]
        lines.append([name, *(f"{row.times(rival).median:.2f}" if row else "" for triple in found for row in triple)])
    headers = ["operator", *(f"{dtype} {part}" for dtype in dtypes for part in (FORWARD, BACKWARD, "both"))]
    return markdown(lines, headers)


def slower_than(rows: Sequence[Row], rival: str) -> tuple[str, int, int]:
    """The cases in which torchactiv takes longer, slowest first, how many they are, and of how many."""
    against = [row for row in rows if rival in row.timings]
    found = [(row, row.times(rival)) for row in against]
    found = sorted((pair for pair in found if pair[1].median < SLOWER), key=lambda pair: pair[1].median)
    lines = [
        (
            row.operator,
            row.direction,
            row.dtype,
            size_of(row.elements),
            row.layout,
            row.threads,
            row.instructions,
            f"{row.timings[OURS].median * 1e6:.1f}",
            ratio,
        )
        for row, ratio in found
    ]
    headers = ("operator", "direction", "dtype", "elements", "layout", "threads", "instructions", "µs", "times as fast")
    return markdown(lines, headers), len(found), len(against)
