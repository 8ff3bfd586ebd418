"""`python -m torchactiv`: the catalogue, one activation, plots."""

import builtins
import json
import re
import signal
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import torch
import torchactiv
from operators import OPERATORS, Case, Operator, every_operator, every_plain_operator
from torchactiv.__main__ import main

Capture = pytest.CaptureFixture[str]


def output(capsys: Capture, *arguments: str) -> str:
    """What a command prints that succeeds."""
    assert main(arguments) == 0
    printed = capsys.readouterr()
    assert not printed.err
    return printed.out


def without(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    """Makes the library one that is not installed."""
    installed = builtins.__import__

    def refuse(name: str, *rest: Any) -> Any:
        if name.split(".")[0] == library:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return installed(name, *rest)

    for name in [n for n in sys.modules if n.split(".")[0] == library or n.startswith("torchactiv._")]:
        if name in ("torchactiv._tables", "torchactiv._plot") or name.split(".")[0] == library:
            monkeypatch.delitem(sys.modules, name)
    for module in ("_tables", "_plot"):
        monkeypatch.delattr(torchactiv, module, raising=False)
    monkeypatch.setattr(builtins, "__import__", refuse)


def test_it_runs_as_a_program() -> None:
    command = [sys.executable, "-m", "torchactiv", "show", OPERATORS[0].name + "z"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and f"did you mean '{OPERATORS[0].name}'" in done.stderr, done.stderr


def test_list_has_every_activation_in_its_family(capsys: Capture) -> None:
    entries = torchactiv.catalogue()
    for family in {entry["family"] for entry in entries}:
        rows = [line.split()[:2] for line in output(capsys, "list", "--family", family).splitlines()]
        for entry in entries:
            assert ([entry["name"], entry["module"]] in rows) == (entry["family"] == family)
    rows = [line.split()[:2] for line in output(capsys, "list").splitlines()]
    assert all([entry["name"], entry["module"]] in rows for entry in entries)


def test_list_names_what_lies_beside_the_catalogue(capsys: Capture) -> None:
    """All of it: what `show` takes is somewhere in `list`."""
    printed = re.split(r"[\s|,.]+", output(capsys, "list"))
    names = {n.removesuffix("_") for n in torchactiv.functional.__all__} | set(torchactiv.nn.__all__) - {"make"}
    assert {"geglu_packed", "layer_norm_act", "SwiGLU", "BatchNormAct2d"} <= names <= set(printed)


def test_list_refuses_an_unknown_family(capsys: Capture) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["list", "--family", "none such"])
    assert "invalid choice" in capsys.readouterr().err


@every_operator
def test_show_tells_what_the_card_does(operator: Operator, capsys: Capture) -> None:
    (entry,) = (e for e in torchactiv.catalogue() if e["name"] == operator.name)
    printed = output(capsys, "show", entry["module"])
    assert printed.startswith(entry["title"] + "\n")
    for text in (entry["formula"], entry["derivative"], entry["notes"], entry["source"], *entry["aliases"]):
        assert text in printed
    for name, default in operator.arguments.items():
        assert (name if name in operator.required else f"{name}={default}") in printed
    for name, initial in operator.learned:
        assert f"{name} (learned, from {list(initial) if isinstance(initial, tuple) else initial})" in printed
    held = [name.replace("_", " ") for name, value in entry["properties"].items() if value]
    assert re.search(rf"^  properties +{', '.join(held)}$", printed, re.MULTILINE) or not held


@every_operator
def test_show_tells_what_was_measured(operator: Operator, capsys: Capture) -> None:
    printed = output(capsys, "show", operator.name)
    for file, figure, absent in (
        ("accuracy.json", "ulp", "Its accuracy has not been measured."),
        ("performance.json", "times_eager", "Its speed has not been measured."),
    ):
        path = resources.files(torchactiv) / file
        rows = json.loads(path.read_text(encoding="utf-8"))["rows"] if path.is_file() else []
        rows = [row for row in rows if row["operator"] == operator.name]
        assert (absent in printed) == (not rows)
        for row in rows:
            line = rf"^.*\b{row['dtype']}\b.*\b{re.escape(format(row[figure], '.3g' if figure == 'ulp' else '.2f'))}\b"
            assert re.search(line, printed, re.MULTILINE), row


@pytest.mark.parametrize("name", ["gelu", "rrelu", "glu", "crelu", "rational"])
def test_show_has_what_is_known_of_the_operators_that_something_is_made_of(name: str, capsys: Capture) -> None:
    (entry,) = (e for e in torchactiv.catalogue() if e["name"] == name)
    printed = output(capsys, "show", name)
    assert re.search(rf"^  made of +{', '.join(entry['operators'])}$", printed, re.MULTILINE)
    for operator in entry["operators"]:
        assert output(capsys, "show", operator) in printed
    own, *_ = re.split(r"\n(?=\S.*\n  function )", printed)
    assert "has not been measured" not in own


def test_show_of_something_without_figures_says_so(capsys: Capture) -> None:
    printed = output(capsys, "show", "maxout")
    assert "Its accuracy has not been measured." in printed and "Its speed has not been measured." in printed


def test_show_knows_what_is_outside_the_catalogue(capsys: Capture) -> None:
    for name in ("taaf", "TAAF"):
        printed = output(capsys, "show", name)
        assert printed.startswith("torchactiv.functional.taaf(input: ")
        assert "torchactiv.nn.TAAF(activation: str = 'tanh', " in printed
        assert printed.count("Transformative adaptive activation") == 2
    assert output(capsys, "show", "gated").startswith("torchactiv.functional.gated(gate: ")
    assert output(capsys, "show", "FReLU").startswith("torchactiv.nn.FReLU(channels: ")


def test_show_has_the_module_of_that_very_name(capsys: Capture) -> None:
    block = output(capsys, "show", "SwiGLU")
    assert block.startswith("torchactiv.nn.SwiGLU(in_features: int, hidden_features: int, ") and "down_proj" in block
    assert "torchactiv.nn.SwiGLUGate()" in output(capsys, "show", "swiglu")


@pytest.mark.parametrize("derivatives", [False, True])
def test_plot_has_a_line_for_each(
    derivatives: bool, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from torchactiv import _plot, _registry

    names = [operator.name for operator in OPERATORS]
    lines = _plot.figure([_registry.find(n) for n in names], derivatives=derivatives).axes[0].get_lines()
    labelled = [line for line in lines if not str(line.get_label()).startswith("_")]
    assert len(labelled) == len(names) * (1 + derivatives)
    if derivatives:
        for value, slope in zip(labelled[::2], labelled[1::2], strict=True):
            assert (value.get_linestyle(), slope.get_linestyle()) == ("-", "--")
            assert value.get_color() == slope.get_color()

    monkeypatch.chdir(tmp_path)
    options = ["--derivatives"] if derivatives else []
    assert output(capsys, "plot", names[0], names[1].upper(), *options) == f"written to {names[0]}-{names[1]}.png\n"
    assert output(capsys, "plot", names[0], "-o", "figure.svg", *options) == "written to figure.svg\n"
    assert (tmp_path / f"{names[0]}-{names[1]}.png").read_bytes().startswith(b"\x89PNG")
    assert "</svg>" in (tmp_path / "figure.svg").read_text(encoding="utf-8")


@every_plain_operator
def test_curves_are_the_function_and_its_slope(operator: Operator) -> None:
    from torchactiv import _plot, _registry

    x, y, slope = _plot.curve(_registry.find(operator.name), points=2001)
    assert x[0] == -5 and x[-1] == 5
    first = operator.inputs.index(operator.data[0])
    initial = {i: torch.tensor(i.initial).item() for i in operator.parameters}  # in the dtype of the module
    tensors = [torch.full_like(x, initial.get(i, 1.0)) for i in operator.inputs]
    tensors[first] = x
    numbers = operator.arguments | _registry.demanded(_registry.find(operator.name))
    case = Case(operator, tuple(numbers.values()))
    for drawn, formula in ((y, operator.reference.value), (slope, operator.reference.partials[first])):
        torch.testing.assert_close(drawn, case.formula(formula, *tensors), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("command", ["show", "plot"])
def test_an_unknown_name(command: str, capsys: Capture) -> None:
    name = OPERATORS[0].name
    assert main([command, name + "z"]) == 2
    assert capsys.readouterr().err.startswith(f"unknown activation '{name}z'; did you mean '{name}'")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["crelu"], "'crelu' has no plot: it is no function of single numbers\n"),
        (["maxout"], "'maxout' has no plot: it is no function of single numbers\n"),
        (
            ["relu", "glu", "threshold", "crelu"],
            "'glu', 'crelu' have no plot: they are no functions of single numbers\n",
        ),
    ],
)
def test_plot_names_all_that_cannot_be_drawn(
    names: list[str], message: str, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["plot", *names]) == 2
    assert capsys.readouterr().err == message
    assert not list(tmp_path.iterdir())


def test_a_reader_that_wants_no_more_ends_it_silently() -> None:
    command = [sys.executable, "-m", "torchactiv", "list"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout and running.stderr
        running.stdout.close()
        assert running.stderr.read() == ""
    assert running.returncode == -signal.SIGPIPE


def test_an_unknown_format_or_folder(capsys: Capture, tmp_path: Path) -> None:
    assert main(["plot", OPERATORS[0].name, "-o", str(tmp_path / "figure.none")]) == 2
    assert "none" in capsys.readouterr().err
    assert main(["plot", OPERATORS[0].name, "-o", str(tmp_path / "missing" / "figure.png")]) == 1
    assert "missing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "written"), [("noext", "noext.png"), ("version.", "version.png"), (".mish", ".mish.png")]
)
def test_plot_names_the_file_that_it_writes(
    given: str, written: str, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert output(capsys, "plot", OPERATORS[0].name, "-o", given) == f"written to {written}\n"
    assert [file.name for file in tmp_path.iterdir()] == [written]


@pytest.mark.parametrize("given", [".", "..", "", " ", "...", "taken", "taken.png", "missing/", "taken/.", "sub/plot"])
def test_plot_refuses_what_names_no_file(
    given: str, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("taken", "taken.png", "sub/plot.png"):
        (tmp_path / folder).mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    assert main(["plot", OPERATORS[0].name, "-o", given]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == f"--output must be the name of a file, not of a folder, got {given!r}\n"
    assert sorted(tmp_path.rglob("*")) == before


def test_version(capsys: Capture) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"torchactiv {torchactiv.__version__}\n"


def test_what_is_no_row_of_a_table_needs_no_library(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "tabulate")
    assert output(capsys, "show", "gated").startswith("torchactiv.functional.gated(")


@pytest.mark.parametrize(
    ("arguments", "library"),
    [
        (["list"], "tabulate"),
        (["show", OPERATORS[0].name], "tabulate"),
        (["plot", OPERATORS[0].name], "matplotlib"),
    ],
)
def test_without_the_library(
    arguments: list[str], library: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, library)
    assert main(arguments) == 1
    message = f"{library} is missing, which `pip install {library}` installs\n"
    assert capsys.readouterr().err == message
