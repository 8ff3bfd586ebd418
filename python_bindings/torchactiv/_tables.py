"""What `python -m torchactiv list` and `show` print."""

import functools
import importlib.resources
import json
import re
from collections.abc import Sequence
from typing import Any

from tabulate import tabulate

from torchactiv import _registry, _signatures
from torchactiv._registry import Entry

HEADERS = ("name", "module", "also called", "properties", "saved", "parameters and arguments", "paper")
WIDTHS = (None, None, 24, 24, None, 26, 28)


def catalogue(entries: Sequence[Entry]) -> str:
    """One table for each family."""
    parts = []
    for family in dict.fromkeys(entry["family"] for entry in entries):
        rows = [_row(entry) for entry in entries if entry["family"] == family]
        parts += [family.replace("_", " ").upper(), _table(rows, HEADERS, maxcolwidths=WIDTHS)]
    return "\n\n".join(parts)


def properties(entry: Entry) -> str:
    """Those that it has, in words."""
    held = [name.replace("_", " ") for name, value in entry.get("properties", {}).items() if value]
    return ", ".join(held)


def description(entry: Entry) -> str:
    """All that is known of one activation."""
    facts = {
        "function": _signatures.of_function(entry),
        "module": _signatures.of_module(entry),
        "also called": ", ".join(entry["aliases"]),
        "family": entry["family"].replace("_", " "),
        "formula": entry["formula"],
        "derivative": entry.get("derivative", ""),
        "parameters": ", ".join(_signatures.arguments(entry)),
        "properties": properties(entry),
        "backward reads": {"inputs": "the inputs", "output": "the result"}.get(entry.get("saved", ""), ""),
        "notes": entry.get("notes", ""),
        "made of": ", ".join(entry.get("operators", [])),
        "source": entry["source"],
    }
    rows = [(f"  {name}", text) for name, text in facts.items() if text]
    width = max(len(name) for name, _ in rows)
    lines = [entry["title"], *(f"{name:{width}}  {text}" for name, text in rows)]
    operators = entry.get("operators", [])
    figures = [_accuracy(entry["name"]), _speed(entry["name"])]
    if not operators:
        absent = ("Its accuracy has not been measured.", "Its speed has not been measured.")
        figures = [found or otherwise for found, otherwise in zip(figures, absent, strict=True)]
    parts = ["\n".join(lines), *filter(None, figures), *(description(_registry.find(name)) for name in operators)]
    return "\n\n".join(parts)


def _row(entry: Entry) -> tuple[str, ...]:
    source = re.match(r".*?\b\d{4}\b", entry["source"])  # up to the year
    return (
        entry["name"],
        entry["module"],
        ", ".join(entry["aliases"]),
        properties(entry),
        entry.get("saved", ""),
        ", ".join(_signatures.arguments(entry)),
        source.group() if source else entry["source"],
    )


def _table(rows: Sequence[Sequence[str]], headers: Sequence[str], **options: Any) -> str:
    text: str = tabulate(rows, headers, tablefmt="simple", disable_numparse=True, **options)
    return text


@functools.cache
def _measured(file: str) -> dict[str, Any]:
    """What `make accuracy DOCS=1` and `make bench DOCS=1` left in docs/, if the package was built with it."""
    path = importlib.resources.files("torchactiv").joinpath(file)
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"rows": []}
    return found


def _accuracy(name: str) -> str:
    found = [row for row in _measured("accuracy.json")["rows"] if row["operator"] == name]
    if not found:
        return ""
    sets = list(dict.fromkeys(row["instruction_set"] for row in found))
    cells = {(row["of"], row["dtype"], row["instruction_set"]): row for row in found}
    rows = []
    for of, dtype in dict.fromkeys(key[:2] for key in cells):
        here = [cells.get((of, dtype, instructions)) for instructions in sets]
        what = of if of == "value" else f"slope by {of}"
        rows.append((what, dtype, *("" if row is None else f"{row['ulp']:.3g}" for row in here)))
    stride = max(row["stride"] for row in found)
    floats = "every float" if stride == 1 else f"one float of {stride}"
    head = f"Largest errors over {floats}, in units in the last place (of slopes, where they are 1/16 or more):"
    return f"{head}\n\n{_table(rows, ('of', 'dtype', *sets))}"


def _speed(name: str) -> str:
    measured = _measured("performance.json")
    rows = [
        (
            row["direction"],
            row["dtype"],
            str(row["elements"]),
            str(row["threads"]),
            f"{row['ns']:.3f}",
            f"{row['times_eager']:.2f}",
            "" if row["times_compile"] is None else f"{row['times_compile']:.2f}",
        )
        for row in measured["rows"]
        if row["operator"] == name
    ]
    if not rows:
        return ""
    headers = ("direction", "dtype", "elements", "threads", "ns an element", "x eager PyTorch", "x torch.compile")
    return f"Speed on {measured['measured_on']}; above 1, torchactiv is faster:\n\n{_table(rows, headers)}"
