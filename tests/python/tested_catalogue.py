"""The operators under test, as the catalogue and their reference rows describe them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import torch
import torchactiv
from references import BY_NAME, Reference
from torch import Tensor


@dataclass(frozen=True)
class Input:
    """A tensor argument, or one of the coefficients in it."""

    name: str
    is_parameter: bool
    initial: float
    tensor: str = ""  # the name of the argument
    sample: float | None = None  # of a coefficient: the value of its reference row
    shared: bool = False  # of a parameter: the module has one for all channels

    def values(self, number: int, channels: int) -> Tensor:
        """Of a parameter, the number-th of its operator: one for each channel, near what it starts from."""
        waves = torch.sin(1.3 * torch.arange(channels, dtype=torch.float64) + number)
        return self.initial + 0.5 + 0.75 * waves if self.sample is None else self.sample + 0.1 * waves


@dataclass(frozen=True)
class Operator:
    """One line of the catalogue."""

    name: str
    module: str
    inputs: tuple[Input, ...]  # with each of the coefficients
    arguments: dict[str, float]  # with their defaults, or the first sample where they have none
    required: frozenset[str]
    saves_output: bool
    in_place: bool
    inplace_argument: bool
    out_argument: bool
    dim: int  # that parameters of one dimension lie along
    drop_in: bool  # whether the function takes no dim=
    repr: str  # which arguments the module shows
    precision: tuple[str, str]  # of forward and derivative: which loops compute it
    learned: tuple[tuple[str, Any], ...]  # the tensors of the schema that are, with what the module starts from

    @property
    def reference(self) -> Reference:
        """What it must compute."""
        return BY_NAME[self.name]

    @property
    def demanded(self) -> dict[str, float]:
        """The numbers without which there is no call."""
        return {name: self.arguments[name] for name in self.required}

    @property
    def along_channels(self) -> dict[str, int]:
        """What function and module take lest their parameters lie along another dimension than 1."""
        return {"dim": 1} if self.parameters and not self.drop_in else {}

    @property
    def data(self) -> tuple[Input, ...]:
        """The inputs that flow through the network."""
        return tuple(i for i in self.inputs if not i.is_parameter)

    @property
    def parameters(self) -> tuple[Input, ...]:
        """The inputs that are learned."""
        return tuple(i for i in self.inputs if i.is_parameter)

    @property
    def has_coefficients(self) -> bool:
        """Whether a tensor of its schema is several of the inputs."""
        return any(i.sample is not None for i in self.inputs)

    @property
    def tensors(self) -> dict[str, list[int]]:
        """The tensors of the schema, and which of the inputs each of them is."""
        result: dict[str, list[int]] = {}
        for i, described in enumerate(self.inputs):
            result.setdefault(described.tensor, []).append(i)
        return result

    def stacked(self, inputs: Sequence[Any]) -> tuple[Any, ...]:
        """The inputs, or what has their shapes, as the tensors of the schema."""
        if not self.has_coefficients:
            return tuple(inputs)
        result = []
        for members in self.tensors.values():
            given = [inputs[i] for i in members]
            if self.inputs[members[0]].sample is None:
                result.append(given[0])
            else:
                like = next(t for t in inputs if isinstance(t, Tensor))
                tensors = [t if isinstance(t, Tensor) else like.new_tensor(t) for t in given]
                result.append(torch.stack(torch.broadcast_tensors(*tensors)))
        return tuple(result)

    def apart(self, results: Sequence[Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """What belongs to the tensors of the schema, as what belongs to the inputs."""
        if not self.has_coefficients:
            return tuple(results)
        slices = []
        for result, members in zip(results, self.tensors.values(), strict=True):
            if self.inputs[members[0]].sample is None:
                slices.append(result)
            else:
                slices += [s.sum_to_size(inputs[i].shape) for s, i in zip(result.unbind(), members, strict=True)]
        return tuple(slices)

    def overload(self, suffix: str = "", overload: str = "default") -> Any:
        """The registered function of that name, such as ``torch.ops.torchactiv.mish_backward.default``."""
        return getattr(getattr(torch.ops.torchactiv, self.name + suffix), overload)

    @property
    def function(self) -> Callable[..., Tensor]:
        """The function in torchactiv.functional, of the inputs and arguments."""
        function: Callable[..., Tensor] = getattr(torchactiv.functional, self.name)
        if not self.has_coefficients:
            return function
        count = len(self.inputs)
        return lambda *a, **options: function(*self.stacked(a[:count]), *a[count:], **options)

    @property
    def module_class(self) -> type[torch.nn.Module]:
        """The class in torchactiv.nn."""
        module: type[torch.nn.Module] = getattr(torchactiv.nn, self.module)
        return module


def _inputs(entry: dict[str, Any]) -> tuple[Input, ...]:
    reference = BY_NAME[entry["name"]]
    result = []
    for described in entry["inputs"]:
        name, role, initial = described["name"], described["role"], described["initial"]
        if role == "coefficients":
            members = [n for n in reference.inputs if n.rstrip("0123456789") == name]
            result += [Input(n, True, reference.samples[n][0], name, reference.samples[n][0]) for n in members]
        else:
            result.append(Input(name, role == "parameter", initial, name, shared=described["shared"]))
    return tuple(result)


def _read_catalogue() -> tuple[Operator, ...]:
    text = (resources.files(torchactiv) / "catalogue.json").read_text(encoding="utf-8")
    return tuple(
        Operator(
            name=entry["name"],
            module=entry["module"],
            inputs=_inputs(entry),
            arguments={
                a["name"]: BY_NAME[entry["name"]].samples[a["name"]][0] if a["default"] is None else a["default"]
                for a in entry["arguments"]
            },
            required=frozenset(a["name"] for a in entry["arguments"] if a["default"] is None),
            saves_output=entry["saved"] == "output",
            in_place=entry["in_place"],
            inplace_argument=entry["inplace_argument"],
            out_argument=entry["out_argument"],
            dim=entry["dim"],
            drop_in=entry["drop_in"],
            repr=entry["repr"],
            precision=(entry["precision"]["forward"], entry["precision"]["partials"]),
            learned=tuple(
                (i["name"], tuple(i["initial"]) if isinstance(i["initial"], list) else i["initial"])
                for i in entry["inputs"]
                if i["role"] != "data"
            ),
        )
        for entry in json.loads(text)
    )


OPERATORS = _read_catalogue()
