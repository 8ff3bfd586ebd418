"""Graphs of PyTorch's operators instead of torchactiv's, for what knows only these: ONNX, and other runtimes."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch._C import DispatchKey
from torch._ops import OpOverload

__all__ = ["decompositions"]

# What devices without kernels of their own get, and what is made of other operators everywhere.
_COMPOSITIONS = DispatchKey.CompositeExplicitAutograd, DispatchKey.CompositeImplicitAutograd


def decompositions() -> dict[OpOverload, Callable[..., Any]]:
    """What each operator is in PyTorch's own: the function of the same name where PyTorch has it, else a composition.

    For :meth:`torch.export.ExportedProgram.run_decompositions`, on the way to ONNX for example
    (``pip install '.[onnx]'``), where ``optimize=False`` is wanted: the exporter's optimiser puts nodes of limits in
    doubles out of order. Values agree to the accuracy of PyTorch's operators, which is less in some tails. What is
    composed in doubles needs a runtime that has the function of doubles: not all have erf and atan. A program that is
    trained on has the derivatives of the graph: where the function has a kink, they may be those of its other side.

    Returns:
        A table with an entry for each operator that writes into none of its arguments.

    Example:
        >>> import torch, torchactiv
        >>> program = torch.export.export(torchactiv.nn.SwiGLU(8, 16), (torch.randn(2, 8),))
        >>> program = program.run_decompositions(torchactiv.decompositions())
        >>> any("torchactiv" in str(node.target) for node in program.graph.nodes)
        False
    """
    table: dict[OpOverload, Callable[..., Any]] = {}
    for key in _COMPOSITIONS:
        for name in torch._C._dispatch_get_registrations_for_dispatch_key(key.name):
            if not name.startswith("torchactiv::"):
                continue
            packet, _, overload = name.removeprefix("torchactiv::").partition(".")
            operator: OpOverload = getattr(getattr(torch.ops.torchactiv, packet), overload or "default")
            if not operator._schema.is_mutable:
                table[operator] = _builtin(operator) or _composition(operator, key)
    return table


def _builtin(operator: OpOverload) -> Callable[..., Tensor] | None:
    """PyTorch's function of one tensor and plain numbers, which has the same name, arguments and defaults."""
    schema = operator._schema
    name = schema.name.removeprefix("torchactiv::")
    if sum(isinstance(argument.type, torch.TensorType) for argument in schema.arguments) != 1:
        return None
    if name in ("gelu_erf", "gelu_tanh"):
        approximate = "tanh" if name == "gelu_tanh" else "none"
        return lambda input: torch.nn.functional.gelu(input, approximate=approximate)
    return getattr(torch.nn.functional, name, None)


def _composition(operator: OpOverload, key: DispatchKey) -> Callable[..., Any]:
    return lambda *arguments, **keywords: operator._op_dk(key, *arguments, **keywords)
