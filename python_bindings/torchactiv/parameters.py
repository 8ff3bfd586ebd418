"""How a learned parameter is brought to the form that an operator takes.

What looks at the sizes of an input is a node of its own in a graph of :mod:`torch.fx`, in which they are not known yet.
"""

from typing import Any

import torch
from torch import Tensor

from torchactiv.arguments import check_dim, is_number

torch.fx.wrap("_along")
torch.fx.wrap("_beside")
torch.fx.wrap("_coefficients_along")
torch.fx.wrap("_expanded")


def fitted(operator: str, name: str, parameter: Tensor | int | float, input: Tensor, dim: int) -> Tensor:
    """The parameter as a tensor that broadcasts against the input.

    Args:
        operator: that it belongs to, and
        name: its name there, for messages.
        parameter: a number, one element, one element for each index along dim, or any shape that broadcasts.
        input: the tensor that it is for.
        dim: the dimension that a parameter of one dimension lies along.

    Raises:
        TypeError: it is neither a tensor nor a number, or dim is no integer.
        RuntimeError: a parameter of one dimension that has neither one element nor as many as input along dim.
        IndexError: input has no dimension dim.

    Example:
        >>> import torch
        >>> fitted("pelu", "a", torch.ones(3), torch.zeros(2, 5, 3), dim=-1).shape
        torch.Size([1, 1, 3])
    """
    return _along(operator, name, parameter, input, dim)


def _along(operator: str, name: str, parameter: Tensor | int | float, input: Tensor, dim: int) -> Tensor:
    if not isinstance(dim, int):
        check_dim(operator, dim)
    if isinstance(parameter, Tensor):
        if dim == 1:  # where operators expect it
            return parameter
        if not isinstance(input, Tensor):
            return parameter
        if dim < 0 and dim + input.dim() == 1:
            return parameter
        return _viewed(operator, name, parameter, input, dim)
    if not isinstance(input, Tensor):  # the operator leaves it to __torch_function__
        return parameter
    if not torch.jit.is_scripting():  # type: ignore[attr-defined]
        given: Any = parameter
        if not isinstance(given, int | float) and not is_number(operator, name, given):
            stand_in: Tensor = given
            return stand_in
    return torch.full([], float(parameter), dtype=input.dtype, device=input.device)


def _viewed(operator: str, name: str, parameter: Tensor, input: Tensor, dim: int) -> Tensor:
    if parameter.dim() != 1 or parameter.numel() == 1:
        return parameter
    elements = parameter.numel()
    if input.size(dim) != elements:
        raise RuntimeError(
            f"{operator}: {name} has {elements} elements, but input of shape {list(input.shape)} has "
            f"{input.size(dim)} along dim={dim}; it takes one element, or one for each of these"
        )
    shape = [1] * max(input.dim(), 2)  # two dimensions at least: with one it would lie along dimension 1
    shape[dim if dim < 0 else dim - input.dim()] = elements  # not -1, which is ambiguous for an empty batch of vmap
    return parameter.view(shape)


def fitted_beside(
    operator: str, name: str, parameter: Tensor | int | float, input: Tensor, other: Tensor, dim: int
) -> Tensor:
    """As :func:`fitted`, where the input broadcasts against another, for the shape that they have together.

    Args:
        operator: that it belongs to, and
        name: its name there, for messages.
        parameter: as that of :func:`fitted`.
        input: the tensor that it is for.
        other: what the input broadcasts against.
        dim: the dimension of input that a parameter of one dimension lies along.

    Raises:
        TypeError: it is neither a tensor nor a number, or dim is no integer.
        RuntimeError: a parameter of one dimension that has neither one element nor as many as input along dim.
        IndexError: input has no dimension dim.

    Example:
        >>> import torch
        >>> fitted_beside("gated", "up_bias", torch.ones(3), torch.zeros(2, 3), torch.zeros(5, 2, 3), dim=1).shape
        torch.Size([1, 3])
    """
    return _beside(operator, name, parameter, input, other, dim)


def _beside(
    operator: str, name: str, parameter: Tensor | int | float, input: Tensor, other: Tensor, dim: int
) -> Tensor:
    if input.size() == other.size():
        return _along(operator, name, parameter, input, dim)
    if not isinstance(dim, int):
        check_dim(operator, dim)
    if isinstance(parameter, Tensor):  # viewed in any case: along dimension 1 of the input is not along that of both
        return _viewed(operator, name, parameter, input, dim)
    return _along(operator, name, parameter, input, dim)


def expanded(input: Tensor, other: Tensor) -> Tensor:
    """The input in the shape that it has together with another, if they broadcast: operators align parameters with it.

    Args:
        input: to expand.
        other: that it broadcasts against.

    Example:
        >>> import torch
        >>> expanded(torch.zeros(3, 1), torch.zeros(5, 1, 2)).shape
        torch.Size([5, 3, 2])
    """
    return _expanded(input, other)


def _expanded(input: Tensor, other: Tensor) -> Tensor:
    if input.size() == other.size():
        return input
    shape = list(other.shape[: max(0, other.dim() - input.dim())]) + list(input.shape)
    for d in range(1, min(input.dim(), other.dim()) + 1):
        if shape[-d] == 1:
            shape[-d] = other.size(-d)
    return input.expand(shape)


def fitted_coefficients(operator: str, name: str, coefficients: Tensor, input: Tensor, dim: int) -> Tensor:
    """Coefficients, which their first dimension counts, in a shape whose slices broadcast against the input.

    Args:
        operator: that they belong to, and
        name: their name there, for messages.
        coefficients: of one dimension, the same for all of the input; of two, with one element for each index along
            dim; or of any shape behind the first dimension that broadcasts.
        input: the tensor that they are for.
        dim: the dimension that the second of two dimensions lies along.

    Raises:
        TypeError: dim is no integer.
        RuntimeError: two dimensions, the second of which has neither one element nor as many as input along dim.
        IndexError: input has no dimension dim.

    Example:
        >>> import torch
        >>> fitted_coefficients("apl", "a", torch.ones(4, 3), torch.zeros(2, 5, 3), dim=-1).shape
        torch.Size([4, 1, 1, 3])
    """
    return _coefficients_along(operator, name, coefficients, input, dim)


def _coefficients_along(operator: str, name: str, coefficients: Tensor, input: Tensor, dim: int) -> Tensor:
    if not isinstance(dim, int):
        check_dim(operator, dim)
    if dim == 1:  # where operators expect it
        return coefficients
    if not isinstance(input, Tensor) or not isinstance(coefficients, Tensor):  # one of them has __torch_function__
        return coefficients
    if dim < 0 and dim + input.dim() == 1:
        return coefficients
    if coefficients.dim() != 2 or coefficients.size(1) == 1:
        return coefficients
    if input.size(dim) != coefficients.size(1):
        raise RuntimeError(
            f"{operator}: {name} has the shape {list(coefficients.shape)}, but input of shape {list(input.shape)} has "
            f"{input.size(dim)} along dim={dim}; it takes one element for each coefficient, or one for each of these"
        )
    shape = [1] * (max(input.dim(), 2) + 1)
    shape[0] = coefficients.size(0)
    shape[dim if dim < 0 else dim - input.dim()] = coefficients.size(1)
    return coefficients.view(shape)
