"""The activation behind a normalisation: an operator that can be fused with it, or a module that follows it."""

import functools
import inspect
from collections.abc import Iterable, Mapping
from numbers import Integral
from typing import TYPE_CHECKING, Any, SupportsIndex

import torch
from torch import Tensor, nn
from torch.overrides import has_torch_function

from torchactiv import _registry
from torchactiv._compiler import constant_result
from torchactiv.arguments import check_number, check_operands
from torchactiv.calls import traceable
from torchactiv.leaves import Leaf

__all__ = ["Activated", "activated", "check_name", "check_shape", "check_type", "shape_of"]

_FUNCTIONS = ("batch_norm_act", "layer_norm_act", "rms_norm_act", "group_norm_act", "instance_norm_act")
_operators = {function: traceable(function) for function in _FUNCTIONS}


def check_name(function: str, activation: str) -> None:
    """Refuses an activation that is no name.

    Raises:
        TypeError: it is no string.

    Example:
        >>> check_name("batch_norm_act", None)
        Traceback (most recent call last):
        TypeError: batch_norm_act: activation must be a name, such as 'relu', or 'identity' for none, got None
    """
    if not isinstance(activation, str):
        raise TypeError(
            f"{function}: activation must be a name, such as 'relu', or 'identity' for none, got {activation!r}"
        )


def check_type(function: str, argument: str, value: object, expected: str) -> None:
    """Refuses a value of a wrong type, but for what stands for one while a program is traced.

    Args:
        function: that it was given to.
        argument: the name of it.
        value: which is not of the type.
        expected: the type, for the message.

    Raises:
        TypeError: it stands for none.

    Example:
        >>> check_type("batch_norm_act", "training", "False", "bool")
        Traceback (most recent call last):
        TypeError: batch_norm_act: training must be bool, got 'False'
    """
    if not isinstance(value, torch.SymBool) and not has_torch_function((value,)):
        raise TypeError(f"{function}: {argument} must be {expected}, got {value!r}")


def check_shape(function: str, shape: Any) -> None:
    """Refuses a normalized_shape that is no tuple or list, or has something else in it than ints.

    Args:
        function: that it was given to.
        shape: what was given.

    Raises:
        TypeError: it is none, and stands for none while a program is traced.

    Example:
        >>> check_shape("layer_norm_act", (2, 3.0))
        Traceback (most recent call last):
        TypeError: layer_norm_act: normalized_shape must be a tuple of ints, got (2, 3.0)
    """
    if not isinstance(shape, (tuple, list)):
        check_type(function, "normalized_shape", shape, "a tuple of ints")
        return
    if not all(_is_size(size) for size in shape):
        raise TypeError(f"{function}: normalized_shape must be a tuple of ints, got {shape!r}")


def _is_size(value: Any) -> bool:
    """Whether it is taken for an int, as by PyTorch: what numpy has, tensors of them, and what is traced."""
    if type(value) is int:
        return True
    if isinstance(value, bool) or (isinstance(value, Tensor) and (value.is_floating_point() or value.is_complex())):
        return False
    return isinstance(value, (torch.SymInt, SupportsIndex)) or has_torch_function((value,))


def shape_of(function: str, given: Any) -> tuple[int, ...]:
    """The normalized_shape that a module is made with, from one size or several.

    Args:
        function: that the module calls.
        given: to the module.

    Raises:
        TypeError: it has something else in it than ints.

    Example:
        >>> shape_of("layer_norm_act", 8), shape_of("layer_norm_act", [2, 8])
        ((8,), (2, 8))
    """
    shape = tuple(given) if isinstance(given, Iterable) else (given,)
    if isinstance(given, Integral | Iterable) and all(_is_size(size) for size in shape):
        return shape
    raise TypeError(f"{function}: normalized_shape must be an int or a tuple of ints, got {given!r}")


_Numbers = list[tuple[str, float | None]]


@functools.cache
def _known(activation: str, given: tuple[str, ...], function: str) -> tuple[str, _Numbers]:
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


@constant_result
def _fused(activation: str, given: tuple[str, ...], function: str) -> tuple[str, _Numbers]:
    """The operator that can be fused, with its numbers and their defaults; no name where there is none."""
    check_name(function, activation)
    return _known(activation, given, function)


@constant_result
def _name_of(activation: str) -> str:
    return _registry.find(activation)["name"]


def _number(function: str, argument: str, value: Any) -> float:
    if not isinstance(value, float):
        check_number(function, argument, value)
    return float(value)


def _joined(
    function: str, activation: str, mapping: Mapping[str, Any] | None, keywords: dict[str, Any]
) -> dict[str, Any]:
    """The arguments of an activation, in a mapping and by name."""
    if mapping is None:
        return keywords
    if not isinstance(mapping, (dict, Mapping)):
        check_type(function, "activation_arguments", mapping, "a mapping of names to values")
    for name in keywords:
        if name in mapping:
            raise TypeError(f"{function}: {activation}'s {name!r} is given twice, by name and in activation_arguments")
    return {**mapping, **keywords}


def activated(
    function: str,
    activation: str,
    mapping: Mapping[str, Any] | None,
    keywords: dict[str, Any],
    before: tuple[Any, ...],
    after: tuple[Any, ...] = (),
) -> Tensor:
    """The operator's result, called with what is before and after the activation, which follows if it is not fused."""
    check_operands(function, before + after)
    given = _joined(function, activation, mapping, keywords)
    name, arguments = _fused(activation, tuple(given), function)
    numbers = [_number(function, argument, given.get(argument, default)) for argument, default in arguments]
    result: Tensor = _operators[function](*before, name or "identity", numbers, *after)
    if name:
        return result
    from torchactiv import functional  # which imports this module

    followed: Tensor = getattr(functional, _name_of(activation))(result, **given)
    return followed


class Activated(Leaf):
    """What modules of normalisations keep of their activation; in front of PyTorch's module among the bases."""

    activation: str
    arguments: list[float]
    if TYPE_CHECKING:  # TorchScript takes no annotation of a module
        act: nn.Module | None

    def _set_activation(
        self,
        function: str,
        activation: str,
        mapping: Mapping[str, Any] | None,
        keywords: dict[str, Any],
        device: Any,
        dtype: torch.dtype | None,
    ) -> None:
        given = _joined(function, activation, mapping, keywords)
        name, arguments = _fused(activation, tuple(given), function)
        self.activation = name or "identity"
        self.arguments = [_number(function, argument, given.get(argument, default)) for argument, default in arguments]
        self.act = None  # of an activation that is not fused
        if not name:
            from torchactiv import nn as modules  # which imports this module

            entry = _registry.find(activation)
            data = [described["name"] for described in entry.get("inputs", []) if described["role"] == "data"]
            if len(data) > 1:
                raise ValueError(
                    f"{function}: activation {activation!r} takes {len(data)} tensors, {', '.join(data)}; a "
                    "normalisation has one for it"
                )
            constructor = getattr(modules, _registry.module_name(activation))
            placed = {"device": device, "dtype": dtype}  # of parameters, which not every module has
            taken = inspect.signature(constructor).parameters
            self.act = constructor(**{name: value for name, value in placed.items() if name in taken} | given)

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
