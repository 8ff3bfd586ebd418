"""The speed of torchactiv: against eager PyTorch, torch.compile and moving the bytes, in ratios measured side by side.

python benchmarks/run.py                                           everything, into build/benchmarks
python benchmarks/run.py --markdown docs/performance.md            and into docs/
python benchmarks/run.py --operators mish prelu --sections cache   a part, within seconds
"""

import argparse
import logging
import time
from collections.abc import Sequence
from pathlib import Path

import machine
import torch
import torch._functorch.config
from agreement import check_agreement
from errors import errors_table
from figures import figures
from measurement import Plan, Row, read_rows, write_rows
from page import page
from plots import draw
from sections import SECTIONS
from subjects import SUBJECTS

ERRORS = "errors"
ROWS = "timings.json"  # in the output folder
PLOTS = Path("plots") / "performance"  # from the page's folder


def main() -> None:
    started, measured_on, options = time.monotonic(), machine.summary(), arguments()
    plan = Plan(
        subjects=[subject for subject in SUBJECTS if not options.operators or subject.name in options.operators],
        rounds=options.rounds,
        threads=options.threads,
        only_here=options.rows is not None,
    )
    prepare()
    rows = read_rows(options.measured) if options.measured else measured(plan, options.sections)
    if options.rows:
        write_rows(rows, options.rows)
        return
    options.output.mkdir(parents=True, exist_ok=True)
    write_rows(rows, options.output / ROWS)
    errors = errors_table(plan.subjects) if ERRORS in options.sections else ""
    torch.set_num_threads(options.threads)
    minutes = (time.monotonic() - started) / 60
    files = [options.output / "performance.md", *filter(None, [options.markdown])]
    for file in files:
        write(file, rows, errors, minutes, measured_on)
    print(f"measured in {minutes:.1f} minutes; written to {' and '.join(map(str, files))}")


def measured(plan: Plan, sections: Sequence[str]) -> list[Row]:
    check_agreement(plan.subjects)
    return [row for name in sections if name in SECTIONS for row in SECTIONS[name].measure(plan)]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names, sections = [subject.name for subject in SUBJECTS], [*SECTIONS, ERRORS]
    parser.add_argument("--operators", nargs="+", choices=names, metavar="NAME", help="all by default")
    parser.add_argument("--sections", nargs="+", choices=sections, default=sections, help="all by default")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="of the section of that name")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument(
        "--output", type=Path, default=Path("build/benchmarks"), help="folder of the page and its plots"
    )
    parser.add_argument("--markdown", type=Path, help="where to write the page as well, with .json and plots beside it")
    parser.add_argument("--measured", type=Path, help=f"make the page of the {ROWS} of an earlier run")
    parser.add_argument("--rows", type=Path, help="write nothing but the timings, to this file (for elsewhere.py)")
    return parser.parse_args()


def prepare() -> None:
    """One thread; a graph that torch.compile made can be run backward many times; and no advice on its settings."""
    torch.set_num_threads(1)
    torch._functorch.config.donated_buffer = False
    logging.getLogger("torch._inductor").setLevel(logging.ERROR)


def write(file: Path, rows: Sequence[Row], errors: str, minutes: float, measured_on: str) -> None:
    """The page, the plots that it shows, and the figures."""
    plots = draw(rows, file.parent / PLOTS)
    file.write_text(page(rows, errors, plots, minutes), encoding="utf-8")
    file.with_suffix(".json").write_text(figures(rows, measured_on), encoding="utf-8")


if __name__ == "__main__":
    main()
