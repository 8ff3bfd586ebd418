"""examples/normalisation.py: what it prints and plots, in runs that are too short to learn much."""

import re
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).parents[2] / "examples" / "normalisation.py"
KINDS = "plain, small weights|plain, large weights|batch_norm_act|DyT"
ROW = rf"^(\w+) +({KINDS}) +(\S+) to (\S+) +(\w+) +(\d\.\d{{3}}) ± \d\.\d{{3}}$"


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


def test_options_that_make_no_sense(tmp_path: Path) -> None:
    done = run("--depths", 0, "--output", tmp_path)
    assert done.returncode == 2
    assert "at least 2 seeds, 1 epoch, 1 thread and 1 layer" in done.stderr
