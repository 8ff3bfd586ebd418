"""Activations whose parameters a small network computes from the batch; they are part of :mod:`torchactiv.nn`."""

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from torchactiv import functional

__all__ = ["DynamicReLU", "FReLU", "MetaAconC"]

# What looks at the sizes of an input is a node of its own in a graph of torch.fx, in which they are not known yet.
torch.fx.wrap("_pooled")
torch.fx.wrap("_spread")
torch.fx.wrap("_positions")


def _pooled(module: str, input: Tensor) -> Tensor:
    """The mean over the spatial dimensions, of shape (N, C).

    Raises:
        ValueError: input has no two dimensions.
    """
    if input.dim() < 2:
        raise ValueError(f"{module}: input must have the shape (N, C, *), got {list(input.shape)}")
    return input.flatten(2).mean(2) if input.dim() > 2 else input


def _positions(module: str, input: Tensor) -> Tensor:
    """The input with its spatial dimensions as one.

    Raises:
        ValueError: it has none.
    """
    if input.dim() < 3:
        raise ValueError(f"{module}: variant C needs a spatial dimension, got {list(input.shape)}")
    return input.flatten(2)


def _spread(coefficients: Tensor, input: Tensor) -> Tensor:
    """Coefficients of shape (.., N, C) or (.., N, 1) in one that broadcasts against the input."""
    return coefficients.reshape(list(coefficients.shape) + [1] * (input.dim() - 2))


class DynamicReLU(nn.Module):
    r"""Dynamic rectified linear unit: :math:`\max_k(a_k x + b_k)` with coefficients of the input.

    They are :math:`a_k = \alpha_k + \lambda_a \Delta a_k` and :math:`b_k = \beta_k + \lambda_b \Delta b_k` with
    :math:`\alpha = (1, 0, ..), \beta = (0, 0, ..), \lambda_a = 1, \lambda_b = 1/2`, which is relu for
    :math:`\Delta = 0`, and :math:`\Delta = 2 \sigma(W_2 \, \text{relu}(W_1 \bar x + c_1) + c_2) - 1`, where
    :math:`\bar x` is the mean over the spatial dimensions. The rows of :math:`W_2` are those of all :math:`\Delta a_k`,
    and behind them those of :math:`\Delta b_k`.

    Variant C multiplies the coefficients by an attention to positions, which is the same as multiplying the result:
    :math:`\pi = \min(\gamma \, \text{softmax}(z / \tau), 1)` with z a 1x1 convolution of the input to one channel,
    :math:`\tau = 10`, and :math:`\gamma` a third of the number of positions. Where z is constant, :math:`\pi` is 1/3.

    See :func:`torchactiv.functional.dynamic_relu`.

    Source: Chen, Dai, Liu, Chen, Yuan & Liu 2020, Dynamic ReLU, arXiv:2003.10027.

    Args:
        channels: the size of the input's dimension 1.
        pieces: how many linear functions there are, 2 at least and 20 at most.
        reduction: how many times smaller than channels the hidden layer is; it has 4 units at least.
        variant: "A" for coefficients that all channels and positions share, "B" for those of each channel, "C" for
            those of each channel with an attention to positions.
        device: of the parameters.
        dtype: of the parameters.

    Shape:
        (N, channels, \*), with any number of spatial dimensions, or none unless the variant is C; the result has the
        same.

    Raises:
        ValueError: an unknown variant, another number of pieces, or an input without the dimensions that it needs.
        RuntimeError: another number of channels.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.nn.DynamicReLU(16)
        DynamicReLU(
          channels=16, pieces=2, reduction=8, variant='B'
          (fc1): Linear(in_features=16, out_features=4, bias=True)
          (fc2): Linear(in_features=4, out_features=64, bias=True)
        )
        >>> torchactiv.nn.DynamicReLU(16, variant="C")(torch.ones(2, 16, 5, 5)).shape
        torch.Size([2, 16, 5, 5])
    """

    __constants__: ClassVar[list[str]] = ["channels", "pieces", "reduction", "variant"]
    channels: int
    pieces: int
    reduction: int
    variant: str

    def __init__(
        self,
        channels: int,
        pieces: int = 2,
        reduction: int = 8,
        variant: str = "B",
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        if not 2 <= pieces <= 20:
            raise ValueError(f"DynamicReLU: pieces must be between 2 and 20, got {pieces}")
        if variant not in ("A", "B", "C"):
            raise ValueError(f"DynamicReLU: variant must be 'A', 'B' or 'C', got {variant!r}")
        if reduction < 1:
            raise ValueError(f"DynamicReLU: reduction must be positive, got {reduction}")
        self.channels = channels
        self.pieces = pieces
        self.reduction = reduction
        self.variant = variant
        hidden = max(channels // reduction, 4)
        coefficients = 2 * pieces * (1 if variant == "A" else channels)
        self.fc1: nn.Linear = nn.Linear(channels, hidden, device=device, dtype=dtype)
        self.fc2: nn.Linear = nn.Linear(hidden, coefficients, device=device, dtype=dtype)
        # Over flattened positions, so that one layer does for any number of spatial dimensions.
        self.attention: nn.Conv1d | None = (
            nn.Conv1d(channels, 1, 1, device=device, dtype=dtype) if variant == "C" else None
        )

    def forward(self, input: Tensor) -> Tensor:
        """Applies the activation."""
        pooled = _pooled("DynamicReLU", input)
        deltas = 2.0 * torch.sigmoid(self.fc2(torch.relu(self.fc1(pooled)))) - 1.0
        channels = 1 if self.variant == "A" else self.channels
        counted = deltas.view(deltas.size(0), 2 * self.pieces, channels).movedim(1, 0)  # (2 pieces, N, channels)
        slopes, intercepts = torch.chunk(_spread(counted, input), 2)
        slopes = torch.cat([1.0 + slopes[:1], slopes[1:]])
        result: Tensor = functional.dynamic_relu(input, slopes, 0.5 * intercepts)
        if self.attention is not None:
            scores = self.attention(_positions("DynamicReLU", input))
            weights = torch.softmax(scores / 10.0, 2) * (scores.size(2) / 3.0)
            # Not negative, they may follow the maximum; coefficients times them would each be as large as the input.
            weights = torch.clamp(weights, max=1.0).reshape(input[:, :1].shape)
            result = result * weights.to(result.dtype)
        return result

    def extra_repr(self) -> str:
        """The arguments, in front of the layers."""
        return f"channels={self.channels}, pieces={self.pieces}, reduction={self.reduction}, variant={self.variant!r}"


class MetaAconC(nn.Module):
    r"""Activate or not, variant C: :math:`(p_1 - p_2) x \, \sigma(\beta (p_1 - p_2) x) + p_2 x` with beta of the input.

    It is :math:`\beta = \sigma(\text{bn}_2(W_2 \, \text{bn}_1(W_1 \bar x + c_1) + c_2))`, where :math:`\bar x` is the
    mean over the spatial dimensions. p1 and p2 are learned for each channel, and start from a standard normal
    distribution. All this is as in the authors' code, but for the shapes in the state_dict: fc1 and fc2 are linear
    layers instead of 1x1 convolutions, and p1 and p2 have one dimension, so that there may be any number of spatial
    dimensions. See :func:`torchactiv.functional.acon_c`.

    Source: Ma, Zhang, Liu & Sun 2021, Activate or Not: Learning Customized Activation, arXiv:2009.04759.

    Args:
        channels: the size of the input's dimension 1.
        reduction: how many times smaller than channels the hidden layer is; it has that many units at least.
        device: of the parameters.
        dtype: of the parameters.

    Shape:
        (N, channels, \*), with any number of spatial dimensions; the result has the same.

    Raises:
        ValueError: a reduction that is not positive; an input of less than two dimensions, or, in training, of one
            element along the first: its normalisation would leave nothing.
        RuntimeError: another number of channels.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.nn.MetaAconC(4)(torch.ones(2, 4, 5, 5)).shape
        torch.Size([2, 4, 5, 5])
    """

    __constants__: ClassVar[list[str]] = ["channels", "reduction"]
    channels: int
    reduction: int
    p1: nn.Parameter
    p2: nn.Parameter

    def __init__(
        self, channels: int, reduction: int = 16, device: Any = None, dtype: torch.dtype | None = None
    ) -> None:
        super().__init__()
        if reduction < 1:
            raise ValueError(f"MetaAconC: reduction must be positive, got {reduction}")
        self.channels = channels
        self.reduction = reduction
        hidden = max(channels // reduction, reduction)
        self.fc1: nn.Linear = nn.Linear(channels, hidden, device=device, dtype=dtype)
        self.bn1: nn.BatchNorm1d = nn.BatchNorm1d(hidden, device=device, dtype=dtype)
        self.fc2: nn.Linear = nn.Linear(hidden, channels, device=device, dtype=dtype)
        self.bn2: nn.BatchNorm1d = nn.BatchNorm1d(channels, device=device, dtype=dtype)
        self.p1 = nn.Parameter(torch.empty(channels, device=device, dtype=dtype))
        self.p2 = nn.Parameter(torch.empty(channels, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws p1 and p2 again; the layers have their own reset_parameters."""
        nn.init.normal_(self.p1)
        nn.init.normal_(self.p2)

    def forward(self, input: Tensor) -> Tensor:
        """Applies the activation."""
        hidden = self.bn1(self.fc1(_pooled("MetaAconC", input)))
        beta = torch.sigmoid(self.bn2(self.fc2(hidden)))
        return functional.acon_c(input, self.p1, self.p2, _spread(beta, input))

    def extra_repr(self) -> str:
        """The arguments, in front of the layers."""
        return f"channels={self.channels}, reduction={self.reduction}"


class FReLU(nn.Module):
    r"""Funnel activation: :math:`\max(x, \text{bn}(\text{conv}(x)))`, where conv sees a window of the same channel.

    The weights of the convolution start from a normal distribution of standard deviation 0.01. It has no bias, which
    the normalisation would take away again.

    Source: Ma, Zhang & Sun 2020, Funnel Activation for Visual Recognition, arXiv:2007.11824.

    Args:
        channels: the size of the input's dimension 1.
        kernel_size: the height and width of the window; an odd number, with which the result has the input's shape.
        device: of the parameters.
        dtype: of the parameters.

    Shape:
        (N, channels, H, W); the result has the same.

    Raises:
        ValueError: a kernel_size that is not positive and odd.
        RuntimeError: an input of another number of dimensions or channels.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.nn.FReLU(4)(torch.ones(2, 4, 5, 5)).shape
        torch.Size([2, 4, 5, 5])
    """

    def __init__(
        self, channels: int, kernel_size: int = 3, device: Any = None, dtype: torch.dtype | None = None
    ) -> None:
        super().__init__()
        if kernel_size < 1 or kernel_size % 2 == 0:
            raise ValueError(f"FReLU: kernel_size must be positive and odd, got {kernel_size}")
        options: dict[str, Any] = {"padding": kernel_size // 2, "groups": channels, "bias": False}
        self.conv: nn.Conv2d = nn.Conv2d(channels, channels, kernel_size, device=device, dtype=dtype, **options)
        self.bn: nn.BatchNorm2d = nn.BatchNorm2d(channels, device=device, dtype=dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws the weights of the convolution again; the normalisation has its own reset_parameters."""
        nn.init.normal_(self.conv.weight, std=0.01)

    def forward(self, input: Tensor) -> Tensor:
        """Applies the activation."""
        return torch.maximum(input, self.bn(self.conv(input)))

    def extra_repr(self) -> str:
        """The arguments, in front of the layers."""
        return f"channels={self.conv.in_channels}, kernel_size={self.conv.kernel_size[0]}"
