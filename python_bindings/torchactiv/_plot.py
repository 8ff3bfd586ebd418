"""Plots of activations, for `python -m torchactiv plot` and for docs/catalogue.md."""

import inspect
from collections.abc import Sequence

import torch
from matplotlib.figure import Figure
from torch import Tensor

from torchactiv import _registry, nn
from torchactiv._registry import Entry

LOWEST, HIGHEST = -5.0, 5.0


class NoPlot(ValueError):
    """Activations that are no functions of single numbers."""

    def __init__(self, names: Sequence[str]) -> None:
        listed = ", ".join(repr(name) for name in names)
        several = "have no plot: they are no functions" if len(names) > 1 else "has no plot: it is no function"
        super().__init__(f"{listed} {several} of single numbers")


def curve(entry: Entry, points: int = 1001) -> tuple[Tensor, Tensor, Tensor]:
    """Positions, values and slopes, with default arguments and initial parameters; inputs after the first are 1.

    Raises:
        NoPlot: the activation is no function of single numbers.

    Example:
        >>> from torchactiv import _registry
        >>> x, values, slopes = curve(_registry.find("relu"), points=3)
        >>> values.tolist(), slopes.tolist()
        ([0.0, 0.0, 5.0], [0.0, 0.0, 1.0])
    """
    x = torch.linspace(LOWEST, HIGHEST, points, dtype=torch.float64, requires_grad=True)
    try:
        module = nn.make(entry["name"], **_registry.demanded(entry)).double().eval()
        others = len(inspect.signature(module.forward).parameters) - 1
        y = module(x, *[torch.ones_like(x)] * others)
    except (TypeError, RuntimeError, IndexError) as error:
        raise NoPlot([entry["name"]]) from error
    if y.shape != x.shape:
        raise NoPlot([entry["name"]])
    (slope,) = torch.autograd.grad(y.sum(), x)
    return x.detach(), y.detach(), slope


def figure(
    entries: Sequence[Entry], *, derivatives: bool, points: int = 1001, size: tuple[float, float] = (7.0, 4.5)
) -> Figure:
    """The functions in one figure, and their derivatives dashed in the same colours.

    Raises:
        NoPlot: some of them are no functions of single numbers; names all of these.
    """
    curves, refused = [], []
    for entry in entries:
        try:
            curves.append((entry, *curve(entry, points)))
        except NoPlot:
            refused.append(entry["name"])
    if refused:
        raise NoPlot(refused)
    result = Figure(figsize=size, layout="constrained")
    axes = result.subplots()
    for entry, x, y, slope in curves:
        (line,) = axes.plot(x.numpy(), y.numpy(), label=_label(entry))
        if derivatives:
            axes.plot(x.numpy(), slope.numpy(), "--", color=line.get_color(), label=f"derivative of {entry['name']}")
    axes.axhline(0, color="black", linewidth=0.6)
    axes.axvline(0, color="black", linewidth=0.6)
    axes.grid(alpha=0.3)
    axes.set_xlim(LOWEST, HIGHEST)
    axes.legend(fontsize="small")
    return result


def _label(entry: Entry) -> str:
    held = [i["name"] for i in entry.get("inputs", []) if i["role"] == "data"][1:]
    return entry["name"] + "".join(f", {name} = 1" for name in held)
