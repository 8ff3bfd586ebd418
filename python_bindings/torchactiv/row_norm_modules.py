"""Modules of layer, RMS and group normalisation with an activation: PyTorch's, with something behind them.

They are part of :mod:`torchactiv.nn`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from torchactiv.arguments import check_tensor
from torchactiv.calls import traceable
from torchactiv.fused_activations import Activated, shape_of
from torchactiv.leaves import Leaf

__all__ = ["AddLayerNorm", "AddRMSNorm", "GroupNormAct", "LayerNormAct", "RMSNormAct"]

_layer_norm_act = traceable("layer_norm_act")
_rms_norm_act = traceable("rms_norm_act")
_group_norm_act = traceable("group_norm_act")
_add_rms_norm = traceable("add_rms_norm")
_add_layer_norm = traceable("add_layer_norm")

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
        keywords: the same, where the names are none of those above.

    Shape:
        (..., normalized_shape); the result has the same.

    Raises:
        ValueError: no such activation, or one of several tensors, such as a gate.
        TypeError: an activation that is no name; an argument that it does not have, or that is given twice; a
            normalized_shape of something else than ints.

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
        *,
        activation_arguments: Mapping[str, Any] | None = None,
        **keywords: Any,
    ) -> None:
        nn.LayerNorm.__init__(
            self, shape_of("layer_norm_act", normalized_shape), eps, elementwise_affine, bias, device, dtype
        )
        self._set_activation("layer_norm_act", activation, activation_arguments, keywords, device, dtype)

    def forward(self, input: Tensor) -> Tensor:
        """Normalises the last dimensions and applies the activation."""
        if not isinstance(input, Tensor):
            check_tensor("layer_norm_act", "input", input)
        result: Tensor = _layer_norm_act(
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
        keywords: the same, where the names are none of those above.

    Shape:
        (..., normalized_shape); the result has the same.

    Raises:
        ValueError: no such activation, or one of several tensors, such as a gate.
        TypeError: an activation that is no name; an argument that it does not have, or that is given twice; a
            normalized_shape of something else than ints.

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
        *,
        activation_arguments: Mapping[str, Any] | None = None,
        **keywords: Any,
    ) -> None:
        nn.RMSNorm.__init__(self, shape_of("rms_norm_act", normalized_shape), eps, elementwise_affine, device, dtype)
        self._set_activation("rms_norm_act", activation, activation_arguments, keywords, device, dtype)

    def forward(self, x: Tensor) -> Tensor:
        """Normalises the last dimensions and applies the activation."""
        if not isinstance(x, Tensor):
            check_tensor("rms_norm_act", "x", x)
        result: Tensor = _rms_norm_act(x, self.normalized_shape, self.weight, self.eps, self.activation, self.arguments)
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
        keywords: the same, where the names are none of those above.

    Shape:
        (N, num_channels, ...); the result has the same.

    Raises:
        ValueError: no such activation, or one of several tensors, such as a gate.
        TypeError: an activation that is no name; an argument that it does not have, or that is given twice.

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
        activation_arguments: Mapping[str, Any] | None = None,
        **keywords: Any,
    ) -> None:
        nn.GroupNorm.__init__(self, num_groups, num_channels, eps, affine, device, dtype, bias=bias)
        self._set_activation("group_norm_act", activation, activation_arguments, keywords, device, dtype)

    def forward(self, input: Tensor) -> Tensor:
        """Normalises groups of channels and applies the activation."""
        if not isinstance(input, Tensor):
            check_tensor("group_norm_act", "input", input)
        result: Tensor = _group_norm_act(
            input, self.num_groups, self.weight, self.bias, self.eps, self.activation, self.arguments
        )
        return self._followed(result)


class AddRMSNorm(Leaf, nn.RMSNorm):
    """:class:`torch.nn.RMSNorm` of a sum. See :func:`torchactiv.functional.add_rms_norm`.

    Args:
        normalized_shape: the last dimensions, or the last one.
        eps: added to the mean square; by default the epsilon of the type that is computed in.
        device: of the weight.
        dtype: of the weight.

    Shape:
        Two tensors of (..., normalized_shape); both results have the same.

    Raises:
        TypeError: a normalized_shape of something else than ints.

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
        super().__init__(shape_of("add_rms_norm", normalized_shape), eps, True, device, dtype)

    def forward(self, input: Tensor, residual: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        """The normalised sum, and the sum."""
        if not isinstance(input, Tensor):
            check_tensor("add_rms_norm", "input", input)
        if not isinstance(residual, Tensor):
            check_tensor("add_rms_norm", "residual", residual)
        output, total = _add_rms_norm(input, residual, self.weight, self.eps)
        return output, total


class AddLayerNorm(Leaf, nn.LayerNorm):
    """:class:`torch.nn.LayerNorm` of a sum. See :func:`torchactiv.functional.add_layer_norm`.

    Args:
        normalized_shape: the last dimensions, or the last one.
        eps: added to the variance.
        bias: whether there is a bias.
        device: of the parameters.
        dtype: of the parameters.

    Shape:
        Two tensors of (..., normalized_shape); both results have the same.

    Raises:
        TypeError: a normalized_shape of something else than ints.

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
        super().__init__(shape_of("add_layer_norm", normalized_shape), eps, True, bias, device, dtype)

    def forward(self, input: Tensor, residual: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        """The normalised sum, and the sum."""
        if not isinstance(input, Tensor):
            check_tensor("add_layer_norm", "input", input)
        if not isinstance(residual, Tensor):
            check_tensor("add_layer_norm", "residual", residual)
        output, total = _add_layer_norm(input, residual, self.weight, self.bias, self.eps)
        return output, total
