"""How a learned parameter is brought to the form that an operator takes."""

import torch
from torch import Tensor


def fitted(operator: str, name: str, parameter: Tensor | float, input: Tensor, dim: int) -> Tensor:
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
    if isinstance(parameter, Tensor):
        if parameter.dim() != 1 or parameter.numel() == 1:
            return parameter
        if dim == 1 or (dim < 0 and dim + input.dim() == 1):  # where operators expect it
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
