"""What examples/adaptive.py trains: data sets of scikit-learn, and a network of one activation for each of them."""

import dataclasses
import inspect
import time
from collections.abc import Callable, Sequence
from typing import Any

import sklearn.datasets
import sklearn.model_selection
import sklearn.preprocessing
import torch
import torchactiv
from torch import Tensor, nn

MODULES = {entry["name"]: entry["module"] for entry in torchactiv.catalogue()}
MODULES["taaf"] = "TAAF"  # a formula around any activation, and so no entry of the catalogue
WIDTH = 32  # of both hidden layers


@dataclasses.dataclass(frozen=True)
class Task:
    """A data set, and for how long a network learns it."""

    load: Callable[..., Any]
    classes: int
    """0 where the target is a number."""
    epochs: int

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return (nn.functional.cross_entropy if self.classes else nn.functional.mse_loss)(outputs, targets)

    def score(self, outputs: Tensor, targets: Tensor) -> float:
        if self.classes:
            return (outputs.argmax(1) == targets).double().mean().item()
        return 1 - (self.loss(outputs, targets) / targets.var(correction=0)).item()


TASKS = {
    "digits": Task(sklearn.datasets.load_digits, classes=10, epochs=30),
    "breast_cancer": Task(sklearn.datasets.load_breast_cancer, classes=2, epochs=30),
    "diabetes": Task(sklearn.datasets.load_diabetes, classes=0, epochs=20),  # longer, all of them overfit
}


class Split:
    """The data that a seed chooses to train with, and the quarter that it holds out; both standardised."""

    def __init__(self, task: Task, seed: int) -> None:
        inputs, targets = task.load(return_X_y=True)
        parts: list[Any] = sklearn.model_selection.train_test_split(
            inputs, targets, test_size=0.25, random_state=seed, stratify=targets if task.classes else None
        )
        self.inputs, self.test_inputs = standardised(*parts[:2])
        if task.classes:
            self.targets, self.test_targets = (torch.from_numpy(part) for part in parts[2:])
        else:
            self.targets, self.test_targets = standardised(*(part[:, None] for part in parts[2:]))


class Trainer:
    """A network, the time of each of its steps, and where each epoch left the parameters of its activations."""

    def __init__(self, task: Task, activation: str, channels: int, seed: int) -> None:
        torch.manual_seed(seed)  # the same weights to start from for every activation
        self.task = task
        self.activations = [module(activation), module(activation)]
        first, second = self.activations
        layers = [nn.Linear(channels, WIDTH), first, nn.Linear(WIDTH, WIDTH), second]
        self.network = nn.Sequential(*layers, nn.Linear(WIDTH, task.classes or 1))
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=0.003, fused=True)
        self.microseconds: list[float] = []
        self.history = [self.parameters()]

    def parameters(self) -> dict[str, Tensor]:
        return {
            f"{name}{place}, layer {layer}": coefficient
            for layer, activation in enumerate(self.activations, start=1)
            for name, parameter in activation.named_parameters()
            for place, coefficient in coefficients(parameter.detach().clone())
        }

    def step(self, inputs: Tensor, targets: Tensor) -> None:
        begin = time.perf_counter()
        self.optimiser.zero_grad()
        self.task.loss(self.network(inputs), targets).backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        self.microseconds.append(1e6 * (time.perf_counter() - begin))


def coefficients(parameter: Tensor) -> list[tuple[str, Tensor]]:
    """Which of how many, and its elements: one for each channel, or one that all of them share."""
    counted = parameter.reshape(-1, WIDTH if parameter.shape[-1] == WIDTH else 1)
    return [(f"[{k}]" if len(counted) > 1 else "", coefficient) for k, coefficient in enumerate(counted)]


def standardised(train: Any, test: Any) -> tuple[Tensor, Tensor]:
    """Both by the mean and the deviation of the first."""
    scaler = sklearn.preprocessing.StandardScaler().fit(train)
    return torch.from_numpy(scaler.transform(train)).float(), torch.from_numpy(scaler.transform(test)).float()


def module(activation: str) -> nn.Module:
    """With parameters for each channel, if it takes them."""
    constructor: type[nn.Module] = getattr(torchactiv.nn, MODULES[activation])
    by_channel = "num_parameters" in inspect.signature(constructor).parameters
    return constructor(**({"num_parameters": WIDTH} if by_channel else {}))


def train(trainers: Sequence[Trainer], split: Split, epochs: int, seed: int) -> None:
    """All of them with the same batches, in turns, so that the machine treats all alike."""
    order = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        batches = torch.randperm(len(split.inputs), generator=order).split(64)  # type: ignore[no-untyped-call]
        for trainer in trainers:
            for chosen in batches:
                trainer.step(split.inputs[chosen], split.targets[chosen])
            trainer.history.append(trainer.parameters())
