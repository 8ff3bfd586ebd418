"""What parameters start from that have any number of coefficients, along their first dimension."""

from collections.abc import Sequence

import torch
from torch import Tensor

__all__ = ["fill_coefficients_"]


def fill_coefficients_(parameter: Tensor, values: Sequence[float]) -> None:
    """Sets each coefficient of a parameter, by operators that shards of one have as well.

    Args:
        parameter: whose first dimension counts the coefficients.
        values: one for each of them.

    Raises:
        ValueError: another number of values.

    Example:
        >>> import torch
        >>> weight = torch.nn.Parameter(torch.zeros(2, 3))
        >>> fill_coefficients_(weight, [1.0, 2.0])
        >>> weight
        Parameter containing:
        tensor([[1., 1., 1.],
                [2., 2., 2.]], requires_grad=True)
    """
    coefficients = parameter.detach()
    if len(values) != len(coefficients):
        raise ValueError(f"expected {len(coefficients)} values, one for each coefficient, got {len(values)}")
    place = torch.ones_like(coefficients).cumsum(0)
    for k, value in enumerate(values, start=1):
        coefficients.masked_fill_(place == k, value)
