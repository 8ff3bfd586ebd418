"""What functions refuse of their arguments, which the operators would take or call something else."""

import functools
from collections.abc import Sequence
from typing import Any, SupportsFloat, SupportsIndex

import torch
from torch import Tensor
from torch.overrides import has_torch_function

from torchactiv._compiler import constant_result


def _stands_for(value: Any) -> bool:
    """Whether it takes the functions of tensors for itself."""
    return not isinstance(value, Tensor) and has_torch_function((value,))


def check_tensor(operator: str, name: str, value: Any) -> None:
    """Refuses what is no tensor, but for what stands for one (`__torch_function__`).

    Args:
        operator: that it was given to.
        name: of the argument.
        value: of the argument.

    Raises:
        TypeError: it is no tensor.

    Example:
        >>> check_tensor("relu", "input", [1.0])
        Traceback (most recent call last):
        TypeError: relu: input must be Tensor, not list
    """
    if not isinstance(value, Tensor) and not _stands_for(value):
        raise TypeError(f"{operator}: {name} must be Tensor, not {type(value).__name__}")


def check_number(operator: str, name: str, value: int) -> float:
    """Refuses what is no number, and a tensor that requires grad: it would be taken for its value, and get none.

    Args:
        operator: that it was given to.
        name: of the argument.
        value: of the argument; the type is what TorchScript takes.

    Returns:
        The number, a float where it was an int, which TorchScript passes to no operator for a float.

    Raises:
        TypeError: it is no number.

    Example:
        >>> check_number("elu", "alpha", 2)
        2.0
        >>> check_number("elu", "alpha", "2")
        Traceback (most recent call last):
        TypeError: elu: alpha must be Number, not str
    """
    if isinstance(value, int):
        return float(value)
    if isinstance(value, Tensor):
        if value.requires_grad:
            raise TypeError(f"{operator}: {name} must be Number, got a tensor that requires grad, which would get none")
        if value.numel() != 1 or value.is_complex():
            kind = f"{type(value).__name__} of shape {list(value.shape)} and {value.dtype}"
            raise TypeError(f"{operator}: {name} must be Number, not {kind}")
    elif not _stands_for(value):
        _check_scalar(operator, name, "Number", value)
    return value


def is_number(operator: str, name: str, value: Any) -> bool:
    """Whether a learned parameter that is no tensor is a number, and not what stands for a tensor.

    Args:
        operator: that it was given to.
        name: of the argument.
        value: of the argument.

    Raises:
        TypeError: it is neither.

    Example:
        >>> is_number("swish", "beta", [1.0])
        Traceback (most recent call last):
        TypeError: swish: beta must be Tensor or Number, not list
    """
    if _stands_for(value):
        return False
    _check_scalar(operator, name, "Tensor or Number", value)
    return True


def _check_scalar(operator: str, name: str, expected: str, value: Any) -> None:
    """Refuses strings, which have `__float__` in numpy, and arrays, which have it whatever their shape."""
    shape = getattr(value, "shape", ())
    if isinstance(value, str) or not isinstance(value, SupportsFloat | SupportsIndex) or shape != ():
        kind = type(value).__name__ + (f" of shape {list(shape)}" if shape else "")
        raise TypeError(f"{operator}: {name} must be {expected}, not {kind}")


def check_dim(operator: str, dim: Any, name: str = "dim") -> None:
    """Refuses what is no dimension, nor a number of them.

    Args:
        operator: that it was given to.
        dim: what was given.
        name: of the argument.

    Raises:
        TypeError: it is no integer.

    Example:
        >>> check_dim("swish", 1.5)
        Traceback (most recent call last):
        TypeError: swish: dim must be int, not float
    """
    if not isinstance(dim, SupportsIndex) and not _stands_for(dim):
        raise TypeError(f"{operator}: {name} must be int, not {type(dim).__name__}")


@functools.cache
def _operands(operator: str) -> list[tuple[int, str, bool, bool]]:
    schema = getattr(torch.ops.torchactiv, operator).default._schema
    given = [a for a in schema.arguments if a.name not in ("activation", "arguments")]
    kinds = [str(a.type).removeprefix("Optional[").removesuffix("]") for a in given]
    return [
        (i, a.name, kind == "Tensor", str(a.type) != kind)
        for i, (a, kind) in enumerate(zip(given, kinds, strict=True))
        if kind in ("Tensor", "float")
    ]


@constant_result
def _operands_of(operator: str) -> list[tuple[int, str, bool, bool]]:
    """Of its tensors and numbers: position, name, whether it is a tensor, whether it may be None."""
    return _operands(operator)


def check_operands(operator: str, given: Sequence[Any]) -> None:
    """Refuses tensors that are none and numbers that are none, by the operator's schema.

    Args:
        operator: that they are for.
        given: all that it takes, in order, but the activation and its arguments.

    Raises:
        TypeError: something is no tensor, or no number.

    Example:
        >>> import torch
        >>> check_operands("add_rms_norm", (torch.ones(2), torch.ones(2), None, 1e-5))
        Traceback (most recent call last):
        TypeError: add_rms_norm: weight must be Tensor, not NoneType
    """
    for position, name, is_tensor, is_optional in _operands_of(operator):
        value = given[position]
        if isinstance(value, Tensor if is_tensor else float) or (is_optional and value is None):
            continue
        (check_tensor if is_tensor else check_number)(operator, name, value)
