"""Trains deep plain networks on digits, and shows which gradients vanish or explode, and what cures them.

    python examples/normalisation.py --depths 10 40 --activations sigmoid tanh relu --seeds 3

For each depth it prints a table, and plots the norm of the gradient by layer before training: of plain networks whose
weights start small or large, and of the same with batch normalisation (batch_norm_act), with DyT, which needs no
statistics, and with selu in the activation's place. `pip install matplotlib scikit-learn tabulate tqdm` has what it
takes.
"""

import argparse
import dataclasses
import pathlib
import sys
from collections.abc import Callable, Sequence

import torch
import torchactiv
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

INSTALLED_BY = {"sklearn": "scikit-learn"}
try:
    import sklearn.datasets
    import sklearn.model_selection
    import tqdm
    from matplotlib.figure import Figure
    from tabulate import tabulate
except ModuleNotFoundError as error:
    missing = (error.name or "").split(".")[0]
    sys.exit(f"{missing} is missing, which `pip install {INSTALLED_BY.get(missing, missing)}` installs")

WIDTH, CLASSES, BATCH = 64, 10, 64
VANISHED, EXPLODED = 1e-4, 1e2  # norms of a layer's gradient, where they begin at about 1


def plain(activation: str) -> list[nn.Module]:
    return [torchactiv.nn.make(activation)]


def batch_norm(activation: str) -> list[nn.Module]:
    return [torchactiv.nn.BatchNormAct1d(WIDTH, activation=activation)]


def dyt(activation: str) -> list[nn.Module]:
    return [torchactiv.nn.DynamicTanh(WIDTH), torchactiv.nn.make(activation)]


@dataclasses.dataclass(frozen=True)
class Treatment:
    """What stands behind each layer, and how large its weights start, in units of what keeps the variance."""

    between: Callable[[str], list[nn.Module]]
    gain: float = 1.0


TREATMENTS = {
    "plain, small weights": Treatment(plain, 1.0),
    "plain, large weights": Treatment(plain, 2.0),
    "batch_norm_act": Treatment(batch_norm),
    "DyT": Treatment(dyt, 2.0),
}
SELU = "selu"
"""Needs no treatment, and is one."""


class Network:
    """A network of one kind, and what is seen of it."""

    def __init__(self, activation: str, treatment: str, depth: int, seed: int) -> None:
        torch.manual_seed(seed)
        chosen = TREATMENTS[treatment]
        self.linears = [nn.Linear(WIDTH, WIDTH) for _ in range(depth)]  # digits have as many pixels
        for linear in self.linears:
            with torch.no_grad():
                torchactiv.init.lecun_normal_(linear.weight).mul_(chosen.gain)
            nn.init.zeros_(linear.bias)
        layers = [module for linear in self.linears for module in (linear, *chosen.between(activation))]
        self.model = nn.Sequential(*layers, nn.Linear(WIDTH, CLASSES))

    def gradient_norms(self, inputs: Tensor, targets: Tensor) -> list[float]:
        """Of each layer's weight, the first first."""
        loss = cross_entropy(self.model(inputs), targets)
        weights = [linear.weight for linear in self.linears]
        return [gradient.norm().item() for gradient in torch.autograd.grad(loss, weights)]

    def train(self, inputs: Tensor, targets: Tensor, epochs: int, seed: int) -> None:
        """By plain steps along the gradient, which hide nothing of its size."""
        optimiser = torch.optim.SGD(self.model.parameters(), lr=0.002, momentum=0.9)
        order = torch.Generator().manual_seed(seed)
        for _ in range(epochs):
            batches = torch.randperm(len(inputs), generator=order).split(BATCH)  # type: ignore[no-untyped-call]
            for chosen in batches:
                optimiser.zero_grad()
                cross_entropy(self.model(inputs[chosen]), targets[chosen]).backward()  # type: ignore[no-untyped-call]
                optimiser.step()

    @torch.inference_mode()
    def accuracy(self, inputs: Tensor, targets: Tensor) -> float:
        score: float = (self.model.eval()(inputs).argmax(1) == targets).double().mean().item()
        return score


@dataclasses.dataclass(frozen=True)
class Result:
    """Of an activation under a treatment: the gradients of the first seed, and the accuracy of all."""

    activation: str
    treatment: str
    gradients: list[float]
    scores: Tensor

    @property
    def what_happens(self) -> str:
        least, greatest = min(self.gradients), max(self.gradients)
        if least >= VANISHED and greatest <= EXPLODED:
            return "arrives"
        return "vanishes" if greatest <= EXPLODED else "explodes"

    def row(self) -> tuple[str, ...]:
        score = f"{self.scores.mean().item():.3f} ± {self.scores.std().item():.3f}"
        return (
            self.activation,
            self.treatment,
            f"{min(self.gradients):.0e} to {max(self.gradients):.0e}",
            self.what_happens,
            score,
        )


def compare(activations: Sequence[str], depth: int, seeds: int, epochs: int) -> list[Result]:
    pixels, digits = sklearn.datasets.load_digits(return_X_y=True)
    split = sklearn.model_selection.train_test_split(pixels, digits, test_size=0.25, random_state=0, stratify=digits)
    train, test, targets, test_targets = (torch.from_numpy(part) for part in split)
    train, test = ((part.float() - train.mean()) / train.std() for part in (train, test))
    kinds = [(activation, treatment) for activation in activations for treatment in TREATMENTS]
    kinds.append((SELU, "plain, small weights"))
    results = []
    for activation, treatment in tqdm.tqdm(kinds, desc=f"{depth} layers", leave=False, disable=None):
        gradients: list[float] = []
        scores = []
        for seed in range(seeds):
            network = Network(activation, treatment, depth, seed)
            gradients = gradients or network.gradient_norms(train[:BATCH], targets[:BATCH])
            network.train(train, targets, epochs, seed)
            scores.append(network.accuracy(test, test_targets))
        results.append(Result(activation, treatment, gradients, torch.tensor(scores)))
    return results


def verdict(results: Sequence[Result]) -> str:
    """What becomes of the gradient in plain networks, and under which treatments it arrives."""
    lost = [r for r in results if r.treatment.startswith("plain") and r.what_happens != "arrives"]
    lines = [f"{r.activation}, {r.treatment}: the gradient {r.what_happens}" for r in lost]
    cures = [r for r in results if not r.treatment.startswith("plain") or r.activation == SELU]
    arriving = [
        r.activation if r.activation == SELU else f"{r.activation} with {r.treatment}"
        for r in cures
        if r.what_happens == "arrives"
    ]
    best = max(results, key=lambda r: r.scores.mean().item())
    return "\n".join(
        [
            *lines,
            f"It arrives with {', '.join(arriving)}." if arriving else "Nothing makes it arrive.",
            f"The best accuracy is that of {best.activation}, {best.treatment}.",
        ]
    )


def figure(results: Sequence[Result], depth: int) -> Figure:
    """The norms by layer, a plot for each activation, with selu in all of them."""
    names = [name for name in dict.fromkeys(r.activation for r in results) if name != SELU]
    drawn = Figure(figsize=(5 * len(names), 4), layout="constrained")
    drawn.suptitle(f"{depth} layers: norm of the gradient before training")
    for place, name in enumerate(names, start=1):
        axes = drawn.add_subplot(1, len(names), place, title=name, xlabel="layer", yscale="log")
        axes.grid(alpha=0.3)
        for result in results:
            if result.activation in (name, SELU):
                label = SELU if result.activation == SELU else result.treatment
                axes.plot(range(1, depth + 1), result.gradients, label=label)
        axes.legend(fontsize="small")
    return drawn


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--depths",
        nargs="+",
        type=int,
        metavar="LAYERS",
        default=[10, 40],
        help="how many layers the networks have, a table for each number; 10 and 40, unless given",
    )
    parser.add_argument(
        "--activations",
        nargs="+",
        choices=("sigmoid", "tanh", "relu"),
        default=["sigmoid", "tanh", "relu"],
        help="what stands between the layers; all, unless given",
    )
    parser.add_argument(
        "--seeds", type=int, default=3, help="how many networks of each, 2 or more, for a spread; 3, unless given"
    )
    parser.add_argument("--epochs", type=int, default=20, help="passes over the data; %(default)s, unless given")
    parser.add_argument("--threads", type=int, default=1, help="how many threads PyTorch takes; 1, unless given")
    parser.add_argument(
        "--output",
        type=pathlib.Path,
        metavar="FOLDER",
        default=pathlib.Path("build/normalisation"),
        help="the folder that plots are written to, made if it is missing; %(default)s, unless given",
    )
    options = parser.parse_args(arguments)
    if options.seeds < 2 or min(options.threads, options.epochs, *options.depths) < 1:
        parser.error("it takes at least 2 seeds, 1 epoch, 1 thread and 1 layer")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    options = parsed(arguments)
    torch.set_num_threads(options.threads)
    options.output.mkdir(parents=True, exist_ok=True)
    for depth in dict.fromkeys(options.depths):
        results = compare(options.activations, depth, options.seeds, options.epochs)
        print(f"{depth} layers: mean ± standard deviation over {options.seeds} seeds, {options.epochs} epochs")
        headers = ("activation", "treatment", "gradient norms", "which", "test accuracy")
        print(tabulate([result.row() for result in results], headers, tablefmt="simple", disable_numparse=True))
        print(verdict(results))
        path = options.output / f"gradients_{depth}.png"
        figure(results, depth).savefig(path, dpi=100)
        print(f"written to {path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
