"""examples/normalisation.py: what it prints and plots, in runs that are too short to learn much."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch
import torchactiv

PROGRAM = Path(__file__).parents[2] / "examples" / "normalisation.py"
KINDS = "plain, small weights|plain, large weights|batch_norm_act|DyT"
ROW = rf"^(\w+) +({KINDS}) +(\S+) to (\S+) +(\w+) +(\d\.\d{{3}}) ± \d\.\d{{3}}$"


@pytest.fixture(scope="module")
def example() -> ModuleType:
    specification = importlib.util.spec_from_file_location("normalisation", PROGRAM)
    assert specification and specification.loader
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module  # where dataclasses look for it
    specification.loader.exec_module(module)
    return module


def run(*options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(PROGRAM), "--seeds", "2", "--epochs", "1", *map(str, options)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_gradients_vanish_explode_and_arrive(tmp_path: Path) -> None:
    done = run("--depths", 30, "--activations", "sigmoid", "relu", "--output", tmp_path)
    assert done.returncode == 0, done.stderr
    rows = {
        (a, t): (float(low), float(high), which) for a, t, low, high, which, _ in re.findall(ROW, done.stdout, re.M)
    }
    assert len(rows) == 9
    assert rows["sigmoid", "plain, small weights"][2] == "vanishes"
    assert rows["sigmoid", "batch_norm_act"][2] == "arrives"
    assert rows["relu", "plain, small weights"][1] < 1e-4
    assert rows["relu", "plain, large weights"][2] == "explodes"
    assert rows["selu", "plain, small weights"][2] == "arrives"
    assert "sigmoid, plain, small weights: the gradient vanishes" in done.stdout
    assert (tmp_path / "gradients_30.png").read_bytes().startswith(b"\x89PNG")


def test_dyt_is_that_of_the_paper(example: ModuleType) -> None:
    (layer, activation), x = example.dyt("relu"), torch.randn(5, 64, generator=torch.Generator().manual_seed(0))
    parameters = dict(layer.named_parameters())
    assert {name: p.shape for name, p in parameters.items()} == {"alpha": (1,), "weight": (64,), "bias": (64,)}
    assert isinstance(activation, torchactiv.nn.ReLU)
    torch.testing.assert_close(layer(x), torch.tanh(0.5 * x))
    for seed, parameter in enumerate(parameters.values()):
        parameter.data.normal_(generator=torch.Generator().manual_seed(seed))
    torch.testing.assert_close(layer(x), layer.weight * torch.tanh(layer.alpha * x) + layer.bias)


@pytest.mark.parametrize(
    ("option", "help_text"),
    [
        ("--depths LAYERS", "how many layers"),
        ("--activations", "what stands between the layers"),
        ("--seeds SEEDS", "how many networks"),
        ("--epochs EPOCHS", "passes over the data; 20"),
        ("--threads THREADS", "how many threads"),
        ("--output FOLDER", "the folder that plots are written to, made if it is missing; build/normalisation"),
    ],
)
def test_help_explains_every_option(
    option: str, help_text: str, example: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="0"):
        example.main(["--help"])
    options = " ".join(capsys.readouterr().out.partition("options:")[2].split())
    assert re.search(rf"{option}[^-]* {help_text}", options)
    assert options.count("--") == 7  # --help among them


def test_options_that_make_no_sense(tmp_path: Path) -> None:
    done = run("--depths", 0, "--output", tmp_path)
    assert done.returncode == 2
    assert "at least 2 seeds, 1 epoch, 1 thread and 1 layer" in done.stderr
