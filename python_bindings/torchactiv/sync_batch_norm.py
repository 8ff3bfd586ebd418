"""Batch normalisation over the batches of several processes, with an activation, by :mod:`torch.distributed` on CPUs.

They are part of :mod:`torchactiv.nn`.
"""

from collections.abc import Mapping
from typing import Any, TypeVar, cast

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from torchactiv.arguments import check_tensor
from torchactiv.batch_norms import _Activated
from torchactiv.inplace_abn import InPlaceABN
from torchactiv.sync_checks import are_promoted, check_channels, check_overwritable, check_residual
from torchactiv.synchronised import InPlaceTraining, joined_moments, training

__all__ = ["InPlaceABNSync", "SyncBatchNormAct"]

_ops = torch.ops.torchactiv


def _synchronised(module: _Activated, input: Tensor, residual: Tensor | None, group: Any) -> Tensor:
    name = type(module).__name__
    check_tensor(name, "input", input)
    if residual is not None:
        check_tensor(name, "residual", residual)
    module._check_input_dim(input)  # type: ignore[no-untyped-call]
    check_channels(name, module, input)
    if residual is not None:
        check_residual(name, residual, input)
    if module.eps <= 0:
        raise ValueError(f"{name}: eps must be positive during training, got {module.eps}")
    scale, numbers = module._scale(), (module.eps, module.activation, module.arguments)
    if isinstance(module, InPlaceABN) and residual is not None and are_promoted(input, residual):
        residual = residual.to(input.dtype)  # which the result has
    if isinstance(module, InPlaceABN) and _ops.has_inverse(module.activation, module.arguments, input.dtype):
        check_overwritable(name, input, residual, scale, module.bias)
        with torch.no_grad():
            mean, variance, count = statistics = joined_moments(name, input, group)
        result: Tensor = InPlaceTraining.apply(  # type: ignore[no-untyped-call]
            input, residual, scale, module.bias, statistics, group, numbers
        )
    else:
        shared = cast(Any, dist.group.WORLD if group is None else group)
        keeps_output = module.memory_efficient and torch.is_grad_enabled()
        data = _promoted(input, residual, scale, module.bias)
        result, mean, variance, count = training(*data, *numbers, keeps_output, shared.group_name, name)
    momentum, _ = module._count_batch()
    if module.track_running_stats and module.running_mean is not None and module.running_var is not None:
        with torch.no_grad():
            module.running_mean.lerp_(mean.to(module.running_mean.dtype), momentum)
            unbiased = variance * (count / (count - 1))
            module.running_var.lerp_(unbiased.to(module.running_var.dtype), momentum)
    return result if module.act is None else cast(Tensor, module.act(result))


def _promoted(input: Tensor, residual: Tensor | None, *parameters: Tensor | None) -> tuple[Tensor | None, ...]:
    """In the dtype of the sum, parameters as well if they have that of the input; as batch_norm_act has it."""
    if residual is None or not are_promoted(input, residual):
        return input, residual, *parameters
    dtype = torch.promote_types(input.dtype, residual.dtype)
    fitted = (p.to(dtype) if p is not None and p.dtype == input.dtype else p for p in parameters)
    return input.to(dtype), residual.to(dtype), *fitted


def _is_shared(group: Any) -> bool:
    return dist.is_available() and dist.is_initialized() and dist.get_world_size(group) > 1


class SyncBatchNormAct(_Activated):
    """:class:`torch.nn.SyncBatchNorm` on CPUs, with an activation: statistics of the batches of all processes.

    The batches may be of different sizes. Derivatives of derivatives are not there, as they are not in PyTorch's. In
    evaluation, and in a program of one process, it is a BatchNormAct of any rank.

    Args:
        num_features: the number of channels.
        eps: added to the variance.
        momentum: of the running statistics; None for the average of all batches.
        affine: whether there are weight and bias.
        track_running_stats: whether there are running statistics.
        process_group: the processes that share statistics; all by default.
        device: of the parameters.
        dtype: of the parameters.
        activation: by any of its names.
        bias: whether there is a bias, if there is a weight.
        memory_efficient: see :class:`BatchNormAct1d`.
        activation_arguments: of the activation, by name; of its module where it has parameters.
        keywords: the same, where the names are none of those above.

    Shape:
        (N, C) or (N, C, ...); the result has the same. A second argument of the same shape is a residual.

    Raises:
        ValueError: no such activation, or one of several tensors, such as a gate; in training an eps that is not
            positive, or one value per channel in all processes; with memory_efficient and several processes a weight
            so small beside its bias that the input cannot be restored; input without channels.
        TypeError: an activation that is no name; an argument that it does not have, or that is given twice.
        RuntimeError: input of another number of channels; a residual of another shape, dtype or device; in training,
            running statistics that require grad.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.nn.SyncBatchNormAct(8, activation="tanh")(torch.ones(2, 8)).sum().item()
        0.0
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        process_group: Any = None,
        device: Any = None,
        dtype: torch.dtype | None = None,
        activation: str = "relu",
        *,
        bias: bool = True,
        memory_efficient: bool = False,
        activation_arguments: Mapping[str, Any] | None = None,
        **keywords: Any,
    ) -> None:
        super().__init__(
            num_features,
            eps,
            momentum,
            affine,
            track_running_stats,
            device,
            dtype,
            activation,
            bias=bias,
            memory_efficient=memory_efficient,
            activation_arguments=activation_arguments,
            **keywords,
        )
        self.process_group = process_group

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() < 2:
            raise ValueError(f"{type(self).__name__}: expected at least 2D input, got shape {list(input.shape)}")

    def forward(self, input: Tensor, residual: Tensor | None = None) -> Tensor:
        """Normalises by the statistics of all processes, adds the residual and applies the activation."""
        by_batch = self.training or self.running_mean is None
        if by_batch and _is_shared(self.process_group):
            return _synchronised(self, input, residual, self.process_group)
        return super().forward(input, residual)

    @classmethod
    def convert_sync_batchnorm(cls, module: nn.Module, process_group: Any = None) -> nn.Module:
        """The module with every batch normalisation in it, PyTorch's too, replaced by one over all processes.

        Args:
            module: which is changed, unless it is a normalisation itself.
            process_group: the processes that share statistics; all by default. A torch.nn.SyncBatchNorm that has one
                keeps it.

        Returns:
            The module, or what replaces it.

        Example:
            >>> import torch, torchactiv
            >>> network = torch.nn.Sequential(torch.nn.Linear(3, 4), torchactiv.nn.BatchNormAct1d(4))
            >>> type(torchactiv.nn.SyncBatchNormAct.convert_sync_batchnorm(network)[1]).__name__
            'SyncBatchNormAct'
        """
        return _replaced(module, process_group, {})


def _replaced(module: nn.Module, process_group: Any, done: dict[nn.Module, nn.Module]) -> nn.Module:
    """What stands in the module's place; the same wherever it stands."""
    if module not in done:
        done[module] = _by_kind(module, process_group)
        if done[module] is module:
            for name, child in module._modules.items():
                if child is not None:
                    setattr(module, name, _replaced(child, process_group, done))
    return done[module]


def _by_kind(module: nn.Module, process_group: Any) -> nn.Module:
    if isinstance(module, InPlaceABN):
        return module if isinstance(module, InPlaceABNSync) else _in_place_converted(module, process_group)
    if isinstance(module, nn.SyncBatchNorm) and module.process_group is not None:
        process_group = module.process_group
    if isinstance(module, _BatchNorm) and not isinstance(module, SyncBatchNormAct):
        return _converted(module, process_group)
    return module


def _converted(module: _BatchNorm, process_group: Any) -> SyncBatchNormAct:
    result = SyncBatchNormAct(
        module.num_features,
        module.eps,
        module.momentum,
        module.affine,
        module.track_running_stats,
        process_group,
        activation="identity",
    )
    if isinstance(module, _Activated):
        result.activation, result.arguments, result.act = module.activation, module.arguments, module.act
        result.memory_efficient = module.memory_efficient
    return _with_the_state_of(module, result)


def _in_place_converted(module: InPlaceABN, process_group: Any) -> "InPlaceABNSync":
    result = InPlaceABNSync(
        module.num_features,
        module.eps,
        module.momentum,
        module.affine,
        module.track_running_stats,
        module.activation,
        module.activation_param,
        process_group,
    )
    return _with_the_state_of(module, result)


Norm = TypeVar("Norm", bound=_Activated)


def _with_the_state_of(module: _BatchNorm, result: Norm) -> Norm:
    result.weight, result.bias = module.weight, module.bias
    result.running_mean, result.running_var = module.running_mean, module.running_var
    result.num_batches_tracked = module.num_batches_tracked
    result.train(module.training)
    return result


class InPlaceABNSync(InPlaceABN):
    """:class:`InPlaceABN` with the statistics of the batches of all processes, as inplace_abn has it.

    Args:
        num_features: the number of channels.
        eps: added to the variance.
        momentum: of the running statistics; None for the average of all batches.
        affine: whether there are weight and bias.
        track_running_stats: whether there are running statistics.
        activation: leaky_relu, elu or identity, as in inplace_abn, or any other that has an inverse.
        activation_param: its first argument, such as negative_slope, if it takes one.
        group: the processes that share statistics; all by default.

    Shape:
        (N, C) or (N, C, ...); the result has the same.

    Raises:
        ValueError: no such activation, or it has no inverse; in training an eps that is not positive, or one value per
            channel in all processes; with several processes a weight so small beside its bias that the input cannot be
            restored.
        RuntimeError: input of another number of channels, or one that autograd does not let be overwritten; a residual
            of another shape, dtype or device.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.nn.InPlaceABNSync(8)(torch.randn(4, 8)).shape
        torch.Size([4, 8])
    """

    group: Any

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        activation: str = "leaky_relu",
        activation_param: float = 0.01,
        group: Any = None,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, activation, activation_param)
        self.group = group

    def set_group(self, group: Any) -> None:
        """Sets the processes that share statistics; not between forward and backward."""
        self.group = group

    def forward(self, input: Tensor, residual: Tensor | None = None) -> Tensor:
        """Overwrites the input and returns it; 16-bit input of an activation that saturates is left as it is."""
        by_batch = self.training or self.running_mean is None
        if by_batch and _is_shared(self.group):
            return _synchronised(self, input, residual, self.group)
        return super().forward(input, residual)
