"""How a learned parameter is brought to the form that an operator takes.

What looks at the sizes of an input is a node of its own in a graph of :mod:`torch.fx`, in which they are not known yet.
"""

import torch
from torch import Tensor

torch.fx.wrap("_along")
torch.fx.wrap("_coefficients_along")


def fitted(operator: str, name: str, parameter: Tensor | int | float, input: Tensor, dim: int) -> Tensor:
    """The parameter as a tensor that broadcasts against the input.

    Args:
        operator: that it belongs to, and
        name: its name there, for messages.
        parameter: a number, one element, one element for each index along dim, or any shape that broadcasts.
        input: the tensor that it is for.
        dim: the dimension that a parameter of one dimension lies along.

    Raises:
        RuntimeError: a parameter of one dimension that has neither one element nor as many as input along dim.
        IndexError: input has no dimension dim.

    Example:
        >>> import torch
        >>> fitted("pelu", "a", torch.ones(3), torch.zeros(2, 5, 3), dim=-1).shape
        torch.Size([1, 1, 3])
    """
    return _along(operator, name, parameter, input, dim)


def _along(operator: str, name: str, parameter: Tensor | int | float, input: Tensor, dim: int) -> Tensor:
    if isinstance(parameter, Tensor):
        if dim == 1 or (dim < 0 and dim + input.dim() == 1):  # where operators expect it
            return parameter
        if parameter.dim() != 1 or parameter.numel() == 1:
            return parameter
        if input.size(dim) != parameter.numel():
            raise RuntimeError(
                f"{operator}: {name} has {parameter.numel()} elements, but input of shape {list(input.shape)} has "
                f"{input.size(dim)} along dim={dim}; it takes one element, or one for each of these"
            )
        shape = [1] * max(input.dim(), 2)  # two dimensions at least: with one it would lie along dimension 1
        shape[dim if dim < 0 else dim - input.dim()] = -1
        return parameter.view(shape)
    return torch.full([], float(parameter), dtype=input.dtype, device=input.device)


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
        RuntimeError: two dimensions, the second of which has neither one element nor as many as input along dim.
        IndexError: input has no dimension dim.

    Example:
        >>> import torch
        >>> fitted_coefficients("apl", "a", torch.ones(4, 3), torch.zeros(2, 5, 3), dim=-1).shape
        torch.Size([4, 1, 1, 3])
    """
    return _coefficients_along(operator, name, coefficients, input, dim)


def _coefficients_along(operator: str, name: str, coefficients: Tensor, input: Tensor, dim: int) -> Tensor:
    if dim == 1 or (dim < 0 and dim + input.dim() == 1):  # where operators expect it
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
    shape[dim if dim < 0 else dim - input.dim()] = -1
    return coefficients.view(shape)
