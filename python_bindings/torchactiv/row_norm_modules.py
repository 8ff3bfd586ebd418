"""Modules of layer, RMS, group and instance normalisation with an activation: PyTorch's, with something behind them.

They are part of :mod:`torchactiv.nn`.
"""

import warnings
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from torchactiv.fused_activations import Activated, node_of

__all__ = [
    "AddLayerNorm",
    "AddRMSNorm",
    "GroupNormAct",
    "InstanceNormAct1d",
    "InstanceNormAct2d",
    "InstanceNormAct3d",
    "LayerNormAct",
    "RMSNormAct",
]

Shape = int | Sequence[int]


class LayerNormAct(Activated, nn.LayerNorm):
    """:class:`torch.nn.LayerNorm` with an activation. See :func:`torchactiv.functional.layer_norm_act`.

    Args:
        normalized_shape: the last dimensions, or the last one.
        eps: added to the variance.
        elementwise_affine: whether there are weight and bias.
        bias: whether there is a bias, if there is a weight.
        device: of the parameters.
        dtype: of the parameters.
        activation: by any of its names.
        activation_arguments: of the activation, by name; of its module where it has parameters.

    Shape:
        (..., normalized_shape); the result has the same.

    Raises:
        ValueError: no such activation, or one of several tensors, such as a gate.
        TypeError: an activation that is no name, or an argument that it does not have.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.nn.LayerNormAct(8, activation="silu")(torch.zeros(2, 8)).sum().item()
        0.0
    """

    def __init__(
        self,
        normalized_shape: Shape,
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: torch.dtype | None = None,
        activation: str = "relu",
        **activation_arguments: Any,
    ) -> None:
        nn.LayerNorm.__init__(self, normalized_shape, eps, elementwise_affine, bias, device, dtype)
        self._set_activation("layer_norm_act", activation, activation_arguments, device, dtype)

    def forward(self, input: Tensor) -> Tensor:
        """Normalises the last dimensions and applies the activation."""
        result: Tensor = torch.ops.torchactiv.layer_norm_act(
            input, self.normalized_shape, self.weight, self.bias, self.eps, self.activation, self.arguments
        )
        return self._followed(result)


class RMSNormAct(Activated, nn.RMSNorm):
    """:class:`torch.nn.RMSNorm` with an activation. See :func:`torchactiv.functional.rms_norm_act`.

    Args:
        normalized_shape: the last dimensions, or the last one.
        eps: added to the mean square; by default the epsilon of the type that is computed in.
        elementwise_affine: whether there is a weight.
        device: of the weight.
        dtype: of the weight.
        activation: by any of its names.
        activation_arguments: of the activation, by name; of its module where it has parameters.

    Shape:
        (..., normalized_shape); the result has the same.

    Raises:
        ValueError: no such activation, or one of several tensors, such as a gate.
        TypeError: an activation that is no name, or an argument that it does not have.

    Example:
        >>> import torchactiv
        >>> torchactiv.nn.RMSNormAct(8, activation="silu")
        RMSNormAct((8,), eps=None, elementwise_affine=True, activation='silu')
    """

    def __init__(
        self,
        normalized_shape: Shape,
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: torch.dtype | None = None,
        activation: str = "relu",
        **activation_arguments: Any,
    ) -> None:
        nn.RMSNorm.__init__(self, normalized_shape, eps, elementwise_affine, device, dtype)
        self._set_activation("rms_norm_act", activation, activation_arguments, device, dtype)

    def forward(self, x: Tensor) -> Tensor:
        """Normalises the last dimensions and applies the activation."""
        result: Tensor = torch.ops.torchactiv.rms_norm_act(
            x, self.normalized_shape, self.weight, self.eps, self.activation, self.arguments
        )
        return self._followed(result)


class GroupNormAct(Activated, nn.GroupNorm):
    """:class:`torch.nn.GroupNorm` with an activation. See :func:`torchactiv.functional.group_norm_act`.

    Args:
        num_groups: divides num_channels.
        num_channels: the number of channels.
        eps: added to the variance.
        affine: whether there are weight and bias.
        device: of the parameters.
        dtype: of the parameters.
        activation: by any of its names.
        bias: whether there is a bias, if there is a weight.
        activation_arguments: of the activation, by name; of its module where it has parameters.

    Shape:
        (N, num_channels, ...); the result has the same.

    Raises:
        ValueError: no such activation, or one of several tensors, such as a gate.
        TypeError: an activation that is no name, or an argument that it does not have.

    Example:
        >>> import torchactiv
        >>> sorted(torchactiv.nn.GroupNormAct(2, 8, activation="silu").state_dict())
        ['bias', 'weight']
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: torch.dtype | None = None,
        activation: str = "relu",
        *,
        bias: bool = True,
        **activation_arguments: Any,
    ) -> None:
        nn.GroupNorm.__init__(self, num_groups, num_channels, eps, affine, device, dtype, bias=bias)
        self._set_activation("group_norm_act", activation, activation_arguments, device, dtype)

    def forward(self, input: Tensor) -> Tensor:
        """Normalises groups of channels and applies the activation."""
        result: Tensor = torch.ops.torchactiv.group_norm_act(
            input, self.num_groups, self.weight, self.bias, self.eps, self.activation, self.arguments
        )
        return self._followed(result)


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
        **activation_arguments: Any,
    ) -> None:
        nn.modules.instancenorm._InstanceNorm.__init__(
            self, num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias
        )
        self._set_activation("instance_norm_act", activation, activation_arguments, device, dtype)

    def forward(self, input: Tensor) -> Tensor:
        """Normalises each channel of each element and applies the activation."""
        if not torch.jit.is_scripting():  # type: ignore[attr-defined]
            node = node_of(self, input)
            if node is not None:
                return node
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
        result: Tensor = torch.ops.torchactiv.instance_norm_act(
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

    Shape:
        (N, C, L) or (C, L); the result has the same.

    Raises:
        ValueError: no such activation, or one of several tensors, such as a gate.
        TypeError: an activation that is no name, or an argument that it does not have.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.nn.InstanceNormAct1d(8)(torch.ones(2, 8, 5)).sum().item()
        0.0
    """


class InstanceNormAct2d(_InstanceNormAct, nn.InstanceNorm2d):
    """:class:`torch.nn.InstanceNorm2d` with an activation. See :class:`InstanceNormAct1d` for the arguments.

    Shape:
        (N, C, H, W) or (C, H, W); the result has the same.
    """


class InstanceNormAct3d(_InstanceNormAct, nn.InstanceNorm3d):
    """:class:`torch.nn.InstanceNorm3d` with an activation. See :class:`InstanceNormAct1d` for the arguments.

    Shape:
        (N, C, D, H, W) or (C, D, H, W); the result has the same.
    """


class AddRMSNorm(nn.RMSNorm):
    """:class:`torch.nn.RMSNorm` of a sum. See :func:`torchactiv.functional.add_rms_norm`.

    Args:
        normalized_shape: the last dimensions, or the last one.
        eps: added to the mean square; by default the epsilon of the type that is computed in.
        device: of the weight.
        dtype: of the weight.

    Shape:
        Two tensors of (..., normalized_shape); both results have the same.

    Example:
        >>> import torch, torchactiv
        >>> x = torch.ones(2, 8)
        >>> normalised, total = torchactiv.nn.AddRMSNorm(8)(x, x)
        >>> total.sum().item()
        32.0
    """

    def __init__(
        self,
        normalized_shape: Shape,
        eps: float | None = None,
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(normalized_shape, eps, True, device, dtype)

    def forward(self, input: Tensor, residual: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        """The normalised sum, and the sum."""
        output, total = torch.ops.torchactiv.add_rms_norm(input, residual, self.weight, self.eps)
        return output, total


class AddLayerNorm(nn.LayerNorm):
    """:class:`torch.nn.LayerNorm` of a sum. See :func:`torchactiv.functional.add_layer_norm`.

    Args:
        normalized_shape: the last dimensions, or the last one.
        eps: added to the variance.
        bias: whether there is a bias.
        device: of the parameters.
        dtype: of the parameters.

    Shape:
        Two tensors of (..., normalized_shape); both results have the same.

    Example:
        >>> import torch, torchactiv
        >>> x = torch.ones(2, 8)
        >>> normalised, total = torchactiv.nn.AddLayerNorm(8)(x, x)
        >>> normalised.sum().item(), total.sum().item()
        (0.0, 32.0)
    """

    def __init__(
        self,
        normalized_shape: Shape,
        eps: float = 1e-5,
        bias: bool = True,
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(normalized_shape, eps, True, bias, device, dtype)

    def forward(self, input: Tensor, residual: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        """The normalised sum, and the sum."""
        output, total = torch.ops.torchactiv.add_layer_norm(input, residual, self.weight, self.bias, self.eps)
        return output, total
