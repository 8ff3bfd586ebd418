"""How operators act on the tensors of :mod:`torch.distributed.tensor`: on shards, wherever PyTorch's own would.

What is no elementwise operator, and not registered here, has no rule: normalisations.
"""

import functools
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tag
from torch._ops import OpOverload

from torchactiv import _registry

if TYPE_CHECKING:
    from torch.distributed.tensor.placement_types import Placement

    Rule = tuple[list[Placement | None], list[Placement | None]]  # of the results, of the arguments

__all__ = ["register_where_used"]


def register_where_used() -> None:
    """Tells torch.distributed.tensor, if it has been imported, of all operators that have a rule; once.

    Example:
        >>> register_where_used()
    """
    if "torch.distributed.tensor" in sys.modules:
        _register()


@functools.cache
def _register() -> None:
    from torch.distributed.tensor.experimental import register_sharding

    with_coefficients = {
        entry["name"]
        for entry in _registry.entries()
        if any(given["role"] == "coefficients" for given in entry.get("inputs", []))
    }
    for operator in _operators():
        name = operator._schema.name.removeprefix("torchactiv::")
        base = name.removesuffix("_").removesuffix("_backward").removesuffix("_double")
        if Tag.pointwise in operator.tags:
            rules = _whole if base in with_coefficients else _elementwise
        elif base == "gated_packed":
            rules = _packed
        else:
            continue
        register_sharding(operator)(functools.partial(rules, operator))


def _operators() -> Iterator[OpOverload]:
    for qualified in torch._C._dispatch_get_all_op_names():
        if qualified.startswith("torchactiv::"):
            packet, _, overload = qualified.removeprefix("torchactiv::").partition(".")
            if not overload:
                yield getattr(torch.ops.torchactiv, packet).default


def _whole(operator: OpOverload, *given: Any) -> "list[Rule]":
    """On all of the data only."""
    from torch.distributed.tensor import Replicate

    return [([Replicate()] * len(operator._schema.returns), [Replicate() if _is_tensor(a) else None for a in given])]


def _elementwise(operator: OpOverload, *given: Any) -> "list[Rule]":
    """Along any dimension of the data; what is broadcast along it is whole, and its gradient yet to be added."""
    from torch.distributed.tensor import Partial, Replicate, Shard

    tensors = [argument for argument in given if _is_tensor(argument)]
    dimensions = max(tensor.ndim for tensor in tensors)
    sizes = [max(_size(tensor, dim, dimensions) for tensor in tensors) for dim in range(dimensions)]
    rules = _whole(operator, *given)
    for dim, size in enumerate(sizes):
        if size < 2:
            continue

        def of(tensor: Any, broadcast: "Placement", dim: int = dim, size: int = size) -> "Placement":
            if _size(tensor, dim, dimensions) < size:
                return broadcast
            return Shard(_own_dim(tensor, dim, dimensions))

        results: list[Placement | None] = [of(tensor, Partial()) for tensor in _like_results(operator, tensors)]
        rules.append((results, [of(a, Replicate()) if _is_tensor(a) else None for a in given]))
    return rules


def _packed(operator: OpOverload, *given: Any) -> "list[Rule]":
    """Along any dimension but the one that is halved."""
    from torch.distributed.tensor import Shard

    names = [argument.name for argument in operator._schema.arguments]
    defaults = {argument.name: argument.default_value for argument in operator._schema.arguments}
    position, dimensions = names.index("dim"), given[0].ndim
    halved = (given[position] if position < len(given) else defaults["dim"]) % max(dimensions, 1)
    rules = _whole(operator, *given)
    for dim in range(dimensions):
        if dim != halved:
            rules.append(([Shard(dim)], [Shard(dim) if _is_tensor(a) else None for a in given]))
    return rules


def _is_tensor(argument: Any) -> bool:
    return hasattr(argument, "placements")


def _like_results(operator: OpOverload, tensors: Sequence[Any]) -> Sequence[Any]:
    """The arguments that the results have the shapes of."""
    names = [a.name for a in operator._schema.arguments if isinstance(a.type, torch.TensorType)]
    count = len(operator._schema.returns)
    if "grad_output" not in names:
        return [max(tensors, key=lambda tensor: tensor.ndim)]
    of_gradient = names.index("grad_output")
    first = of_gradient if of_gradient > 0 else 1  # a double backward has a gradient of grad_output as well
    return tensors[first : first + count]


def _own_dim(tensor: Any, dim: int, dimensions: int) -> int:
    """Which dimension of a tensor the data's `dim` is; below 0 where it is none."""
    if tensor.ndim == 1 and dimensions > 1 and tensor.shape[0] > 1:  # a parameter of the channels
        return dim - 1 if dim <= 1 else -1
    return dim - (dimensions - int(tensor.ndim))


def _size(tensor: Any, dim: int, dimensions: int) -> int:
    own = _own_dim(tensor, dim, dimensions)
    return int(tensor.shape[own]) if own >= 0 else 1
