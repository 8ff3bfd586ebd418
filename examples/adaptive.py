"""Trains the same small network with fixed and with adaptive activations, and tells whether learning them helps.

    python examples/adaptive.py --datasets digits --activations relu silu prelu swish --seeds 5

For each data set, of those that come with scikit-learn, it prints a table, and plots how the learned parameters moved
and what the functions look like after training. An activation is adaptive if it has parameters; they are those of each
channel, where it takes them. `pip install matplotlib scikit-learn tabulate tqdm` has what it takes.
"""

import argparse
import contextlib
import functools
import pathlib
import statistics
import sys
from collections.abc import Callable, Sequence

import torch
import torchactiv
from torch import Tensor

INSTALLED_BY = {"sklearn": "scikit-learn"}
try:
    import tqdm
    from adaptive_training import MODULES, TASKS, WIDTH, Split, Task, Trainer, module, train
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from tabulate import tabulate
except ModuleNotFoundError as error:
    missing = (error.name or "").split(".")[0]
    sys.exit(f"{missing} is missing, which `pip install {INSTALLED_BY.get(missing, missing)}` installs")

FIXED = ["relu", "tanh", "silu", "gelu", "mish"]


class Result:
    """What came of an activation, seed by seed."""

    def __init__(self, activation: str, trainers: Sequence[Trainer], splits: Sequence[Split]) -> None:
        self.activation = activation
        self.trainers = trainers
        scores: list[float] = []
        self.diverged = 0
        for trainer, split in zip(trainers, splits, strict=True):
            with torch.inference_mode():
                outputs = trainer.network.eval()(split.test_inputs)
            scores.append(trainer.task.score(outputs, split.test_targets))
            self.diverged += not outputs.isfinite().all()
        self.scores = torch.tensor(scores, dtype=torch.float64)
        self.rank = self.scores.mean().nan_to_num(nan=float("-inf")).item()

    def row(self) -> tuple[str, ...]:
        kind = "adaptive" if is_adaptive(self.activation) else "fixed"
        parameters = sum(parameter.numel() for parameter in self.trainers[0].parameters().values())
        score = f"{self.scores.mean().item():.4f} ± {self.scores.std().item():.4f}"
        time = statistics.median(step for trainer in self.trainers for step in trainer.microseconds)
        return self.activation, kind, str(parameters), score, f"{time:.0f}"


@functools.cache
def is_adaptive(activation: str) -> bool:
    """Whether it has parameters that learn."""
    return any(parameter.requires_grad for parameter in module(activation).parameters())


def find(name: str) -> str:
    """The catalogue's name of an activation.

    Raises:
        ValueError: there is no such activation, or it does not fit between two layers.
    """
    found = name if name in MODULES else torchactiv.get(name).__name__
    if found not in MODULES:
        raise ValueError(f"{name!r} is no activation of the catalogue")
    try:
        shape = module(found)(torch.zeros(1, WIDTH)).shape
    except TypeError as error:  # an argument without default, or a second input
        raise ValueError(f"{name!r} does not fit between two layers: {error}") from error
    if shape != (1, WIDTH):
        raise ValueError(f"{name!r} does not fit between two layers: it changes the number of channels")
    return found


def adaptive() -> list[str]:
    """All of them that fit between two layers."""
    found = []
    for name in MODULES:
        with contextlib.suppress(ValueError):
            found += [name] if is_adaptive(find(name)) else []
    return found


def compare(task: Task, activations: Sequence[str], seeds: int, epochs: int) -> list[Result]:
    splits = [Split(task, seed) for seed in range(seeds)]
    trainers: list[list[Trainer]] = []
    for seed, split in enumerate(tqdm.tqdm(splits, unit="seed", leave=False, disable=None)):
        trainers.append([Trainer(task, activation, split.inputs.shape[1], seed) for activation in activations])
        train(trainers[-1], split, epochs, seed)
    return [Result(name, own, splits) for name, own in zip(activations, zip(*trainers, strict=True), strict=True)]


def table(results: Sequence[Result], measure: str) -> str:
    """The best first; below it, whose networks diverged."""
    headers = ("activation", "kind", "extra parameters", measure, "step (µs)")
    rows = [result.row() for result in sorted(results, key=lambda result: result.rank, reverse=True)]
    aligned = ("left", "left", "right", "right", "right")
    text: str = tabulate(rows, headers, tablefmt="simple", disable_numparse=True, colalign=aligned)
    diverged = [
        f"{result.activation} for {result.diverged} of {len(result.trainers)} seeds"
        for result in results
        if result.diverged
    ]
    return text + (f"\nDiverged to outputs that are not finite: {', '.join(diverged)}." if diverged else "")


def verdict(results: Sequence[Result]) -> str:
    """How many adaptive activations beat the best fixed one, with which they share splits, weights and batches.

    A difference counts where its mean over the seeds exceeds its standard deviation. With 5 seeds, one in 22
    activations that are no better does so by chance; on the other hand, the best was chosen on the same data.
    """
    learned = {result.activation: result for result in results if is_adaptive(result.activation)}
    fixed = [result for result in results if result.activation not in learned]
    if not learned or not fixed:
        return "Nothing to compare: that takes a fixed and an adaptive activation."
    best = max(fixed, key=lambda result: result.rank)
    differences = {name: result.scores - best.scores for name, result in learned.items()}
    better = [name for name, difference in differences.items() if difference.mean() > difference.std()]
    worse = [name for name, difference in differences.items() if not difference.mean() >= -difference.std()]  # or NaN
    return (
        f"Paired by seed with {best.activation}, the best fixed one: beyond the spread, {len(better)} of "
        f"{len(learned)} adaptive ones are better{listed(better)}.\n"
        f"{len(learned) - len(better)} are not, of which {len(worse)} are worse{listed(worse)}."
    )


def listed(names: Sequence[str]) -> str:
    return f" ({', '.join(names)})" if names else ""


def draw_band(axes: Axes, x: Tensor, channels: Tensor, label: str, color: str, style: str = "-") -> None:
    """The mean over the channels, in a band from the least to the greatest."""
    axes.plot(x.numpy(), channels.mean(1).numpy(), style, color=color, label=label)
    axes.fill_between(x.numpy(), channels.amin(1).numpy(), channels.amax(1).numpy(), color=color, alpha=0.15, lw=0)


def draw_parameters(axes: Axes, trainer: Trainer) -> None:
    names = list(trainer.history[0])
    half = len(names) // 2  # the second layer's follow the first's
    for place, name in enumerate(names):
        moved = torch.stack([parameters[name] for parameters in trainer.history])
        draw_band(axes, torch.arange(len(moved)), moved, name, f"C{place % half}", "-" if place < half else "--")


@torch.inference_mode()
def draw_functions(axes: Axes, trainer: Trainer) -> None:
    """Of rows whose channels are equal, which makes poly_norm, as it normalises them, nearly a step."""
    x = torch.linspace(-4, 4, 401)
    channels = x[:, None].expand(-1, WIDTH)
    for layer, activation in enumerate(trainer.activations, start=1):
        draw_band(axes, x, activation(channels), f"after, layer {layer}", f"C{layer - 1}")
    before = type(trainer.activations[0])()
    axes.plot(x.numpy(), before(channels[:, :1]).numpy(), ":", color="black", label="before")


def figure(results: Sequence[Result], draw: Callable[[Axes, Trainer], None], title: str) -> Figure:
    """One plot for each activation, of the network of the first seed."""
    columns = min(len(results), 5)
    rows = -(-len(results) // columns)
    drawn = Figure(figsize=(4 * columns, 3 * rows + 0.5), layout="constrained")
    drawn.suptitle(title)
    for place, result in enumerate(results, start=1):
        axes = drawn.add_subplot(rows, columns, place, title=result.activation)
        axes.grid(alpha=0.3)
        draw(axes, result.trainers[0])
        axes.legend(fontsize="xx-small", ncols=2)  # one column for each layer
    return drawn


def plot(name: str, results: Sequence[Result], output: pathlib.Path) -> None:
    """Writes both figures of a data set."""
    plots = {"parameters": (draw_parameters, "by epoch"), "functions": (draw_functions, "before and after training")}
    for kind, (draw, when) in plots.items():
        path = output / f"{name}_{kind}.png"
        figure(results, draw, f"{name}: {kind} {when}, mean and range of the channels").savefig(path, dpi=100)
        print(f"written to {path}")


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--datasets", nargs="+", choices=TASKS, default=list(TASKS), help="what to learn; all, unless given"
    )
    parser.add_argument(
        "--activations",
        nargs="+",
        metavar="NAME",
        default=FIXED + adaptive(),
        help=f"names or aliases; unless given, {', '.join(FIXED)}, and all adaptive ones",
    )
    parser.add_argument(
        "--seeds", type=int, default=5, help="how many networks of each, 2 or more, for a spread; 5, unless given"
    )
    parser.add_argument("--epochs", type=int, help="passes over the data; unless given, what suits the data set")
    parser.add_argument("--threads", type=int, default=1, help="how many threads PyTorch takes; 1, unless given")
    parser.add_argument(
        "--output",
        type=pathlib.Path,
        metavar="FOLDER",
        default=pathlib.Path("build/adaptive"),
        help="the folder that plots are written to, made if it is missing; %(default)s, unless given",
    )
    options = parser.parse_args(arguments)
    try:
        options.activations = list(dict.fromkeys(find(name) for name in options.activations))
    except ValueError as error:
        parser.error(str(error))
    if options.seeds < 2 or options.threads < 1 or (options.epochs is not None and options.epochs < 1):
        parser.error("it takes at least 2 seeds, 1 epoch and 1 thread")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    options = parsed(arguments)
    torch.set_num_threads(options.threads)
    options.output.mkdir(parents=True, exist_ok=True)
    for name in dict.fromkeys(options.datasets):
        task = TASKS[name]
        epochs = options.epochs or task.epochs
        results = compare(task, options.activations, options.seeds, epochs)
        print(f"{name}: mean ± standard deviation over {options.seeds} seeds, {epochs} epochs")
        print(table(results, "test accuracy" if task.classes else "test R²"))
        print(verdict(results))
        if learned := [result for result in results if is_adaptive(result.activation)]:
            plot(name, learned, options.output)
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
