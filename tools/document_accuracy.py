"""Writes docs/accuracy.md from docs/accuracy.json, which holds what tests/accuracy measured.

python tools/document_accuracy.py                writes it
python tools/document_accuracy.py --merge FILE   first moves into docs/accuracy.json what `accuracy --json FILE` left
python tools/document_accuracy.py --check        exits with 1 unless the page is what docs/accuracy.json gives
python tools/document_accuracy.py --missing N    lists the operators not yet measured at every N-th float or more
"""

import argparse
import itertools
import json
import math
import pathlib
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import jinja2

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA, PAGE = ROOT / "docs" / "accuracy.json", ROOT / "docs" / "accuracy.md"

Row = dict[str, Any]
DTYPES = ("float32", "bfloat16", "float16")
INSTRUCTION_SETS = ("baseline", "avx2", "avx512", "PyTorch")


def operators() -> list[str]:
    """All names of the catalogue, in its order."""
    return re.findall(r"^OPERATOR\((\w+),", (ROOT / "ops" / "catalogue.h").read_text(encoding="utf-8"), re.MULTILINE)


def load() -> list[Row]:
    """The rows that are documented."""
    found: list[Row] = json.loads(DATA.read_text(encoding="utf-8"))["rows"] if DATA.exists() else []
    return found


def dump(rows: Iterable[Row]) -> str:
    """docs/accuracy.json, a row a line. JSON has no infinity, but numbers that overflow."""
    lines = ",\n".join("  " + json.dumps(row, ensure_ascii=False).replace(": Infinity", ": 1e999") for row in rows)
    return f'{{"rows": [\n{lines}\n]}}\n'


def finished(text: str) -> list[Row]:
    """The rows in a file that the tool may have been writing to when it was interrupted."""
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def merge(old: Iterable[Row], new: Iterable[Row], names: Sequence[str]) -> list[Row]:
    """The old rows with those of each operator and instruction set that were measured anew replaced, in order.

    Where an operator was measured several times, the last time counts.

    Example:
        >>> def row(operator, instruction_set, ulp):
        ...     return {"operator": operator, "of": "value", "dtype": "float32", "ulp": ulp} | {
        ...         "instruction_set": instruction_set
        ...     }
        >>> old = [row("a", "avx2", 1), row("b", "avx512", 2), row("b", "PyTorch", 3)]
        >>> merged = merge(old, [row("b", "avx512", 4), row("b", "avx512", 5)], ["b", "a"])
        >>> [(r["operator"], r["instruction_set"], r["ulp"]) for r in merged]
        [('b', 'avx512', 5), ('b', 'PyTorch', 3), ('a', 'avx2', 1)]
    """
    measured: dict[tuple[str, str], dict[tuple[str, str], Row]] = {}
    for row in new:
        rows = measured.setdefault((row["operator"], row["instruction_set"]), {})
        key = (row["of"], row["dtype"])
        if key in rows:
            rows.clear()
        rows[key] = row
    kept = [row for row in old if (row["operator"], row["instruction_set"]) not in measured]
    replaced = [row for rows in measured.values() for row in rows.values()]

    def place(row: Row) -> tuple[int, int, int]:
        return names.index(row["operator"]), DTYPES.index(row["dtype"]), INSTRUCTION_SETS.index(row["instruction_set"])

    return sorted((row for row in (*kept, *replaced) if row["operator"] in names), key=place)


def missing(rows: Iterable[Row], stride: int, names: Sequence[str]) -> list[str]:
    """The operators that were not measured so densely on every instruction set that there are rows of."""
    rows = [row for row in rows if row["dtype"] == "float32"]
    sparse = {row["operator"] for row in rows if row["stride"] > stride}
    dense = {row["operator"] for row in rows} - sparse
    return [name for name in names if name not in dense]


def ulp(error: float) -> str:
    """An error in units in the last place.

    Example:
        >>> ulp(0.0), ulp(0.50003), ulp(154.3), ulp(1.678e7)
        ('0', '0.5', '154', '1.68e+07')
    """
    return f"{error:.4g}" if error < 10 else f"{error:.3g}"


def power(error: float) -> str:
    """An absolute error.

    Example:
        >>> power(0.0), power(2.0**-27.5)
        ('0', '2^-27.50')
    """
    return f"2^{math.log2(error):.2f}" if error > 0 else "0"


def worst(rows: Iterable[Row], key: str) -> Row:
    """The row with the largest figure; the first, if several have it."""
    return max(rows, key=lambda row: float(row[key]))


def folded(rows: Sequence[Row]) -> list[Row]:
    """Rows that differ in nothing but the instruction set, made one."""

    def figures(row: Row) -> Row:
        return {key: value for key, value in row.items() if key != "instruction_set"}

    result: list[Row] = []
    ours = [row for row in rows if row["instruction_set"] != "PyTorch"]
    for row in rows:
        same = [other["instruction_set"] for other in ours if figures(other) == figures(row)]
        if row in ours and same[0] != row["instruction_set"]:
            continue
        everywhere = row in ours and len(same) == len(ours)
        label = ("all" if len(same) > 1 else same[0]) if everywhere else ", ".join(same or [row["instruction_set"]])
        result.append({**row, "instruction_set": label})
    return result


class Output:
    """The value of an operator or one of its derivatives: all rows about it."""

    def __init__(self, operator: str, of: str, rows: Sequence[Row]) -> None:
        self.operator = operator
        self.of = of
        self.rows = rows

    def ours(self, dtype: str, key: str = "ulp") -> Row:
        """The row of the instruction set with the largest error."""
        return worst((r for r in self.rows if r["dtype"] == dtype and r["instruction_set"] != "PyTorch"), key)

    def pytorch(self, dtype: str) -> Row | None:
        """PyTorch's row, if there is one."""
        return next((r for r in self.rows if r["dtype"] == dtype and r["instruction_set"] == "PyTorch"), None)

    @property
    def folded(self) -> list[Row]:
        """The rows to show, dtype by dtype."""
        groups = itertools.groupby(self.rows, key=lambda row: str(row["dtype"]))
        return [row for _, rows in groups for row in folded(list(rows))]


class Operator:
    """Everything that the page says about one operator."""

    def __init__(self, name: str, rows: Sequence[Row]) -> None:
        self.name = name
        outputs = {row["of"]: None for row in rows}
        self.outputs = [Output(name, of, [row for row in rows if row["of"] == of]) for of in outputs]
        # Of the instruction set that was measured least densely.
        self.floats = worst((row for row in rows if row["dtype"] == "float32"), "stride")
        self.versions = dict.fromkeys(row["version"] for row in rows if "version" in row)

    @property
    def value(self) -> Output:
        return self.outputs[0]

    @property
    def partials(self) -> list[Output]:
        return self.outputs[1:]


def page(rows: Sequence[Row], names: Sequence[str]) -> str:
    """The text of docs/accuracy.md."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROOT / "docs" / "templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters |= {"ulp": ulp, "power": power}
    measured = [Operator(name, found) for name in names if (found := [r for r in rows if r["operator"] == name])]
    absent = [name for name in names if all(operator.name != name for operator in measured)]
    return environment.get_template("accuracy.md.jinja").render(operators=measured, absent=absent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--merge", type=pathlib.Path, metavar="FILE", help="rows to take over; removed afterwards")
    what.add_argument("--check", action="store_true", help="write nothing")
    what.add_argument("--missing", type=int, metavar="N", help="write nothing; a list for OPERATORS=")
    options = parser.parse_args()

    names, rows = operators(), load()
    if options.missing is not None:
        print(",".join(missing(rows, options.missing, names)))
        return
    if options.check:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page(rows, names):
            sys.exit("docs/accuracy.md is not what docs/accuracy.json gives: run `python tools/document_accuracy.py`")
        return
    if options.merge is not None:
        rows = merge(rows, finished(options.merge.read_text(encoding="utf-8")), names)
        DATA.write_text(dump(rows), encoding="utf-8")
    PAGE.write_text(page(rows, names), encoding="utf-8")
    if options.merge is not None:
        options.merge.unlink()


if __name__ == "__main__":
    main()
