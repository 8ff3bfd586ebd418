"""Operators as functions of Python without torch.ops in front of them, which takes as long as a small tensor does.

What torch.compile traces has to be called by torch.ops.
"""

from collections.abc import Callable
from typing import Any

import torch

try:
    from torchactiv._calls import operator_call
except ImportError:  # built without Python's headers, or for another Python

    def operator_call(name: str, in_general: Callable[..., Any], /) -> Callable[..., Any]:
        return in_general


def operator(name: str) -> Callable[..., Any]:
    """The operator of that name, for TorchScript as well.

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
    function = operator_call(qualified, getattr(torch.ops.torchactiv, name)._op)
    torch.jit._builtins._register_builtin(function, qualified)
    return function
