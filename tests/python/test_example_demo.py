"""examples/demo.py: what may be named, without a training."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
import torch
import torchactiv

PROGRAM = Path(__file__).parents[2] / "examples" / "demo.py"
REFUSED = {
    "softmax": "unknown activation 'softmax'",
    "mihs": "did you mean 'mish'",
    "threshold": "needs no arguments",
    "maxout": "needs no arguments",
    "geglu": "needs no arguments",
    "glu": "another number of channels",
    "crelu": "another number of channels",
}


@pytest.fixture(scope="module")
def example() -> ModuleType:
    specification = importlib.util.spec_from_file_location("demo", PROGRAM)
    assert specification and specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", [e["name"] for e in torchactiv.catalogue()] + ["gelu", "hard_swish", "quick-gelu"])
def test_a_network_of_each_activation(name: str, example: ModuleType) -> None:
    """And of PyTorch's module, if it has one."""
    if name in REFUSED or name == "rational":
        return
    entry = example.activation(name)
    for rival in example.rivals(entry):
        network = example.Network(rival, example.gates(entry) == 2)
        assert network(torch.randn(2, 1, 8, 8)).shape == (2, 10)
    assert len(example.rivals(entry)) == (2 if hasattr(torch.nn, entry["module"]) or name == "swiglu" else 1)


@pytest.mark.parametrize(("name", "message"), REFUSED.items())
def test_names_that_it_refuses(
    name: str, message: str, example: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["demo.py", "--cpp-inference", __file__, "--activation", name])
    with pytest.raises(SystemExit, match="2"):
        example.main()
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("options", [["--epochs", "0"], ["--cpp-inference", "no such program"]])
def test_options_that_it_refuses(
    options: list[str], example: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["demo.py", "--cpp-inference", __file__, *options])
    with pytest.raises(SystemExit, match="2"):
        example.main()
    assert "must be positive" in (error := capsys.readouterr().err) or "is no file" in error
