"""Gated feed-forward blocks; they are part of :mod:`torchactiv.nn`."""

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from torchactiv.combinations import gated, gated_packed, operator_name

__all__ = ["GEGLU", "BilinearGLU", "GatedFeedForward", "MishGLU", "ReGLU", "SwiGLU"]


class GatedFeedForward(nn.Module):
    r"""Feed-forward block: :math:`W_\text{down} (f(W_\text{gate} x) \cdot W_\text{up} x)`.

    The names of its layers are those of LLaMA-style models, whose weights it loads: ``gate_proj``, ``up_proj`` and
    ``down_proj``; with packed ``gate_up_proj``, which has the rows of the gate first, in place of the first two.

    Source: Shazeer 2020, GLU Variants Improve Transformer, arXiv:2002.05202.

    Args:
        in_features: the size of the input's last dimension.
        hidden_features: the size of gate and up.
        out_features: the size of the result's last dimension; in_features by default.
        activation: f, by any of its names; an activation of one tensor, without learned parameters; "swish" is silu.
        bias: whether the layers have one.
        packed: whether gate and up are one layer.
        arguments: the numbers that f takes, in their order; none for their defaults.
        device: of the parameters.
        dtype: of the parameters.

    Shape:
        (\*, in_features) gives (\*, out_features).

    Raises:
        TypeError: activation is no string.
        ValueError: no such activation, or another count of arguments.
        RuntimeError: a number that f does not take.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.nn.GatedFeedForward(4, 8, activation="mish")(torch.ones(2, 4)).shape
        torch.Size([2, 4])
    """

    __constants__: ClassVar[list[str]] = ["activation", "packed", "arguments"]
    activation: str
    packed: bool
    arguments: list[float]

    def __init__(
        self,
        in_features: int,
        hidden_features: int,
        out_features: int | None = None,
        activation: str = "silu",
        bias: bool = False,
        packed: bool = False,
        arguments: list[float] | None = None,
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.activation = operator_name(activation)
        self.packed = packed
        nothing, given = torch.empty(0, device="cpu"), list(arguments or ())
        gated(nothing, nothing, self.activation, given)  # which refuses what it would in forward
        self.arguments = [float(number) for number in given]
        if packed:
            self.gate_up_proj: nn.Linear = nn.Linear(in_features, 2 * hidden_features, bias, device=device, dtype=dtype)
        else:
            self.gate_proj: nn.Linear = nn.Linear(in_features, hidden_features, bias, device=device, dtype=dtype)
            self.up_proj: nn.Linear = nn.Linear(in_features, hidden_features, bias, device=device, dtype=dtype)
        out_features = in_features if out_features is None else out_features
        self.down_proj: nn.Linear = nn.Linear(hidden_features, out_features, bias, device=device, dtype=dtype)

    def forward(self, input: Tensor) -> Tensor:
        """Applies the block."""
        if self.packed:
            result: Tensor = self.down_proj(
                gated_packed(self.gate_up_proj(input), self.activation, arguments=self.arguments)
            )
            return result
        result = self.down_proj(gated(self.gate_proj(input), self.up_proj(input), self.activation, self.arguments))
        return result

    def extra_repr(self) -> str:
        """The activation and its arguments, in front of the layers."""
        return f"activation={self.activation!r}" + (f", arguments={self.arguments}" if self.arguments else "")


class _OfOneActivation(GatedFeedForward):
    _activation: ClassVar[str]

    def __init__(
        self,
        in_features: int,
        hidden_features: int,
        out_features: int | None = None,
        bias: bool = False,
        packed: bool = False,
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(
            in_features, hidden_features, out_features, self._activation, bias, packed, device=device, dtype=dtype
        )


class SwiGLU(_OfOneActivation):
    """:class:`GatedFeedForward` with silu, as in LLaMA.

    Args:
        in_features, hidden_features, out_features, bias, packed, device, dtype: as there.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.nn.SwiGLU(4, 8)
        SwiGLU(
          activation='silu'
          (gate_proj): Linear(in_features=4, out_features=8, bias=False)
          (up_proj): Linear(in_features=4, out_features=8, bias=False)
          (down_proj): Linear(in_features=8, out_features=4, bias=False)
        )
    """

    _activation = "silu"


class GEGLU(_OfOneActivation):
    """:class:`GatedFeedForward` with gelu.

    Args:
        in_features, hidden_features, out_features, bias, packed, device, dtype: as there.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.nn.GEGLU(4, 8, packed=True)(torch.ones(2, 4)).shape
        torch.Size([2, 4])
    """

    _activation = "gelu_erf"


class ReGLU(_OfOneActivation):
    """:class:`GatedFeedForward` with relu.

    Args:
        in_features, hidden_features, out_features, bias, packed, device, dtype: as there.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.nn.ReGLU(4, 8, 2)(torch.ones(2, 4)).shape
        torch.Size([2, 2])
    """

    _activation = "relu"


class MishGLU(_OfOneActivation):
    """:class:`GatedFeedForward` with mish.

    Args:
        in_features, hidden_features, out_features, bias, packed, device, dtype: as there.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.nn.MishGLU(4, 8, 2)(torch.ones(2, 4)).shape
        torch.Size([2, 2])
    """

    _activation = "mish"


class BilinearGLU(_OfOneActivation):
    """:class:`GatedFeedForward` without an activation.

    Args:
        in_features, hidden_features, out_features, bias, packed, device, dtype: as there.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.nn.BilinearGLU(4, 8, 2)(torch.ones(2, 4)).shape
        torch.Size([2, 2])
    """

    _activation = "identity"
