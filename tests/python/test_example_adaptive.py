"""examples/adaptive.py: what it prints and plots, in runs that are too short to learn much."""

import importlib
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch
import torchactiv

PROGRAM = Path(__file__).parents[2] / "examples" / "adaptive.py"

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def example() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(PROGRAM.parent)  # as Python does for a program: part of it is in a module beside it
        return importlib.import_module(PROGRAM.stem)


def run(example: ModuleType, output: Path, capsys: Capture, *options: str) -> str:
    """What a run of two seeds and two epochs prints."""
    assert example.main([*options, "--seeds", "2", "--epochs", "2", "--output", str(output)]) == 0
    return capsys.readouterr().out


def rows(printed: str) -> dict[str, tuple[str, int, float, float, int]]:
    """Those of the table, by activation: kind, extra parameters, mean, standard deviation, microseconds of a step."""
    row = r"^(\w+) +(fixed|adaptive) +(\d+) +(-?\d+\.\d{4}) ± (\d+\.\d{4}) +(\d+)$"
    return {
        name: (kind, int(parameters), float(mean), float(deviation), int(step))
        for name, kind, parameters, mean, deviation, step in re.findall(row, printed, re.MULTILINE)
    }


@pytest.mark.parametrize(
    ("dataset", "measure", "least"), [("breast_cancer", "test accuracy", 0.5), ("diabetes", "test R²", -1.0)]
)
def test_it_prints_a_table_and_plots(
    dataset: str, measure: str, least: float, example: ModuleType, capsys: Capture, tmp_path: Path
) -> None:
    printed = run(example, tmp_path, capsys, "--datasets", dataset, "--activations", "ReLU", "srelu")
    assert measure in printed
    found = rows(printed)
    width = 32
    assert {name: row[:2] for name, row in found.items()} == {
        "relu": ("fixed", 0),
        "srelu": ("adaptive", 2 * width * 4),
    }
    for _, _, mean, deviation, step in found.values():
        assert least < mean <= 1 and 0 <= deviation < 1 and step > 0
    assert re.search(r"with relu, the best fixed one: beyond the spread, [01] of 1 adaptive", printed)
    for kind in ("parameters", "functions"):
        assert (tmp_path / f"{dataset}_{kind}.png").read_bytes().startswith(b"\x89PNG")


COEFFICIENTS = [e["name"] for e in torchactiv.catalogue() if "coefficients" in [i["role"] for i in e.get("inputs", [])]]


def test_coefficients_are_plotted(example: ModuleType, capsys: Capture, tmp_path: Path) -> None:
    """Those of which a parameter has several, a band for each; and those that all channels share."""
    names = [*COEFFICIENTS, "rational", "poly_norm"]
    assert {"apl", "kan_edge", "rational_a"} < set(names)
    found = rows(run(example, tmp_path, capsys, "--datasets", "breast_cancer", "--activations", "relu", *names))
    assert {name for name, row in found.items() if row[0] == "adaptive"} == set(names)
    for kind in ("parameters", "functions"):
        assert (tmp_path / f"breast_cancer_{kind}.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("name", "first_layer"),
    [
        ("pelu", {"a": 32, "b": 32}),
        ("kan_edge", {**{f"coefficients[{k}]": 32 for k in range(8)}, "base_weight": 32, "spline_weight": 32}),
        ("rational", {**{f"numerator[{k}]": 32 for k in range(6)}, **{f"denominator[{k}]": 32 for k in range(4)}}),
        ("poly_norm", {"weight[0]": 1, "weight[1]": 1, "weight[2]": 1, "bias": 1}),
        ("taaf", {"alpha": 32, "beta": 32, "gamma": 32, "delta": 32}),
        ("relu", {}),
    ],
)
def test_each_coefficient_has_a_history(name: str, first_layer: dict[str, int], example: ModuleType) -> None:
    history = example.Trainer(example.TASKS["digits"], name, 64, seed=0).history[0]
    both = {f"{label}, layer {layer}": (size,) for layer in (1, 2) for label, size in first_layer.items()}
    assert {label: tuple(values.shape) for label, values in history.items()} == both


def test_by_default_it_compares_everything_that_learns(example: ModuleType) -> None:
    chosen = example.parsed([]).activations
    assert chosen[:5] == ["relu", "tanh", "silu", "gelu", "mish"]
    assert {*COEFFICIENTS, "prelu", "swish", "rational", "poly_norm", "taaf"} < set(chosen[5:])
    assert [name for name in chosen if not list(example.module(name).parameters())] == chosen[:5]


@pytest.mark.parametrize(
    ("option", "help_text"),
    [
        ("--datasets", "what to learn"),
        ("--activations", "names or aliases"),
        ("--seeds SEEDS", "how many networks"),
        ("--epochs EPOCHS", "passes over the data"),
        ("--threads THREADS", "how many threads"),
        ("--output FOLDER", "the folder that plots are written to, made if it is missing; build/adaptive"),
    ],
)
def test_help_explains_every_option(option: str, help_text: str, example: ModuleType, capsys: Capture) -> None:
    with pytest.raises(SystemExit, match="0"):
        example.main(["--help"])
    options = " ".join(capsys.readouterr().out.partition("options:")[2].split())
    assert re.search(rf"{option}[^-]* {help_text}", options)
    assert options.count("--") == 7  # --help among them


def test_a_run_can_be_repeated(example: ModuleType, capsys: Capture, tmp_path: Path) -> None:
    options = ("--datasets", "diabetes", "--activations", "tanh", "swish")
    first, second = (rows(run(example, tmp_path, capsys, *options)) for _ in range(2))
    assert len(first) == 2
    assert {name: row[:4] for name, row in first.items()} == {name: row[:4] for name, row in second.items()}


def test_all_start_from_the_same_weights(example: ModuleType) -> None:
    trainers = [example.Trainer(example.TASKS["digits"], name, 64, seed=1) for name in ("relu", "mpelu")]
    first, second = ([trainer.network[layer].weight for layer in (0, 2, 4)] for trainer in trainers)
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_parameters_move(example: ModuleType) -> None:
    (result,) = example.compare(example.TASKS["diabetes"], ["pelu"], seeds=2, epochs=3)
    for trainer in result.trainers:
        assert len(trainer.history) == 4
        assert sorted(trainer.history[0]) == ["a, layer 1", "a, layer 2", "b, layer 1", "b, layer 2"]
        for name, initial in trainer.history[0].items():
            assert torch.equal(initial, torch.ones(32)) and (trainer.history[-1][name] != initial).all()


def test_the_verdict_counts_what_exceeds_the_spread(example: ModuleType) -> None:
    scores = {
        "relu": [0.1, 0.2, 0.3],
        "tanh": [0.5, 0.6, 0.7],  # the best fixed one
        "prelu": [0.6, 0.8, 0.9],  # better by 0.1667 +- 0.0577
        "swish": [0.4, 0.9, 0.6],  # better by 0.0333 +- 0.2309
        "pelu": [0.4, 0.5, 0.5],
        "snake": [0.9, 0.9, float("nan")],
    }
    results = []
    for name, values in scores.items():
        results.append(example.Result(name, [], []))
        results[-1].scores = torch.tensor(values, dtype=torch.float64)
        results[-1].rank = results[-1].scores.mean().item()
    assert example.verdict(results) == (
        "Paired by seed with tanh, the best fixed one: beyond the spread, 1 of 4 adaptive ones are better (prelu).\n"
        "3 are not, of which 2 are worse (pelu, snake)."
    )


def test_the_table_tells_who_diverged(example: ModuleType) -> None:
    task = example.TASKS["digits"]
    splits = [example.Split(task, seed) for seed in range(2)]
    trainers = [example.Trainer(task, "relu", 64, seed) for seed in range(2)]
    for trainer, split in zip(trainers, splits, strict=True):
        example.train([trainer], split, epochs=1, seed=0)
    assert "iverged" not in example.table([example.Result("relu", trainers, splits)], "test accuracy")
    torch.nn.init.constant_(trainers[1].network[4].bias, float("nan"))
    text = example.table([example.Result("relu", trainers, splits)], "test accuracy")
    assert text.endswith("\nDiverged to outputs that are not finite: relu for 1 of 2 seeds.")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("prelux", "unknown activation 'prelux'; did you mean 'prelu'"),
        ("swiglu", "'swiglu' does not fit between two layers"),
        ("glu", "'glu' does not fit between two layers"),
        ("threshold", "'threshold' does not fit between two layers"),
        ("geglu", "'geglu'"),
    ],
)
def test_activations_that_it_refuses(name: str, message: str, example: ModuleType, capsys: Capture) -> None:
    with pytest.raises(SystemExit, match="2"):
        example.main(["--activations", "relu", name])
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("options", [["--seeds", "1"], ["--epochs", "0"], ["--threads", "0"]])
def test_numbers_that_it_refuses(options: list[str], example: ModuleType, capsys: Capture) -> None:
    with pytest.raises(SystemExit, match="2"):
        example.main(options)
    assert "at least 2 seeds" in capsys.readouterr().err


def test_it_says_how_to_install_matplotlib() -> None:
    path = f"sys.path.insert(0, {str(PROGRAM.parent)!r}); sys.modules['matplotlib'] = None"
    code = f"import runpy, sys; {path}; runpy.run_path({str(PROGRAM)!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "matplotlib is missing, which `pip install matplotlib` installs\n"
