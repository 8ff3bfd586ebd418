"""Operators as functions of Python without torch.ops in front of them, which takes as long as a small tensor does."""

from collections.abc import Callable
from typing import Any

import torch
from torch.compiler import is_dynamo_compiling

from torchactiv.sharding import register_where_used

try:
    from torchactiv._calls import operator_call
except ImportError:  # built without Python's headers, or for another Python

    def operator_call(name: str, in_general: Callable[..., Any], /) -> Callable[..., Any]:
        return in_general


def _in_general(function: Callable[..., Any]) -> Callable[..., Any]:
    """What takes all that is no exact tensor or number: sharded tensors among it."""

    def call(*given: Any, **named: Any) -> Any:
        register_where_used()
        return function(*given, **named)

    return call


def operator(name: str) -> Callable[..., Any]:
    """The operator of that name, for TorchScript as well. What torch.compile traces has to call it by torch.ops.

    Args:
        name: of the operator in ``torch.ops.torchactiv``.

    Returns:
        A function of the operator's arguments.

    Raises:
        AttributeError: there is no such operator.

    Example:
        >>> import torch, torchactiv
        >>> operator("leaky_relu")(torch.tensor([-1.0, 2.0]), 0.5)
        tensor([-0.5000,  2.0000])
    """
    qualified = f"torchactiv::{name}"
    function = operator_call(qualified, _in_general(getattr(torch.ops.torchactiv, name)._op))
    torch.jit._builtins._register_builtin(function, qualified)
    return function


def traceable(name: str) -> Callable[..., Any]:
    """As :func:`operator`, but torch.compile may trace a call, which takes 0.1 µs longer.

    Args:
        name: of the operator in ``torch.ops.torchactiv``.

    Returns:
        A function of the operator's arguments.

    Raises:
        AttributeError: there is no such operator.

    Example:
        >>> import torch, torchactiv
        >>> traceable("rms_norm_act")(torch.tensor([-1.0, 1.0]), [2])
        tensor([0.0000, 1.0000])
    """
    function, packet = operator(name), getattr(torch.ops.torchactiv, name)

    def call(*given: Any) -> Any:
        return packet(*given) if is_dynamo_compiling() else function(*given)

    torch.jit._builtins._register_builtin(call, f"torchactiv::{name}")
    return call
