"""The benchmark's tables, figures and plot."""

import platform
import statistics
from pathlib import Path

import matplotlib
import torch
from cases import DIRECTIONS, DTYPES, Case
from tabulate import tabulate
from timing import Timing

matplotlib.use("Agg")
import matplotlib.pyplot as plt

Results = list[tuple[Case, dict[str, Timing]]]

HEADERS = ("operator", "direction", "dtype", "Ki", "threads", "ns", "x eager", "x compile", "of a copy")


def machine() -> str:
    """The processor, the instruction set in use and the versions."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        processor = names[0] if names else processor
    capability = torch.backends.cpu.get_cpu_capability()
    return f"{processor}, {capability}, {torch.get_num_threads()} threads, torch {torch.__version__}"


def table(results: Results) -> str:
    """A Markdown table; ratios are medians with their quartiles, above 1 where torchactiv is faster."""
    rows = []
    for case, timings in results:
        ours = timings["torchactiv"]
        eager, compiled = (_ratio(ours.ratio_to(timings[name])) for name in ("eager", "compile"))
        rows.append(
            (
                case.reference.name,
                case.direction,
                str(case.dtype).removeprefix("torch."),
                case.elements >> 10,
                case.threads,
                f"{ours.best / case.elements * 1e9:.3f}",
                eager,
                compiled,
                f"{1 / ours.ratio_to(timings['copy'])[0]:.2f}",
            )
        )
    return tabulate(rows, HEADERS, tablefmt="pipe", disable_numparse=True)


def figures(results: Results) -> list[dict[str, str | int | float]]:
    """The table's medians, for `python -m torchactiv show`."""
    return [
        {
            "operator": case.reference.name,
            "direction": case.direction,
            "dtype": str(case.dtype).removeprefix("torch."),
            "elements": case.elements,
            "threads": case.threads,
            "ns": round(timings["torchactiv"].best / case.elements * 1e9, 3),
            "times_eager": round(timings["torchactiv"].ratio_to(timings["eager"])[0], 2),
            "times_compile": round(timings["torchactiv"].ratio_to(timings["compile"])[0], 2),
        }
        for case, timings in results
    ]


def summary(results: Results) -> str:
    """A Markdown table of how many times as fast as eager PyTorch torchactiv is; `both` is a forward and a backward."""
    times = {(c.reference.name, c.elements, c.threads, c.dtype, c.direction): t for c, t in results}
    rows = []
    for name, elements, threads in dict.fromkeys(key[:3] for key in times):
        row = [name, elements >> 10, threads]
        for dtype in DTYPES:
            directions = [times[name, elements, threads, dtype, direction] for direction in DIRECTIONS]
            for of in ([directions[0]], [directions[1]], directions):
                seconds = {rival: sum(t[rival].median for t in of) for rival in ("torchactiv", "eager")}
                row.append(f"{seconds['eager'] / seconds['torchactiv']:.2f}")
        rows.append(row)
    measured = [f"{str(dtype).removeprefix('torch.')} {part}" for dtype in DTYPES for part in (*DIRECTIONS, "both")]
    return tabulate(rows, ("operator", "Ki", "threads", *measured), tablefmt="pipe", disable_numparse=True)


def _ratio(quartiles: tuple[float, float, float]) -> str:
    median, low, high = quartiles
    return f"{median:.2f} ({low:.2f}-{high:.2f})"


def geometric_mean(results: Results, rival: str) -> float:
    """Of how many times as fast as the rival torchactiv is, over all rows."""
    return statistics.geometric_mean(timings["torchactiv"].ratio_to(timings[rival])[0] for _, timings in results)


def plot(results: Results, path: Path) -> None:
    """Bars of the speed relative to eager PyTorch, one group a row of the table."""
    figure, axes = plt.subplots(figsize=(10, 1 + 0.22 * len(results)), layout="constrained")
    for position, (_, timings) in enumerate(results):
        for offset, name in ((-0.2, "torchactiv"), (0.2, "compile")):
            ratio = timings[name].ratio_to(timings["eager"])[0]
            axes.barh(position + offset, ratio, 0.4, color="tab:blue" if name == "torchactiv" else "tab:gray")
    axes.set_yticks(range(len(results)), [case.label for case, _ in results], fontsize=7)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xscale("log")
    axes.invert_yaxis()
    axes.set_xlabel("speed relative to eager PyTorch (blue: torchactiv, grey: torch.compile)")
    figure.savefig(path, dpi=120)
    plt.close(figure)
