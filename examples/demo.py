"""Trains a small network on scikit-learn's digits, and runs it in C++.

    python examples/demo.py --activation mish --cpp-inference build/examples/cpp_inference/cpp_inference

It leaves as TorchScript, scripted and traced, and the C++ program must give the logits of Python to the last bit.
`make demo` does all of it.
"""

import argparse
import functools
import pathlib
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable

import sklearn.datasets
import sklearn.model_selection
import torch
import torchactiv
import tqdm
from torch import Tensor, nn

LEAST_ACCURACY = 0.96


class Gated(nn.Module):
    """Feeds the halves of the channels to a module that takes a gate and a value."""

    def __init__(self, gate: nn.Module) -> None:
        super().__init__()
        self.gate = gate

    def forward(self, input: Tensor) -> Tensor:
        gate, value = input.chunk(2, dim=1)
        result: Tensor = self.gate(gate, value)
        return result


class PlainSwiGLU(nn.Module):
    """What PyTorch has for SwiGLUGate: two of its functions."""

    def forward(self, gate: Tensor, up: Tensor) -> Tensor:
        return nn.functional.silu(gate) * up


class Network(nn.Module):
    """Two convolutions, each with batch normalisation and the activation, and a linear layer for ten classes."""

    def __init__(self, activation: Callable[[], nn.Module], gated: bool) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs, stride in ((1, 64, 1), (64, 128, 2)):
            width = 2 * outputs if gated else outputs
            layers += [nn.Conv2d(inputs, width, 3, stride, padding=1, bias=False), nn.BatchNorm2d(width)]
            layers.append(Gated(activation()) if gated else activation())
        self.features = nn.Sequential(*layers)
        self.classes = nn.Linear(128, 10)

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.classes(self.features(images).mean((2, 3)))
        return logits


class Trainer:
    """A network with its optimiser."""

    def __init__(self, network: Network, steps: int) -> None:
        self.network = network.train()
        self.optimiser = torch.optim.AdamW(network.parameters(), lr=0.01)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(self.optimiser, 0.01, total_steps=steps)

    def step(self, images: Tensor, labels: Tensor) -> float:
        self.optimiser.zero_grad()
        loss = nn.functional.cross_entropy(self.network(images), labels)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        self.schedule.step()
        return loss.item()


def digits() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The images and labels to train with, and those to test with."""
    images, labels = sklearn.datasets.load_digits(return_X_y=True)
    parts = sklearn.model_selection.train_test_split(images, labels, test_size=0.25, random_state=0, stratify=labels)
    train_images, test_images, train_labels, test_labels = (torch.from_numpy(part) for part in parts)
    shape = (-1, 1, 8, 8)
    return train_images.float().view(shape) / 16, train_labels, test_images.float().view(shape) / 16, test_labels


def train(trainer: Trainer, images: Tensor, labels: Tensor, epochs: int, batch: int) -> None:
    batches = len(images) // batch
    with tqdm.tqdm(total=epochs * batches, desc="training", unit="step", file=sys.stdout) as bar:
        for _ in range(epochs):
            for chosen in torch.randperm(len(images))[: batches * batch].view(batches, batch):
                loss = trainer.step(images[chosen], labels[chosen])
                bar.update()
            bar.set_postfix(loss=f"{loss:.4f}")


def step_times(trainers: list[Trainer], images: Tensor, labels: Tensor, steps: int) -> list[float]:
    """The median milliseconds of a training step, taken in turns so that the machine treats all alike."""
    times: list[list[float]] = [[] for _ in trainers]
    for _ in range(steps):
        for trainer, record in zip(trainers, times, strict=True):
            begin = time.perf_counter()
            trainer.step(images, labels)
            record.append(1000 * (time.perf_counter() - begin))
    return [statistics.median(record[steps // 5 :]) for record in times]


def agrees(program: pathlib.Path, model: pathlib.Path, images: pathlib.Path, expected: Tensor) -> bool:
    """Runs the C++ program, and compares its logits with Python's, bit by bit."""
    logits = model.with_suffix(".logits.pt")
    logits.unlink(missing_ok=True)
    result = subprocess.run([program, model, images, logits], capture_output=True, text=True, check=False)
    print(f"{model.name}: C++: {(result.stdout + result.stderr).strip()}")
    if result.returncode != 0:
        return False
    actual: Tensor = torch.load(logits)
    same = actual.shape == expected.shape and torch.equal(actual.view(torch.int32), expected.view(torch.int32))
    difference = "to the last bit" if same else f"NOT: they differ by up to {(actual - expected).abs().max().item():g}"
    print(f"{model.name}: C++ and Python agree {difference} on {expected.numel()} logits")
    return same


def count(text: str) -> int:
    """A positive integer, for the command line."""
    number = int(text)
    if number <= 0:
        raise argparse.ArgumentTypeError(f"must be positive, got {number}")
    return number


def program(text: str) -> pathlib.Path:
    """A file that is there, for the command line."""
    path = pathlib.Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"{text} is no file; `make demo` builds it of examples/cpp_inference")
    return path


def activation(name: str) -> torchactiv.Entry:
    """Of the catalogue, by any name that it has; for the command line."""
    data = torch.zeros(1, 4, 2, 2)
    try:
        found = torchactiv.get(name).__name__
        entry = next(entry for entry in torchactiv.catalogue() if entry["name"] == found)
        result = torchactiv.nn.make(entry["module"])(*[data] * gates(entry))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    except (StopIteration, TypeError) as error:
        raise argparse.ArgumentTypeError(f"{name} is no activation that needs no arguments") from error
    if result.shape != data.shape:
        raise argparse.ArgumentTypeError(f"{name} gives another number of channels than it is given")
    return entry


def gates(entry: torchactiv.Entry) -> int:
    """How many tensors it takes: two if one gates the other."""
    return max(1, sum(tensor["role"] == "data" for tensor in entry.get("inputs", [])))


def rivals(entry: torchactiv.Entry) -> list[Callable[[], nn.Module]]:
    """The module, and what PyTorch has for it, if anything."""
    ours: Callable[[], nn.Module] = functools.partial(torchactiv.nn.make, entry["module"])
    plain = PlainSwiGLU if entry["module"] == "SwiGLUGate" else getattr(nn, entry["module"], None)
    return [ours] if plain is None else [ours, plain]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--activation", type=activation, default="mish", help="any of `python -m torchactiv list`; by default mish"
    )
    parser.add_argument("--epochs", type=count, default=15, help="how often it sees each digit; 15 by default")
    parser.add_argument(
        "--cpp-inference", type=program, required=True, help="the program of examples/cpp_inference, as it was built"
    )
    parser.add_argument(
        "--output", type=pathlib.Path, default=pathlib.Path("build/demo"), help="a folder for the models"
    )
    options = parser.parse_args()
    torch.manual_seed(0)

    entry = options.activation
    gated = gates(entry) == 2
    ours, *others = rivals(entry)

    train_images, train_labels, test_images, test_labels = digits()
    batch = 64
    trainer = Trainer(Network(ours, gated), options.epochs * (len(train_images) // batch))
    print(f"{len(train_images)} digits to train with, {len(test_images)} to test with; torchactiv.nn.{entry['module']}")
    train(trainer, train_images, train_labels, options.epochs, batch)
    network = trainer.network.eval()
    with torch.inference_mode():
        expected = network(test_images).clone()
    accuracy = (expected.argmax(1) == test_labels).double().mean().item()
    print(f"test accuracy {accuracy:.4f}")

    steps = 60
    trainers = [Trainer(Network(module, gated), steps) for module in (ours, *others)]
    time_of_ours, *times = step_times(trainers, train_images[:batch], train_labels[:batch], steps)
    against = "".join(f", PyTorch {other:.2f} ms: {other / time_of_ours:.2f} times" for other in times)
    print(f"training step: torchactiv {time_of_ours:.2f} ms{against}")

    options.output.mkdir(parents=True, exist_ok=True)
    images = options.output / "images.pt"
    torch.save(test_images, images)
    models = {name: options.output / f"{entry['name']}.{name}.pt" for name in ("scripted", "traced")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of torch.jit itself, which is what serving in C++ uses
        torch.jit.script(network).save(models["scripted"])
        torch.jit.trace(network, test_images[:1]).save(models["traced"])  # type: ignore[no-untyped-call]
    same = [agrees(options.cpp_inference, model, images, expected) for model in models.values()]
    if accuracy < LEAST_ACCURACY:
        print(f"the test accuracy is below {LEAST_ACCURACY}")
    return 0 if all(same) and accuracy >= LEAST_ACCURACY else 1


if __name__ == "__main__":
    sys.exit(main())
