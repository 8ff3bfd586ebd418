"""Batch normalisation and the activation behind it, in one pass forward and one backward after that of the statistics.

They are part of :mod:`torchactiv.functional` and :mod:`torchactiv.nn`.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from torchactiv import scripted_norms
from torchactiv.arguments import check_tensor
from torchactiv.calls import traceable
from torchactiv.fused_activations import Activated, activated, check_type
from torchactiv.scripted_norms import scripted_as

__all__ = ["BatchNormAct1d", "BatchNormAct2d", "BatchNormAct3d", "batch_norm_act"]

_batch_norm_act = traceable("batch_norm_act")


@scripted_as(scripted_norms.batch_norm_act)
def batch_norm_act(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
    activation: str = "relu",
    *,
    memory_efficient: bool = False,
    residual: Tensor | None = None,
    activation_arguments: Mapping[str, Any] | None = None,
    **keywords: Any,
) -> Tensor:
    r"""Batch normalisation, followed by an activation.

    .. math:: f\left(\frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \, w + b + r\right)

    Backward reads the input, and nothing between the normalisation and the activation is kept. The statistics are
    accumulated in doubles, so that a mean that is large beside the deviation costs no digits.

    Sources: Ioffe & Szegedy 2015, Batch Normalization: Accelerating Deep Network Training by Reducing Internal
    Covariate Shift, arXiv:1502.03167; of memory_efficient: Rota Bulo, Porzi & Kontschieder 2018, In-Place Activated
    BatchNorm for Memory-Optimized Training of DNNs, arXiv:1712.02616.

    Args:
        input: of shape (N, C) or (N, C, ...), of dtype float32, float64, bfloat16 or float16.
        running_mean: of shape (C), updated in training; may be None in training. Like weight and bias of the dtype of
            input, or float32 where that is of 16 bits.
        running_var: likewise.
        weight: of shape (C); 1 by default.
        bias: of shape (C); 0 by default.
        training: whether to normalise by the statistics of the batch rather than by the running ones.
        momentum: the weight of the batch in the running statistics.
        eps: added to the variance.
        activation: f: any activation, by any of its names. One that is no function of a single tensor and numbers is
            applied in a pass of its own. In TorchScript the name of an operator of one tensor, or "gelu".
        memory_efficient: whether autograd keeps the output, which the next layer keeps as well, rather than the input,
            which backward then restores. This needs an f that has an inverse with its arguments, such as leaky_relu,
            elu or tanh (``torch.ops.torchactiv.has_inverse(name, arguments, dtype)`` tells); of others the input is
            kept. So it is in 16-bit types where f saturates, and where a weight is so small beside its bias, beside
            residual's largest element, or beside f(0), that the output tells too little of the input (once compiled, a
            weight that becomes so small is a ValueError). Where f saturates in float32, as tanh at 9 or elu at -16, the
            input is known no better than to that.
        residual: r, of the shape of input, such as the shortcut of a residual block; of its dtype, or one of them of
            16 bits and the other float32, which the result has then.
        activation_arguments: what f takes beside its input, by name.
        keywords: the same, where the names are none of those above; not in TorchScript.

    Returns:
        A tensor of the shape, dtype and memory format of input.

    Raises:
        ValueError: no such activation; one value per channel in training; eps below 0, or 0 in training;
            one of the running statistics without the other in training.
        TypeError: an activation that is no name; an argument that it does not have, or that is given twice; training
            or memory_efficient that is no bool.
        RuntimeError: statistics, weight, bias or residual of another size, dtype or device; no running statistics
            without training, or ones that require grad.

    Example:
        >>> import torch, torchactiv
        >>> x = torch.tensor([[-1.0, 2.0], [1.0, 6.0]])
        >>> torchactiv.functional.batch_norm_act(x, None, None, training=True, activation="leaky_relu",
        ...                                      negative_slope=0.5)
        tensor([[-0.5000, -0.5000],
                [ 1.0000,  1.0000]])

        The weight of prelu is not that of the normalisation:

        >>> torchactiv.functional.batch_norm_act(x, None, None, training=True, activation="prelu",
        ...                                      activation_arguments={"weight": torch.tensor([0.5, 0.25])})
        tensor([[-0.5000, -0.2500],
                [ 1.0000,  1.0000]])
    """
    if not isinstance(training, bool):
        check_type("batch_norm_act", "training", training, "bool")
    if not isinstance(memory_efficient, bool):
        check_type("batch_norm_act", "memory_efficient", memory_efficient, "bool")
    return activated(
        "batch_norm_act",
        activation,
        activation_arguments,
        keywords,
        (input, running_mean, running_var, weight, bias, training, momentum, eps),
        (memory_efficient, residual),
    )


class _Activated(Activated, _BatchNorm):
    """What the modules of all ranks do; they are PyTorch's with an activation."""

    __constants__: list[str] = [  # noqa: RUF012 (as PyTorch declares it)
        *_BatchNorm.__constants__,
        "activation",
        "arguments",
        "memory_efficient",
    ]
    memory_efficient: bool

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: torch.dtype | None = None,
        activation: str = "relu",
        *,
        bias: bool = True,
        memory_efficient: bool = False,
        activation_arguments: Mapping[str, Any] | None = None,
        **keywords: Any,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)
        self._set_activation("batch_norm_act", activation, activation_arguments, keywords, device, dtype)
        if not isinstance(memory_efficient, bool):
            check_type(type(self).__name__, "memory_efficient", memory_efficient, "bool")
        self.memory_efficient = memory_efficient

    def _scale(self) -> Tensor | None:
        return self.weight

    def _count_batch(self) -> tuple[float, bool]:
        """The weight of this batch in the running statistics, and whether its own are used."""
        momentum = 0.0
        if self.momentum is not None:
            momentum = self.momentum
        if self.training and self.track_running_stats and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:  # the average of all batches
                momentum = 1.0 / float(self.num_batches_tracked)
        return momentum, self.training or (self.running_mean is None and self.running_var is None)

    def forward(self, input: Tensor, residual: Tensor | None = None) -> Tensor:
        """Normalises, adds the residual and applies the activation; in training, updates the running statistics."""
        if not isinstance(input, Tensor):
            check_tensor("batch_norm_act", "input", input)
        if residual is not None and not isinstance(residual, Tensor):
            check_tensor("batch_norm_act", "residual", residual)
        self._check_input_dim(input)  # type: ignore[no-untyped-call]
        momentum, by_batch = self._count_batch()
        uses_running = not self.training or self.track_running_stats
        result: Tensor = _batch_norm_act(
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
            self.memory_efficient,
            residual,
        )
        return self._followed(result)

    def extra_repr(self) -> str:
        """The arguments, as torch.nn shows them, and the activation."""
        return super().extra_repr() + (", memory_efficient=True" if self.memory_efficient else "")


class BatchNormAct1d(_Activated, nn.BatchNorm1d):
    """:class:`torch.nn.BatchNorm1d` with an activation. See :func:`torchactiv.functional.batch_norm_act`.

    The state_dict is that of BatchNorm1d, unless the activation has parameters of its own. What PyTorch has for
    BatchNorm1d, such as ``torch.nn.SyncBatchNorm.convert_sync_batchnorm`` and ``torch.nn.utils.fusion``, loses the
    activation: use :meth:`SyncBatchNormAct.convert_sync_batchnorm` and :func:`torchactiv.fold_batch_norm` instead.

    Args:
        num_features: the number of channels.
        eps: added to the variance.
        momentum: of the running statistics; None for the average of all batches.
        affine: whether there are weight and bias.
        track_running_stats: whether there are running statistics.
        device: of the parameters.
        dtype: of the parameters.
        activation: by any of its names.
        bias: whether there is a bias, if there is a weight.
        memory_efficient: whether training keeps the output rather than the input, where the activation has an inverse.
        activation_arguments: of the activation, by name; of its module where it has parameters.
        keywords: the same, where the names are none of those above.

    Shape:
        (N, C) or (N, C, L); the result has the same. A second argument of the same shape is a residual.

    Raises:
        ValueError: no such activation, or one of several tensors, such as a gate.
        TypeError: an activation that is no name; an argument that it does not have, or that is given twice; a
            memory_efficient that is no bool.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.nn.BatchNormAct1d(8, activation="tanh")(torch.ones(2, 8)).sum().item()
        0.0
    """


class BatchNormAct2d(_Activated, nn.BatchNorm2d):
    """:class:`torch.nn.BatchNorm2d` with an activation. See :class:`BatchNormAct1d` for the arguments.

    Shape:
        (N, C, H, W); the result has the same.

    Example:
        >>> import torchactiv
        >>> sorted(torchactiv.nn.BatchNormAct2d(8, activation="silu").state_dict())
        ['bias', 'num_batches_tracked', 'running_mean', 'running_var', 'weight']
    """


class BatchNormAct3d(_Activated, nn.BatchNorm3d):
    """:class:`torch.nn.BatchNorm3d` with an activation. See :class:`BatchNormAct1d` for the arguments.

    Shape:
        (N, C, D, H, W); the result has the same.

    Example:
        >>> import torchactiv
        >>> torchactiv.nn.BatchNormAct3d(8, activation="leaky_relu", negative_slope=0.2).arguments
        [0.2]
    """
