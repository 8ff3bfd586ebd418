"""Puts the tables into docs/templates/performance.md.jinja."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import jinja2
import machine
import torchactiv
from goals import goals
from measurement import COMPILED, EAGER, Row, matching
from sections import SECTIONS, pages
from tables import SLOWER, slower_than

TEMPLATES = Path(__file__).resolve().parent.parent / "docs" / "templates"


def page(rows: Sequence[Row], errors: str, plots: Collection[str], minutes: float) -> str:
    """The text of docs/performance.md; of sections without rows it says nothing."""
    large = matching(rows, section="pages")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    return environment.get_template("performance.md.jinja").render(
        version=torchactiv.__version__,
        machine=machine.details(),
        minutes=minutes,
        goals=goals(rows),
        slower_below=SLOWER,
        slower={rival: slower_than(rows, rival) for rival in (EAGER, COMPILED)},
        tables=_tables(rows),
        gains=pages.gains(large),
        prices=pages.prices(large),
        errors=errors,
        plots=plots,
    )


def _tables(rows: Sequence[Row]) -> dict[str, Mapping[str, str]]:
    by_section = {name: matching(rows, section=name) for name in SECTIONS}
    return {name: SECTIONS[name].tables(found) for name, found in by_section.items() if found}
