"""What is known of every activation, and how a name leads to it.

The facts about an operator come from catalogue.json, which the build makes of the headers in ops/. A function that is
written in Python, because it is no elementwise operator, tells its own by :func:`add`, beside its definition.
"""

import copy
import difflib
import functools
import importlib.resources
import json
from collections.abc import Iterable
from typing import NotRequired, TypedDict


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
    precision: NotRequired[Precision]
    dim: NotRequired[int]
    """The dimension that parameters of one dimension lie along, unless another is given."""
    drop_in: NotRequired[bool]
    """Whether function and module are PyTorch's, where parameters have no defaults and lie along dimension 1."""
    repr: NotRequired[str]
    """Which arguments the module's repr shows: "names" with values, "values" alone, or "nothing"."""


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


def normalised(name: str) -> str:
    """The name without what libraries differ in: case, underscores, hyphens and spaces.

    Example:
        >>> normalised("Hard_Swish") == normalised("hard-swish") == normalised("HardSwish")
        True
    """
    return name.casefold().translate({ord(c): None for c in "_- "})


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


def find(name: str) -> Entry:
    """The activation of that name, module name or alias, however it is spelled.

    Raises:
        ValueError: there is none; names the nearest.

    Example:
        >>> find("leaky-relu")["module"]
        'LeakyReLU'
    """
    known = _known()
    entry = known.get(normalised(name))
    if entry is None:
        raise ValueError(f"unknown activation {name!r}{_advice(name)}")
    return entry


def _advice(name: str) -> str:
    known = _known()
    spelled: dict[str, str] = {}  # of an activation the nearest spelling only
    for near in difflib.get_close_matches(normalised(name), known, n=5, cutoff=0.7):
        entry = known[near]
        spelled.setdefault(entry["name"], next(s for s in spellings(entry) if normalised(s) == near))
    if not spelled:
        return "; `python -m torchactiv list` lists those that there are"
    *others, last = [repr(s) for s in list(spelled.values())[:3]]
    return f"; did you mean {', '.join(others)} or {last}?" if others else f"; did you mean {last}?"
