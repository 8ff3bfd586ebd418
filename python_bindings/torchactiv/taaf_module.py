"""The module of :func:`torchactiv.functional.taaf`; it is part of :mod:`torchactiv.nn`."""

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from torchactiv.combinations import operator_name, taaf

__all__ = ["TAAF"]


class TAAF(nn.Module):
    r"""Transformative adaptive activation: :math:`\alpha f(\beta x + \gamma) + \delta`.

    It starts as f. See :func:`torchactiv.functional.taaf`.

    Source: Kunc & Klema 2021, On Transformative Adaptive Activation Functions in Neural Networks for Gene Expression
    Inference, PLOS ONE 16(1).

    Args:
        activation: f, by any of its names; an activation of one tensor, without learned parameters; "swish" is silu.
        num_parameters: 1 for parameters that all channels share, or the number of channels.
        dim: the dimension of the input that the parameters lie along.
        arguments: the numbers that f takes, in their order; none for their defaults.
        device: of the parameters.
        dtype: of the parameters.

    Shape:
        Any; the result has the same.

    Raises:
        TypeError: activation is no string.
        ValueError: no such activation, or another count of arguments.
        RuntimeError: a number that f does not take.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.nn.TAAF("sigmoid", num_parameters=3)(torch.zeros(2, 3)).detach()
        tensor([[0.5000, 0.5000, 0.5000],
                [0.5000, 0.5000, 0.5000]])
    """

    __constants__: ClassVar[list[str]] = ["activation", "num_parameters", "dim", "arguments"]
    activation: str
    num_parameters: int
    dim: int
    arguments: list[float]
    alpha: nn.Parameter
    beta: nn.Parameter
    gamma: nn.Parameter
    delta: nn.Parameter

    def __init__(
        self,
        activation: str = "tanh",
        num_parameters: int = 1,
        dim: int = 1,
        arguments: list[float] | None = None,
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.activation = operator_name(activation)
        self.num_parameters = num_parameters
        self.dim = dim
        nothing, given = torch.empty(0, device="cpu"), list(arguments or ())
        taaf(nothing, activation=self.activation, dim=0, arguments=given)  # which refuses what it would in forward
        self.arguments = [float(number) for number in given]
        for name in ("alpha", "beta", "gamma", "delta"):
            setattr(self, name, nn.Parameter(torch.empty(num_parameters, device=device, dtype=dtype)))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Sets the parameters to what makes it f."""
        for scale, shift in ((self.alpha, self.gamma), (self.beta, self.delta)):
            nn.init.ones_(scale)
            nn.init.zeros_(shift)

    def forward(self, input: Tensor) -> Tensor:
        """Applies the activation."""
        return taaf(input, self.alpha, self.beta, self.gamma, self.delta, self.activation, self.dim, self.arguments)

    def extra_repr(self) -> str:
        """The arguments, as torch.nn shows them."""
        shown = f"activation={self.activation!r}, num_parameters={self.num_parameters}, dim={self.dim}"
        return shown + (f", arguments={self.arguments}" if self.arguments else "")
