"""How docs/catalogue.md is made; whether it is current, `make lint` checks."""

import sys
from pathlib import Path

import pytest
import torch
import torchactiv
from operators import OPERATORS, Operator, every_operator

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tools"))
import document_catalogue
from torchactiv import _registry


@every_operator
def test_a_plot_is_small_and_the_same_each_time(operator: Operator, tmp_path: Path) -> None:
    entry = _registry.find(operator.name)
    assert document_catalogue.has_plot(entry)
    paths = (tmp_path / "first.svg", tmp_path / "second.svg")
    for path in paths:
        document_catalogue.plot(entry, path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert 2_000 < paths[0].stat().st_size <= 15 * 1024


@every_operator
def test_each_activation_has_its_section(operator: Operator) -> None:
    text = document_catalogue.page(torchactiv.catalogue(), {operator.name})
    section = text.split(f"\n### {operator.name}\n")[1].split("\n### ")[0]
    entry = _registry.find(operator.name)
    assert section.startswith(entry["title"] + ".")
    assert f"(plots/{operator.name}.svg)" in section and text.count("(plots/") == 1
    assert section.count("```math\n") == 1 + len(operator.tensors)
    for fact in (f".{operator.name}(", f".{operator.module}(", entry["source"], entry["notes"], *entry["aliases"]):
        assert fact in section
    for name, initial in operator.learned:
        start = list(initial) if isinstance(initial, tuple) else initial
        assert f"- Learned: `{name}`, from {start}.\n" in section


def test_what_is_no_operator_may_tell_less(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function written in Python has neither inputs nor derivative nor properties, and perhaps no plot."""
    entry: torchactiv.Entry = {
        "name": OPERATORS[0].name,
        "module": OPERATORS[0].module,
        "title": "Made up",
        "aliases": [],
        "family": "other",
        "formula": r"x^{\text{some\_power}}",
        "source": "Nobody 2000",
    }

    def halves(name: str) -> torch.nn.Module:
        class Halves(torch.nn.Module):
            def forward(self, input: torch.Tensor) -> torch.Tensor:
                return input.chunk(2)[0]

        return Halves()

    monkeypatch.setattr(torchactiv.nn, "make", halves)
    assert not document_catalogue.has_plot(entry)
    text = document_catalogue.page([entry], set())
    assert "f = x^{\\mathrm{some\\_power}}\n" in text and text.count("```math\n") == 1
    assert "Nobody 2000" in text and "(plots/" not in text


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\text{a} + \text{b\_c}", r"\text{a} + \mathrm{b\_c}"),
        (r"\text{ if } x \text{ else b\_c or d}", r"\text{ if } x \text{ else }\mathrm{b\_c}\text{ or d}"),
    ],
)
def test_names_with_underscores(latex: str, expected: str) -> None:
    assert document_catalogue.for_github(latex) == expected
