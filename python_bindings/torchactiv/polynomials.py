"""The normalised polynomial of large language models; it is part of :mod:`torchactiv.functional` and torchactiv.nn."""

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from torchactiv import _registry
from torchactiv.arguments import check_number, check_tensor

__all__ = ["PolyNorm", "poly_norm"]

torch.fx.wrap("_poly_norm")  # a node of its own: it looks at the sizes of the input


def poly_norm(input: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-6) -> Tensor:
    r"""Normalised polynomial: :math:`w_1 n(x^3) + w_2 n(x^2) + w_3 n(x) + b` with a row's :math:`n(y) = y / r(y)`.

    :math:`r(y)` is :math:`\sqrt{\text{mean}(y^2) + \epsilon}` over the last dimension. The polynomial is one operator
    with coefficients for each row (:func:`torchactiv.functional.polynomial`); these are composed of PyTorch's. 16-bit
    types are computed in floats and rounded once. For backward it keeps the input, as floats, its cube, and a few
    numbers for each row; with more than three weights, further odd powers.

    Source: Zhuo et al. 2024, Polynomial Composition Activations, arXiv:2411.03884, whose order the weights have.

    Args:
        input: a tensor of at least one dimension.
        weight: of n elements, those of the powers n, .., 2, 1; of the dtype of input. The paper has three.
        bias: of one element, of the dtype of input.
        eps: added to the means.

    Returns:
        A tensor of the shape and dtype of input.

    Raises:
        TypeError: what is no tensor, or no number.
        ValueError: a tensor without dimensions, a weight of several or without elements, or a negative eps.
        NotImplementedError: an integer, boolean or complex tensor.
        RuntimeError: a bias of several elements, or dtypes or devices that do not fit together.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.poly_norm(torch.tensor([[3.0, -3.0]]), torch.ones(3), torch.zeros(1))
        tensor([[ 3.0000, -1.0000]])
    """
    if not isinstance(input, Tensor):
        check_tensor("poly_norm", "input", input)
    if not isinstance(weight, Tensor):
        check_tensor("poly_norm", "weight", weight)
    if not isinstance(bias, Tensor):
        check_tensor("poly_norm", "bias", bias)
    if not isinstance(eps, float):
        eps = check_number("poly_norm", "eps", eps)
    return _poly_norm(input, weight, bias, eps)


def _poly_norm(input: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    if input.dim() == 0:
        raise ValueError("poly_norm: input must have a dimension to normalise along, got a tensor without dimensions")
    if weight.dim() != 1 or weight.numel() == 0:
        raise ValueError(f"poly_norm: weight must have one dimension and elements, got the shape {list(weight.shape)}")
    if bias.numel() != 1:
        raise RuntimeError(f"poly_norm: bias must have one element, got the shape {list(bias.shape)}")
    if not eps >= 0:
        raise ValueError(f"poly_norm: eps must be non-negative, got {eps}")
    # TorchScript cannot ask whether autocast is on, where dtypes may differ.
    if not torch.jit.is_scripting():  # type: ignore[attr-defined]
        kind = input.device.type
        if kind in ("cpu", "cuda") and torch.is_autocast_enabled(kind):
            lower = torch.get_autocast_dtype(kind)
            with torch.autocast(kind, enabled=False):  # which would cast the coefficients as well
                return poly_norm(_lowered(input, lower), _lowered(weight, lower), _lowered(bias, lower), eps)
        _check_kinds(input, weight, bias)
    rows = input if input.dim() > 1 else input.unsqueeze(0)
    is_short = rows.dtype == torch.float16 or rows.dtype == torch.bfloat16
    wide = rows.float() if is_short else rows  # as normalisations do
    low, high = wide, wide
    coefficients: list[Tensor] = []
    for k in range(1, weight.size(0) + 1):
        # x^2k is a product of odd powers: autograd keeps its factors, which are half as many as all powers.
        if k % 2 == 1:
            low = high
        else:
            high = wide.pow(k + 1)
        mean = (low * high).sum(-1, keepdim=True) / max(1, wide.size(-1))  # of an empty row 0, lest gradients be NaN
        coefficients.append(weight[weight.size(0) - k].to(wide.dtype) * torch.rsqrt(mean + eps))
    coefficients.insert(0, bias.to(wide.dtype).squeeze().expand_as(coefficients[0]))
    # In floats, and rounded once: 16 bits do not hold what 1 / r(x^3) is of a large x.
    result: Tensor = torch.ops.torchactiv.polynomial(wide, torch.stack(coefficients))
    return (result.to(rows.dtype) if is_short else result).reshape(input.shape)


def _lowered(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    """In the precision of autocast, which leaves doubles alone."""
    return tensor.to(dtype) if tensor.is_floating_point() and tensor.dtype != torch.float64 else tensor


def _check_kinds(input: Tensor, weight: Tensor, bias: Tensor) -> None:
    """Dtypes and devices, as operators check theirs.

    Raises:
        NotImplementedError: input is no tensor of floating-point numbers.
        RuntimeError: dtypes or devices that do not fit together.
    """
    if input.dtype not in (torch.float32, torch.float64, torch.bfloat16, torch.float16):
        raise NotImplementedError(
            f"\"poly_norm\" not implemented for '{input.dtype}': input must be a tensor of dtype float32, float64, "
            "bfloat16 or float16"
        )
    for name, parameter in (("weight", weight), ("bias", bias)):
        if parameter.device != input.device:
            raise RuntimeError(
                "poly_norm: expected all tensors to be on the same device, but input is on "
                f"{input.device} and {name} is on {parameter.device}"
            )
        if parameter.dtype != input.dtype:
            raise RuntimeError(
                f"poly_norm: {name} is {parameter.dtype}, but must have the dtype of input, {input.dtype}"
            )


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
