"""Batch normalisation whose result overwrites its input, under the names of the package inplace_abn.

They are part of :mod:`torchactiv.nn`.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from torchactiv import _registry
from torchactiv.arguments import check_tensor
from torchactiv.batch_norms import _Activated
from torchactiv.calls import traceable
from torchactiv.fused_activations import check_name

__all__ = ["ABN", "InPlaceABN"]

_batch_norm_act_ = traceable("batch_norm_act_")


class ABN(_Activated):
    """Batch normalisation and an activation, with the constructor and the state_dict of inplace_abn's ABN.

    Unlike BatchNormAct2d it takes input of any rank, and the activation's argument as `activation_param`.

    Args:
        num_features: the number of channels.
        eps: added to the variance.
        momentum: of the running statistics; None for the average of all batches.
        affine: whether there are weight and bias.
        track_running_stats: whether there are running statistics.
        activation: relu, leaky_relu, elu or identity, as in inplace_abn, or any other activation.
        activation_param: its first argument, such as negative_slope, if it takes a number; what is made of several
            operators, such as rrelu, has its defaults.

    Shape:
        (N, C) or (N, C, ...); the result has the same.

    Raises:
        ValueError: no such activation, or one of several tensors, such as a gate.
        TypeError: an activation that is no name, or that needs another argument, such as threshold or maxout.

    Example:
        >>> import torchactiv
        >>> torchactiv.nn.ABN(8, activation="elu", activation_param=1.0)
        ABN(8, eps=1e-05, momentum=0.1, affine=True, activation=elu[1.0])
    """

    activation_param: float

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        activation: str = "leaky_relu",
        activation_param: float = 0.01,
    ) -> None:
        check_name("batch_norm_act", activation)
        arguments = _registry.find(activation).get("arguments", [])
        first = [argument["name"] for argument in arguments[:1]]
        given: dict[str, Any] = dict.fromkeys(first, activation_param)
        super().__init__(
            num_features,
            eps,
            momentum,
            affine,
            track_running_stats,
            activation=activation,
            activation_arguments=given,
        )
        self.activation_param = activation_param

    def _check_input_dim(self, input: Tensor) -> None:
        pass  # any rank; the operator checks that there are channels

    def extra_repr(self) -> str:
        """As inplace_abn shows it."""
        shown = f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}"
        if self.act is not None:
            return shown
        parameter = f"[{self.activation_param}]" if self.arguments else ""
        return f"{shown}, activation={self.activation}{parameter}"


class InPlaceABN(ABN):
    r"""The same with half of the memory: the result overwrites the input, and backward inverts the activation.

    The slope of the normalisation is :math:`|w| + \epsilon`, as in inplace_abn, so that weights of 0 can be inverted
    as well, unless the slope is small beside the bias b: below :math:`2^{-11} |b|` in float32, :math:`2^{-40} |b|` in
    float64, :math:`2^{-7} |b|` in float16 and :math:`2^{-4} |b|` in bfloat16 the result tells too little of the input,
    which is copied then (once compiled, or over several processes, it is a ValueError).
    A layer before it that needs its own result in backward (a sigmoid, say, but no convolution) makes backward raise an
    error, and so does a layer behind it that overwrites the result. See :func:`torchactiv.functional.batch_norm_act`
    for the activations that have an inverse, and :class:`ABN` for the arguments.

    Source: Rota Bulo, Porzi & Kontschieder 2018, In-Place Activated BatchNorm for Memory-Optimized Training of DNNs,
    arXiv:1712.02616.

    Shape:
        (N, C) or (N, C, ...); the result has the same. A second argument of the same shape is a residual; one of
        another precision, such as bfloat16 with an input of float32, is taken in the dtype of the input.

    Raises:
        ValueError: no such activation, or it has no inverse.

    Example:
        >>> import torch, torchactiv
        >>> x = torch.randn(4, 8, 5, 5)
        >>> torchactiv.nn.InPlaceABN(8)(x) is x
        True
    """

    def _set_activation(
        self,
        function: str,
        activation: str,
        mapping: Mapping[str, Any] | None,
        keywords: dict[str, Any],
        device: Any,
        dtype: torch.dtype | None,
    ) -> None:
        super()._set_activation(function, activation, mapping, keywords, device, dtype)
        if self.act is not None or not torch.ops.torchactiv.has_inverse(self.activation, self.arguments):
            argument = f" with {self.arguments}" if self.arguments else ""
            raise ValueError(f"InPlaceABN: activation {activation!r}{argument} has no inverse; ABN takes any")

    def _scale(self) -> Tensor | None:
        weight = self.weight
        return None if weight is None else weight.abs() + self.eps

    def forward(self, input: Tensor, residual: Tensor | None = None) -> Tensor:
        """Overwrites the input and returns it."""
        if not isinstance(input, Tensor):
            check_tensor("batch_norm_act_", "input", input)
        if residual is not None and not isinstance(residual, Tensor):
            check_tensor("batch_norm_act_", "residual", residual)
        momentum, by_batch = self._count_batch()
        uses_running = not self.training or self.track_running_stats
        result: Tensor = _batch_norm_act_(
            input,
            self.running_mean if uses_running else None,
            self.running_var if uses_running else None,
            self._scale(),
            self.bias,
            by_batch,
            momentum,
            self.eps,
            self.activation,
            self.arguments,
            True,  # memory_efficient
            residual,
        )
        return result
