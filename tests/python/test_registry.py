"""Names lead to functions and modules, however they are spelled."""

import copy
import re
from collections.abc import Iterator

import pytest
import torch
import torchactiv
from operators import Operator, every_operator
from torchactiv import _registry


def spellings(operator: Operator) -> list[str]:
    (entry,) = (e for e in torchactiv.catalogue() if e["name"] == operator.name)
    return [entry["name"], entry["module"], *entry["aliases"]]


def variants(name: str) -> list[str]:
    """Other ways to write it."""
    return [name, name.upper(), name.replace("_", "-"), name.replace("_", " "), "_".join(name)]


@pytest.fixture
def addition() -> Iterator[torchactiv.Entry]:
    """An entry that may be added, and is forgotten after the test, when only the library's own are known again."""
    own = list(_registry._added)
    yield {
        "name": "softest_max",
        "module": "SoftestMax",
        "title": "Softest maximum",
        "aliases": ["mellow_max"],
        "family": "other",
        "formula": "x",
        "source": "nobody",
    }
    _registry._added[:] = own
    _registry._known.cache_clear()


@every_operator
def test_every_name_leads_to_the_function_and_the_module(operator: Operator) -> None:
    for name in spellings(operator):
        for variant in variants(name):
            assert torchactiv.get(variant) is getattr(torchactiv.functional, operator.name)
            assert type(torchactiv.nn.make(variant, **operator.demanded)) is operator.module_class


@every_operator
def test_make_passes_arguments_on(operator: Operator) -> None:
    arguments = {name: values[0] for name, values in operator.reference.samples.items() if name in operator.arguments}
    options = {"inplace": True} if operator.inplace_argument else {}
    module = torchactiv.nn.make(operator.name, **arguments, **options)
    assert {name: getattr(module, name) for name in arguments | options} == arguments | options
    with pytest.raises(TypeError):
        torchactiv.nn.make(operator.name, no_such_argument=1)


@every_operator
def test_a_misspelled_name_is_corrected(operator: Operator) -> None:
    misspelled = operator.name[:2] + "zq" + operator.name[2:] if len(operator.name) > 5 else operator.name + "z"
    expected = rf"unknown activation '{misspelled}'; did you mean .*'{operator.name}'.*\?"
    for look_up in (torchactiv.get, torchactiv.nn.make):
        with pytest.raises(ValueError, match=expected):
            look_up(misspelled)


def test_of_a_name_that_resembles_nothing_the_list_is_recommended() -> None:
    message = "unknown activation 'qqqqqq'; `python -m torchactiv list` lists those that there are"
    with pytest.raises(ValueError, match=re.escape(message)):
        torchactiv.get("qqqqqq")


def test_every_function_is_found_by_its_name() -> None:
    in_place = {f"{entry['name']}_" for entry in torchactiv.catalogue()}  # the same name, but for how it is spelled
    for name in set(torchactiv.functional.__all__) - in_place:
        for variant in variants(name):
            assert torchactiv.get(variant) is getattr(torchactiv.functional, name)


def test_the_name_of_a_class_makes_that_class(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in set(torchactiv.nn.__all__) - {"make"}:
        monkeypatch.setattr(getattr(torchactiv.nn, name), "__init__", lambda self: None)
        assert type(torchactiv.nn.make(name)) is getattr(torchactiv.nn, name)


@pytest.mark.parametrize(
    ("name", "module"),
    [("taaf", "TAAF"), ("geglu", "GEGLU"), ("meta_acon_c", "MetaAconC"), ("dynamic-relu", "MaxAffine")],
)
def test_other_spellings_make_the_class_that_they_lead_to(name: str, module: str) -> None:
    assert _registry.module_name(name) == module


def test_of_what_is_only_a_function_or_a_module_the_error_tells_so() -> None:
    with pytest.raises(ValueError, match=re.escape("'Gated' has no module; it is torchactiv.functional.gated")):
        torchactiv.nn.make("Gated")
    with pytest.raises(ValueError, match=re.escape("'frelu' has no function; it is torchactiv.nn.FReLU")):
        torchactiv.get("frelu")
    with pytest.raises(ValueError, match=r"'taaf' is no activation of the catalogue, but torchactiv\.functional\.taaf"):
        _registry.find("taaf")


def test_names_outside_the_catalogue_are_corrected_too() -> None:
    with pytest.raises(ValueError, match=r"did you mean .*'gated_packed'"):
        torchactiv.get("gated_pakced")
    with pytest.raises(ValueError, match=r"did you mean .*'MetaAconC'"):
        torchactiv.nn.make("MetaAcnoC")


@pytest.mark.parametrize("name", [None, 3, torch.relu])
def test_what_is_no_string_is_refused(name: object) -> None:
    for look_up in (torchactiv.get, torchactiv.nn.make, _registry.find):
        with pytest.raises(TypeError, match=re.escape(f"activation must be named by a string, got {name!r}")):
            look_up(name)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["sin", "Sin", "clip"])
def test_names_of_other_functions_are_no_aliases(name: str) -> None:
    """ONNX's Sin has no factor, as sine has, and its Clip no bounds."""
    with pytest.raises(ValueError, match=name):
        torchactiv.get(name)


def test_no_two_activations_share_a_name() -> None:
    known = _registry.index(torchactiv.catalogue())
    assert {entry["name"] for entry in known.values()} == {entry["name"] for entry in torchactiv.catalogue()}


def test_an_added_entry_is_found(addition: torchactiv.Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="unknown"):
        torchactiv.get("mellow_max")
    _registry.add(addition)
    monkeypatch.setattr(torchactiv.functional, "softest_max", torch.relu, raising=False)
    monkeypatch.setattr(torchactiv.nn, "SoftestMax", torch.nn.Identity, raising=False)
    assert torchactiv.catalogue()[-1] == addition
    assert torchactiv.get("MellowMax") is torch.relu
    assert isinstance(torchactiv.nn.make("softest-max"), torch.nn.Identity)


def test_an_entry_with_the_name_of_another_is_refused(addition: torchactiv.Entry) -> None:
    before = torchactiv.catalogue()
    taken = before[0]["module"].swapcase()
    entry = copy.deepcopy(addition)
    entry["aliases"] = [taken]
    message = f"'{taken}' is a name of both '{before[0]['name']}' and 'softest_max'"
    with pytest.raises(ValueError, match=re.escape(message)):
        _registry.add(entry)
    assert torchactiv.catalogue() == before


def test_what_the_catalogue_gives_may_be_changed(addition: torchactiv.Entry) -> None:
    _registry.add(addition)
    for entry in torchactiv.catalogue():
        entry["aliases"].append("changed")
    assert all("changed" not in entry["aliases"] for entry in torchactiv.catalogue())


def test_what_works_in_place_is_another_function() -> None:
    for name in (n for n in torchactiv.functional.__all__ if n.endswith("_")):
        assert torchactiv.get(name) is getattr(torchactiv.functional, name)
        message = f"'{name}' has no module; it is torchactiv.functional.{name}"
        with pytest.raises(ValueError, match=re.escape(message)):
            torchactiv.nn.make(name)
        with pytest.raises(ValueError, match=f"'{name}' is no activation of the catalogue, but torchactiv.functional"):
            _registry.find(name)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("swish_", "swish"),
        ("swiglu_", "swiglu"),
        ("Hard-Swish_", "hard_swish"),
        ("SiLU_ ", "silu"),
        ("logistic_", "logistic"),
    ],
)
def test_what_nothing_does_in_place_is_unknown(name: str, nearest: str) -> None:
    """An underscore behind a name is never dropped."""
    for look_up in (torchactiv.get, torchactiv.nn.make, _registry.find):
        with pytest.raises(ValueError, match=f"unknown activation '{name}'") as caught:
            look_up(name)
        _, advice = str(caught.value).split("; did you mean ")
        assert nearest.replace("_", "") in advice.lower().replace("_", "")
