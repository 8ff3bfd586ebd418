"""The activation behind a normalisation: an operator that can be fused with it, or a module that follows it."""

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from torchactiv import _registry

__all__ = ["Activated", "activated"]


@torch.compiler.assume_constant_result  # type: ignore[untyped-decorator]
def _fused(activation: str, given: tuple[str, ...], function: str) -> tuple[str, list[tuple[str, float | None]]]:
    """The operator that can be fused, with its numbers and their defaults; no name where there is none."""
    entry = _registry.find(activation)
    name = entry["name"]
    if name == "gelu" and not given:
        return "gelu_erf", []
    if len(entry.get("inputs", [])) != 1:
        return "", []
    arguments = [(a["name"], a["default"]) for a in entry["arguments"]]
    known = [a for a, _ in arguments]
    for argument in given:
        if argument not in known:
            takes = f"takes {', '.join(known)}" if known else "takes no arguments"
            raise TypeError(f"{function}: {name} has no argument {argument!r}; it {takes}")
    for argument, default in arguments:
        if default is None and argument not in given:
            raise TypeError(f"{function}: {name} needs its argument {argument!r}")
    return name, arguments


def activated(
    function: str, activation: str, given: dict[str, Any], before: tuple[Any, ...], after: tuple[Any, ...] = ()
) -> Tensor:
    """The operator's result, called with what is before and after the activation, which follows if it is not fused."""
    name, arguments = _fused(activation, tuple(given), function)
    numbers = [float(given.get(argument, default)) for argument, default in arguments]
    result: Tensor = getattr(torch.ops.torchactiv, function)(*before, name or "identity", numbers, *after)
    if name:
        return result
    from torchactiv import functional  # which imports this module

    followed: Tensor = getattr(functional, _registry.find(activation)["name"])(result, **given)
    return followed


class Activated(nn.Module):
    """What modules of normalisations keep of their activation; in front of PyTorch's module among the bases."""

    activation: str
    arguments: list[float]
    if TYPE_CHECKING:  # TorchScript takes no annotation of a module
        act: nn.Module | None

    def _set_activation(self, function: str, activation: str, given: dict[str, Any]) -> None:
        name, arguments = _fused(activation, tuple(given), function)
        self.activation = name or "identity"
        self.arguments = [float(given.get(argument, default)) for argument, default in arguments]
        self.act = None  # of an activation that is not fused
        if not name:
            from torchactiv import nn as modules  # which imports this module

            self.act = modules.make(activation, **given)

    def _followed(self, result: Tensor) -> Tensor:
        if self.act is not None:
            result = self.act(result)
        return result

    def extra_repr(self) -> str:
        """The arguments, as torch.nn shows them, and the activation."""
        shown: str = super().extra_repr()
        if self.act is not None:
            return shown
        numbers = f", arguments={self.arguments}" if self.arguments else ""
        return f"{shown}, activation={self.activation!r}{numbers}"
