"""The normalised polynomial of large language models; it is part of :mod:`torchactiv.functional` and torchactiv.nn."""

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from torchactiv import _registry

__all__ = ["PolyNorm", "poly_norm"]


def poly_norm(input: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-6) -> Tensor:
    r"""Normalised polynomial: :math:`w_1 n(x^3) + w_2 n(x^2) + w_3 n(x) + b` with a row's :math:`n(y) = y / r(y)`.

    :math:`r(y)` is :math:`\sqrt{\text{mean}(y^2) + \epsilon}` over the last dimension. The polynomial is one operator
    with coefficients for each row (:func:`torchactiv.functional.polynomial`); these are composed of PyTorch's.

    Source: Zhuo et al. 2024, Polynomial Composition Activations, arXiv:2411.03884, whose order the weights have.

    Args:
        input: a tensor of at least one dimension.
        weight: of n elements, those of the powers n, .., 2, 1; of the dtype of input. The paper has three.
        bias: of one element, of the dtype of input.
        eps: added to the means.

    Returns:
        A tensor of the shape and dtype of input.

    Raises:
        ValueError: a tensor without dimensions, or a weight of several or without elements.
        RuntimeError: dtypes or devices that do not fit together.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.poly_norm(torch.tensor([[3.0, -3.0]]), torch.ones(3), torch.zeros(1))
        tensor([[ 3.0000, -1.0000]])
    """
    if input.dim() == 0:
        raise ValueError("poly_norm: input must have a dimension to normalise along, got a tensor without dimensions")
    if weight.dim() != 1 or weight.numel() == 0:
        raise ValueError(f"poly_norm: weight must have one dimension and elements, got the shape {list(weight.shape)}")
    rows = input if input.dim() > 1 else input.unsqueeze(0)
    is_short = rows.dtype == torch.float16 or rows.dtype == torch.bfloat16
    wide = rows.float() if is_short else rows  # as normalisations do
    squares, power = wide * wide, torch.ones_like(wide)
    coefficients: list[Tensor] = []
    for k in range(1, weight.size(0) + 1):
        power = power * squares
        mean = power.sum(-1, keepdim=True) / max(1, wide.size(-1))  # of an empty row 0, lest gradients be NaN
        norm = torch.rsqrt(mean + eps)
        coefficients.append(weight[weight.size(0) - k].to(wide.dtype) * norm)
    coefficients.insert(0, bias.to(wide.dtype).expand_as(coefficients[0]))
    result: Tensor = torch.ops.torchactiv.polynomial(rows, torch.stack(coefficients).to(rows.dtype))
    return result.reshape(input.shape)


class PolyNorm(nn.Module):
    r"""Normalised polynomial with learned weights, which start from 1/3, and a bias. See
    :func:`torchactiv.functional.poly_norm`.

    The state_dict is that of the authors' code.

    Source: Zhuo et al. 2024, Polynomial Composition Activations, arXiv:2411.03884.

    Args:
        eps: added to the means.
        device: of the parameters.
        dtype: of the parameters.

    Shape:
        (\*, features); the result has the same.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.nn.PolyNorm()(torch.ones(2, 5)).shape
        torch.Size([2, 5])
    """

    __constants__: ClassVar[list[str]] = ["eps"]
    eps: float
    weight: nn.Parameter
    bias: nn.Parameter

    def __init__(self, eps: float = 1e-6, device: Any = None, dtype: torch.dtype | None = None) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.empty(3, device=device, dtype=dtype))
        self.bias = nn.Parameter(torch.empty(1, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Sets the parameters to what they start from."""
        nn.init.constant_(self.weight, 1 / 3)
        nn.init.zeros_(self.bias)

    def forward(self, input: Tensor) -> Tensor:
        """Applies the activation."""
        return poly_norm(input, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The arguments, as torch.nn shows them."""
        return f"eps={self.eps}"


_registry.add(
    {
        "name": "poly_norm",
        "module": "PolyNorm",
        "title": "Normalised polynomial",
        "aliases": ["polynorm"],
        "family": "other",
        "formula": r"w_1 n(x^3) + w_2 n(x^2) + w_3 n(x) + b, \; n(y) = y / \sqrt{\text{mean}(y^2) + \epsilon}",
        "source": "Zhuo et al. 2024, Polynomial Composition Activations, arXiv:2411.03884",
    }
)
