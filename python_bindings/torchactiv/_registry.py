"""What is known of every activation, and how a name leads to it.

The facts about an operator come from catalogue.json, which the build makes of the headers in ops/. A function that is
written in Python, because it is no elementwise operator, tells its own by :func:`add`, beside its definition.
"""

import copy
import difflib
import functools
import importlib
import importlib.resources
import json
from collections.abc import Iterable
from typing import NotRequired, TypedDict

from torchactiv._compiler import constant_result


class Input(TypedDict):
    """A tensor argument of an operator."""

    name: str
    role: str
    """"data" flows through the network; a "parameter" is learned, and so are "coefficients", any number of them."""
    initial: float | list[float]
    """What a parameter starts from, or each of the coefficients."""


class Argument(TypedDict):
    """A plain number that an operator takes."""

    name: str
    default: float | None
    """None where it must be given."""


class Properties(TypedDict):
    """Of the function with its default arguments and initial parameters."""

    bounded: bool
    """From both sides."""
    monotonic: bool
    """Nowhere decreasing."""
    smooth: bool
    """All derivatives exist everywhere."""
    both_signs: bool
    """Values are negative and positive."""


class Precision(TypedDict):
    """What floats and 16-bit numbers are computed in: "floats", "floats_for_all" (16-bit numbers as floats are),
    "doubles" (floats), "doubles_for_all"."""

    forward: str
    partials: str


class Entry(TypedDict):
    """What is known of an activation; what is not required is known of every operator."""

    name: str
    """Of the function in :mod:`torchactiv.functional`, and of the operator in ``torch.ops.torchactiv``."""
    module: str
    """Of the class in :mod:`torchactiv.nn`."""
    title: str
    aliases: list[str]
    """Other names that libraries have for it."""
    family: str
    formula: str
    """LaTeX."""
    source: str
    derivative: NotRequired[str]
    """LaTeX, one expression for each input, separated by "; "."""
    notes: NotRequired[str]
    properties: NotRequired[Properties]
    inputs: NotRequired[list[Input]]
    arguments: NotRequired[list[Argument]]
    saved: NotRequired[str]
    """What backward reads: "inputs" or "output"."""
    in_place: NotRequired[bool]
    """Whether the operator ``<name>_`` exists."""
    inplace_argument: NotRequired[bool]
    """Whether function and module take ``inplace=``."""
    out_argument: NotRequired[bool]
    """Whether the function takes ``out=``."""
    precision: NotRequired[Precision]
    dim: NotRequired[int]
    """The dimension that parameters of one dimension lie along, unless another is given."""
    drop_in: NotRequired[bool]
    """Whether function and module are PyTorch's, where parameters have no defaults and lie along dimension 1."""
    operators: NotRequired[list[str]]
    """What it is made of, where that is in the catalogue as well: of these derivatives and figures are known."""
    logscale: NotRequired[bool]
    """Whether the module may keep the logarithms of its parameters: takes alpha_logscale=."""
    repr: NotRequired[str]
    """Which arguments the module's repr shows: "names" with values, "values" alone, or "nothing"."""


LIBRARIES = {"functional": "function", "nn": "module"}  # and what each of them has

_added: list[Entry] = []


def add(entry: Entry) -> None:
    """Makes an activation known that is written in Python.

    Raises:
        ValueError: one of its names leads to another activation already.
    """
    index([*entries(), entry])
    _added.append(copy.deepcopy(entry))
    _known.cache_clear()


def entries() -> list[Entry]:
    """Everything that is known, in the order of the catalogue; the caller may change it."""
    text = importlib.resources.files("torchactiv").joinpath("catalogue.json").read_text(encoding="utf-8")
    operators: list[Entry] = json.loads(text)
    return operators + copy.deepcopy(_added)


_IGNORED = str.maketrans("", "", "_- ")


def normalised(name: str) -> str:
    """The name without what libraries differ in: case, underscores, hyphens and spaces.

    Raises:
        TypeError: it is no string.

    Example:
        >>> normalised("Hard_Swish") == normalised("hard-swish") == normalised("HardSwish")
        True
    """
    if not isinstance(name, str):
        raise TypeError(f"activation must be named by a string, got {name!r}")
    return _letters(name)


@functools.lru_cache(maxsize=4096)
def _letters(name: str) -> str:
    return name.casefold().translate(_IGNORED)


def demanded(entry: Entry) -> dict[str, float]:
    """Numbers to show the activation with, for the arguments that have no default."""
    names = [a["name"] for a in entry.get("arguments", []) if a["default"] is None]
    return {name: 1.0 + i for i, name in enumerate(names)}


def spellings(entry: Entry) -> list[str]:
    """Every name that leads to it."""
    return [entry["name"], entry["module"], *entry["aliases"]]


def index(known: Iterable[Entry]) -> dict[str, Entry]:
    """Entries by their normalised names.

    Raises:
        ValueError: two entries share a name.
    """
    found: dict[str, Entry] = {}
    for entry in known:
        for name in spellings(entry):
            other = found.setdefault(normalised(name), entry)
            if other["name"] != entry["name"]:
                raise ValueError(f"{name!r} is a name of both {other['name']!r} and {entry['name']!r}")
    return found


@functools.cache
def _known() -> dict[str, Entry]:
    return index(entries())


def _says_in_place(name: str) -> bool:
    """By an underscore at the end, which no activation has."""
    return name.rstrip().endswith("_")


def _entry(name: str) -> Entry | None:
    letters = normalised(name)
    return None if _says_in_place(name) else _known().get(letters)


def find(name: str) -> Entry:
    """The activation of that name, module name or alias, however it is spelled.

    Raises:
        TypeError: the name is no string.
        ValueError: there is none; names the nearest.

    Example:
        >>> find("leaky-relu")["module"]
        'LeakyReLU'
    """
    entry = _entry(name)
    if entry is not None:
        return entry
    for library, found in beyond_catalogue(name).items():
        raise ValueError(f"{name!r} is no activation of the catalogue, but torchactiv.{library}.{found}")
    raise ValueError(f"unknown activation {name!r}{_advice(name, {})}")


@constant_result
def function_name(name: str) -> str:
    """Of the function in :mod:`torchactiv.functional` that a name leads to: an activation, or else any other function.

    Raises:
        TypeError: the name is no string.
        ValueError: there is none; names the nearest.

    Example:
        >>> function_name("LeakyReLU"), function_name("GEGLU")
        ('leaky_relu', 'geglu')
    """
    if name in importlib.import_module("torchactiv.functional").__all__:  # relu_ is another one than relu
        return name
    entry = _entry(name)
    return entry["name"] if entry is not None else _named_in(name, "functional")


@constant_result
def module_name(name: str) -> str:
    """Of the class in :mod:`torchactiv.nn` that a name leads to: the one of that very name, or else an activation.

    Raises:
        TypeError: the name is no string.
        ValueError: there is none; names the nearest.

    Example:
        >>> module_name("swiglu"), module_name("SwiGLU"), module_name("meta_acon_c")
        ('SwiGLUGate', 'SwiGLU', 'MetaAconC')
    """
    if _public("nn").get(normalised(name)) == name:
        return name
    entry = _entry(name)
    return entry["module"] if entry is not None else _named_in(name, "nn")


def beyond_catalogue(name: str) -> dict[str, str]:
    """The function and the class of that name, by their libraries, where the catalogue has no such activation.

    Example:
        >>> beyond_catalogue("taaf"), beyond_catalogue("relu")
        ({'functional': 'taaf', 'nn': 'TAAF'}, {})
    """
    wanted = normalised(name)
    if _says_in_place(name):
        return {"functional": name} if name in importlib.import_module("torchactiv.functional").__all__ else {}
    if wanted in _known():
        return {}
    public = {library: _public(library) for library in LIBRARIES}
    return {library: names[wanted] for library, names in public.items() if wanted in names}


def _public(library: str) -> dict[str, str]:
    """What torchactiv.functional has, or the classes of torchactiv.nn, by their normalised names."""
    module = importlib.import_module(f"torchactiv.{library}")  # which imports this one
    names: list[str] = module.__all__
    return {normalised(n): n for n in names if library != "nn" or isinstance(getattr(module, n), type)}


def _named_in(name: str, library: str) -> str:
    found = beyond_catalogue(name)
    if library in found:
        return found[library]
    for other, elsewhere in found.items():
        raise ValueError(f"{name!r} has no {LIBRARIES[library]}; it is torchactiv.{other}.{elsewhere}")
    raise ValueError(f"unknown activation {name!r}{_advice(name, _public(library))}")


def _advice(name: str, more: dict[str, str]) -> str:
    """The nearest names of activations and of what else there is, by normalised names."""
    known = _known()
    spelled: dict[str, str] = {}  # of an activation the nearest spelling only
    for near in difflib.get_close_matches(normalised(name), more | known, n=5, cutoff=0.7):
        entry = known.get(near)
        if entry is None:
            spelled.setdefault(near, more[near])
        else:
            spelled.setdefault(entry["name"], next(s for s in spellings(entry) if normalised(s) == near))
    if not spelled:
        return "; `python -m torchactiv list` lists those that there are"
    *others, last = [repr(s) for s in list(spelled.values())[:3]]
    return f"; did you mean {', '.join(others)} or {last}?" if others else f"; did you mean {last}?"
