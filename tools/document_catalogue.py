"""Writes docs/catalogue.md and docs/plots/*.svg from what torchactiv tells of its activations.

python tools/document_catalogue.py           writes them
python tools/document_catalogue.py --check   exits with 1 unless the text is current and every plot is there
"""

import argparse
import io
import pathlib
import re
import sys

import jinja2
import matplotlib
import torchactiv
from torchactiv import Entry, _plot, _signatures, _tables

DOCS = pathlib.Path(__file__).resolve().parent.parent / "docs"


def for_github(latex: str) -> str:
    r"""The formula with names that GitHub's MathJax shows well.

    In \text it would print the backslash of an underscore.

    Example:
        >>> for_github(r"x \text{ else negative\_slope} \cdot x")
        'x \\text{ else }\\mathrm{negative\\_slope} \\cdot x'
    """

    def name_by_name(match: re.Match[str]) -> str:
        parts = re.split(r"(\w*(?:\\_\w*)+)", match[1])
        return "".join(rf"\mathrm{{{p}}}" if r"\_" in p else rf"\text{{{p}}}" for p in parts if p)

    return re.sub(r"\\text\{((?:[^{}\\]|\\_)*)\}", name_by_name, latex)


def derivatives(entry: Entry) -> list[tuple[str, str]]:
    """Left and right sides: f' for one input, the partial derivatives for several."""
    if "derivative" not in entry or "inputs" not in entry:
        return []
    rights = re.split(r"(?<!\\); ", entry["derivative"])  # not at the space \;
    if len(rights) == 1:
        return [("f'", rights[0])]
    names = ["x" if i["name"] == "input" else rf"\mathrm{{{i['name']}}}".replace("_", r"\_") for i in entry["inputs"]]
    lefts = [rf"\frac{{\partial f}}{{\partial {name}}}" for name in names]
    return list(zip(lefts, rights, strict=True))


def has_plot(entry: Entry) -> bool:
    """Whether it is a function of single numbers."""
    try:
        _plot.curve(entry, points=2)
    except ValueError:
        return False
    return True


def plot(entry: Entry, path: pathlib.Path) -> None:
    """Draws an SVG that is the same whenever it is made."""
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "torchactiv", "font.size": 8}):
        figure = _plot.figure([entry], derivatives=True, points=151, size=(3.6, 2.4))
        figure.axes[0].locator_params(nbins=5)
        drawn = io.StringIO()
        figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    shorter = re.sub(r"(\d\.\d\d)\d+", r"\1", drawn.getvalue())  # a hundredth of a point is seen by nobody
    path.write_text(re.sub(r" +$", "", shorter, flags=re.MULTILINE), encoding="utf-8")


def page(entries: list[Entry], plotted: set[str]) -> str:
    """The text of docs/catalogue.md."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(DOCS / "templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters |= {
        "derivatives": derivatives,
        "function": _signatures.of_function,
        "github": for_github,
        "module": _signatures.of_module,
        "properties": _tables.properties,
        "words": lambda name: name.replace("_", " "),
    }
    names = dict.fromkeys(entry["family"] for entry in entries)
    families = [(family, [entry for entry in entries if entry["family"] == family]) for family in names]
    return environment.get_template("catalogue.md.jinja").render(families=families, plotted=plotted)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args()

    entries = torchactiv.catalogue()
    plots = {entry["name"]: DOCS / "plots" / f"{entry['name']}.svg" for entry in entries if has_plot(entry)}
    text, target = page(entries, set(plots)), DOCS / "catalogue.md"
    there = set((DOCS / "plots").glob("*.svg"))
    if options.check:
        current = target.exists() and target.read_text(encoding="utf-8") == text
        if not current or there != set(plots.values()):
            sys.exit("docs/catalogue.md or docs/plots is not what the headers in ops/ say: run `make docs`")
        return
    (DOCS / "plots").mkdir(exist_ok=True)
    for left_over in there - set(plots.values()):
        left_over.unlink()
    for entry in entries:
        if entry["name"] in plots:
            plot(entry, plots[entry["name"]])
    target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
