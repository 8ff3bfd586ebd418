"""Modules of instance normalisation with an activation: PyTorch's, with something behind them.

They are part of :mod:`torchactiv.nn`.
"""

import warnings
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from torchactiv.arguments import check_tensor
from torchactiv.calls import traceable
from torchactiv.fused_activations import Activated

__all__ = ["InstanceNormAct1d", "InstanceNormAct2d", "InstanceNormAct3d"]

_instance_norm_act = traceable("instance_norm_act")


class _InstanceNormAct(Activated, nn.modules.instancenorm._InstanceNorm):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: torch.dtype | None = None,
        activation: str = "relu",
        *,
        bias: bool = True,
        activation_arguments: Mapping[str, Any] | None = None,
        **keywords: Any,
    ) -> None:
        nn.modules.instancenorm._InstanceNorm.__init__(
            self, num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias
        )
        self._set_activation("instance_norm_act", activation, activation_arguments, keywords, device, dtype)

    def forward(self, input: Tensor) -> Tensor:
        """Normalises each channel of each element and applies the activation."""
        if not isinstance(input, Tensor):
            check_tensor("instance_norm_act", "input", input)
        self._check_input_dim(input)  # type: ignore[no-untyped-call]
        has_batch = input.dim() != self._get_no_batch_dim()  # type: ignore[no-untyped-call]
        channels = input.size(1 if has_batch else 0)
        if channels != self.num_features:  # as for PyTorch
            found = f"input has {channels} channels, but num_features is {self.num_features}"
            if self.affine:
                raise ValueError(f"instance_norm_act: {found}")
            warnings.warn(f"instance_norm_act: {found}, which affine=False makes no use of", stacklevel=2)
        if has_batch:
            return self._apply_instance_norm(input)
        result: Tensor = self._handle_no_batch_input(input)  # type: ignore[no-untyped-call]
        return result

    def _apply_instance_norm(self, input: Tensor) -> Tensor:  # called by PyTorch's method for what is no batch, too
        result: Tensor = _instance_norm_act(
            input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            self.momentum if self.momentum is not None else 0.0,
            self.eps,
            self.activation,
            self.arguments,
        )
        return self._followed(result)


class InstanceNormAct1d(_InstanceNormAct, nn.InstanceNorm1d):
    """:class:`torch.nn.InstanceNorm1d` with an activation. See :func:`torchactiv.functional.instance_norm_act`.

    Args:
        num_features: the number of channels.
        eps: added to the variance.
        momentum: of the running statistics.
        affine: whether there are weight and bias.
        track_running_stats: whether there are running statistics.
        device: of the parameters.
        dtype: of the parameters.
        activation: by any of its names.
        bias: whether there is a bias, if there is a weight.
        activation_arguments: of the activation, by name; of its module where it has parameters.
        keywords: the same, where the names are none of those above.

    Shape:
        (N, C, L) or (C, L); the result has the same.

    Raises:
        ValueError: no such activation, or one of several tensors, such as a gate.
        TypeError: an activation that is no name; an argument that it does not have, or that is given twice.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.nn.InstanceNormAct1d(8)(torch.ones(2, 8, 5)).sum().item()
        0.0
    """


class InstanceNormAct2d(_InstanceNormAct, nn.InstanceNorm2d):
    """:class:`torch.nn.InstanceNorm2d` with an activation. See :class:`InstanceNormAct1d` for the arguments.

    Shape:
        (N, C, H, W) or (C, H, W); the result has the same.

    Example:
        >>> import torch, torchactiv
        >>> norm = torchactiv.nn.InstanceNormAct2d(2, activation="silu")
        >>> norm(torch.ones(2, 2, 2, 2)).abs().max()
        tensor(0.)
    """


class InstanceNormAct3d(_InstanceNormAct, nn.InstanceNorm3d):
    """:class:`torch.nn.InstanceNorm3d` with an activation. See :class:`InstanceNormAct1d` for the arguments.

    Shape:
        (N, C, D, H, W) or (C, D, H, W); the result has the same.

    Example:
        >>> import torch, torchactiv
        >>> norm = torchactiv.nn.InstanceNormAct3d(2, activation="silu")
        >>> norm(torch.ones(2, 2, 2, 2, 2)).abs().max()
        tensor(0.)
    """
