"""The page's plots: the same SVG from the same figures."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from measurement import COMPILED, EAGER, Row, matching
from sections import pages
from subjects import SUBJECTS
from tables import operators_of, pairs

COLOURS = ("tab:blue", "tab:orange", "tab:green")


def draw(rows: Sequence[Row], folder: Path) -> set[str]:
    """Writes one SVG of each plot whose figures were measured; returns their names."""
    of_pytorch = {subject.name for subject in SUBJECTS if subject.in_pytorch}
    cache = matching(rows, section="cache")
    plots: dict[str, tuple[Callable[[Sequence[Row]], Figure], list[Row]]] = {
        "eager": (_eager, [row for row in cache if row.operator in of_pytorch]),
        "compile": (_compile, matching(cache, dtype="float32")),
        "cliffs": (_cliffs, matching(rows, section="cliffs")),
        "pages": (_pages, matching(rows, section="pages", elements=pages.SIZES[-1])),
    }
    drawn = set()
    folder.mkdir(parents=True, exist_ok=True)
    for name, (plot, measured) in plots.items():
        if measured:
            with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "torchactiv", "font.size": 8}):
                figure = plot(measured)
                figure.savefig(folder / f"{name}.svg", metadata={"Date": None, "Creator": None})
                plt.close(figure)
            drawn.add(name)
    return drawn


def _eager(rows: Sequence[Row]) -> Figure:
    both = [row for _, _, row in pairs(rows)]
    series = {
        dtype: {row.operator: row.times(EAGER).median for row in matching(both, dtype=dtype)}
        for dtype in dict.fromkeys(row.dtype for row in both)
    }
    return _dots(series, "times as fast as eager PyTorch, forward and backward, 64 Ki elements")


def _compile(rows: Sequence[Row]) -> Figure:
    series = {
        direction: {row.operator: row.times(COMPILED).median for row in matching(rows, direction=direction)}
        for direction in dict.fromkeys(row.direction for row in rows)
    }
    return _dots(series, "times as fast as torch.compile, 64 Ki floats")


def _dots(series: dict[str, dict[str, float]], label: str) -> Figure:
    """A line an operator, sorted by the first series, with a dot for each series."""
    first = next(iter(series.values()), {})
    names = sorted(first, key=lambda name: first[name])
    figure, axes = plt.subplots(figsize=(7, 1 + 0.16 * len(names)), layout="constrained")
    for (name, values), colour in zip(series.items(), COLOURS, strict=False):
        axes.plot(
            [values.get(n, math.nan) for n in names], range(len(names)), "o", markersize=4, color=colour, label=name
        )
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(-0.7, len(names) - 0.3)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.grid(axis="both", linewidth=0.3)
    axes.set_xlabel(label)
    axes.legend(loc="lower right")
    return figure


def _cliffs(rows: Sequence[Row]) -> Figure:
    names = operators_of(rows)
    directions = list(dict.fromkeys(row.direction for row in rows))
    figure, both = plt.subplots(
        1, len(directions), figsize=(9, 1.6 + 0.13 * len(names)), layout="constrained", sharey=True, squeeze=False
    )
    image = None
    axes: Axes
    for axes, direction in zip(both[0], directions, strict=True):
        measured = matching(rows, direction=direction)
        inputs = list(measured[0].timings)[1:]
        costs = [[row.times(name).median for name in inputs] for row in measured]
        image = axes.imshow(costs, aspect="auto", cmap="RdBu_r", norm=LogNorm(0.25, 4), interpolation="none")
        axes.set_xticks(range(len(inputs)), inputs, rotation=90)
        axes.set_yticks(range(len(names)), names, fontsize=6)
        axes.set_title(direction)
    assert image
    bar = figure.colorbar(image, ax=both[0], shrink=0.4, ticks=[0.25, 0.5, 1, 2, 4], format="{x:g}")
    bar.minorticks_off()
    bar.set_label("time, of that of N(0, 1)")
    return figure


def _pages(rows: Sequence[Row]) -> Figure:
    """A new result of each operator with each setting, beside a copy into memory that is there."""
    settings = list(dict.fromkeys(row.setting for row in rows))
    figure, axes = plt.subplots(figsize=(7, 1.2 + 0.5 * len(settings)), layout="constrained")
    for offset, (operator, colour) in enumerate(zip(operators_of(rows), COLOURS, strict=False)):
        times = [row.timings[pages.NEW].median * 1e3 for row in matching(rows, operator=operator)]
        axes.barh([i + 0.3 * offset for i in range(len(settings))], times, 0.28, color=colour, label=operator)
    there = min(row.timings[pages.COPY].median for row in rows) * 1e3
    axes.axvline(there, color="black", linewidth=0.8, label=pages.COPY)
    axes.set_yticks(range(len(settings)), [setting.replace(" ", "\n") for setting in settings], fontsize=6)
    axes.invert_yaxis()
    axes.set_xlabel("ms for a new result of 64 Mi floats")
    axes.legend()
    return figure
