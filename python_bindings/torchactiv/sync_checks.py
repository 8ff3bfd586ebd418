"""What a module refuses that synchronises its statistics: before other processes wait, and before anything is written.

The modules are in :mod:`torchactiv.sync_batch_norm`.
"""

from typing import cast

import torch
from torch import Tensor
from torch.autograd.forward_ad import unpack_dual
from torch.nn.modules.batchnorm import _BatchNorm


def check_channels(name: str, module: _BatchNorm, input: Tensor) -> None:
    """Refuses what batch_norm_act does: the other processes are not to get moments of other channels.

    Args:
        name: of the module.
        module: that it was given to.
        input: of which the second dimension counts the channels.

    Raises:
        RuntimeError: there is no such dimension; it is of another size than a parameter or a statistic; running
            statistics that require grad.

    Example:
        >>> check_channels("SyncBatchNormAct", torch.nn.BatchNorm1d(3, affine=False), torch.ones(2, 4))
        Traceback (most recent call last):
        RuntimeError: SyncBatchNormAct: running_mean of shape [3] must have one dimension of 4 elements, ...
    """
    if input.dim() < 2:
        raise RuntimeError(
            f"{name}: input must have at least 2 dimensions, of which the second counts the channels, got shape "
            f"{list(input.shape)}"
        )
    channels = input.shape[1]
    for argument in ("weight", "bias", "running_mean", "running_var"):
        values = getattr(module, argument)
        if values is not None and values.shape != (channels,):
            raise RuntimeError(
                f"{name}: {argument} of shape {list(values.shape)} must have one dimension of {channels} elements, "
                f"the channels of input of shape {list(input.shape)}"
            )
        if values is not None and argument.startswith("running") and values.requires_grad and torch.is_grad_enabled():
            raise RuntimeError(
                f"{name} is not differentiable with respect to argument {argument!r}; it must not require grad, got "
                f"shape {list(values.shape)}"
            )


def are_promoted(input: Tensor, residual: Tensor) -> bool:
    """Whether one of them is of 16 bits and the other of float32; what differs otherwise is refused.

    Example:
        >>> are_promoted(torch.ones(2, 3), torch.ones(2, 3, dtype=torch.bfloat16))
        True
    """
    floats = input.is_floating_point() and residual.is_floating_point()
    return floats and input.dtype != residual.dtype and torch.float64 not in (input.dtype, residual.dtype)


def check_residual(module: str, residual: Tensor, input: Tensor) -> None:
    """Refuses what batch_norm_act does, before other processes wait for what this one has to send.

    Args:
        module: that it was given to.
        residual: that is to be added.
        input: that it is to fit.

    Raises:
        RuntimeError: another shape, dtype or device.

    Example:
        >>> check_residual("SyncBatchNormAct", torch.ones(3), torch.ones(2, 3))
        Traceback (most recent call last):
        RuntimeError: SyncBatchNormAct: residual of shape [3] must have the shape of input, [2, 3]
    """
    if residual.shape != input.shape:
        raise RuntimeError(
            f"{module}: residual of shape {list(residual.shape)} must have the shape of input, {list(input.shape)}"
        )
    if residual.dtype != input.dtype and not are_promoted(input, residual):
        raise RuntimeError(f"{module}: residual is {residual.dtype}, but must have the dtype of input, {input.dtype}")
    if residual.device != input.device:
        raise RuntimeError(
            f"{module}: expected all tensors to be on the same device, but input is on {input.device} and residual is "
            f"on {residual.device}"
        )


def check_overwritable(module: str, input: Tensor, *others: Tensor | None) -> None:
    """Refuses what autograd refuses in :class:`torchactiv.synchronised.InPlaceTraining` when the input is overwritten.

    Args:
        module: that it was given to.
        input: that is to be overwritten.
        others: what the result is calculated from as well.

    Raises:
        RuntimeError: a leaf that requires grad, or a view of one; a view that must stay as it is, such as one of
            several that chunk() gives.
        NotImplementedError: tensors with tangents of forward mode.

    Example:
        >>> check_overwritable("InPlaceABNSync", torch.ones(2, 3, requires_grad=True))
        Traceback (most recent call last):
        RuntimeError: InPlaceABNSync: input of shape [2, 3] is a leaf Variable that requires grad; clone() it first
    """
    given = [t for t in (input, *others) if t is not None]
    if any(unpack_dual(t).tangent is not None for t in given):  # type: ignore[no-untyped-call]
        raise NotImplementedError(f"{module} has no forward mode")
    if not torch.is_grad_enabled() or not any(t.requires_grad for t in given):
        return
    refused = ""
    if input.requires_grad and input.is_leaf:
        refused = "a leaf Variable that requires grad"
    elif input._is_view():
        creation = torch._C._autograd.CreationMeta
        made = torch._C._autograd._get_creation_meta(input)
        if made == creation.MULTI_OUTPUT_NODE:
            refused = "one of the views that a function such as chunk() gives"
        elif made != creation.DEFAULT:
            refused = "a view that was made in no_grad mode, in inference mode or by a function of its own"
        elif input.requires_grad and cast(Tensor, input._base).is_leaf:
            refused = "a view of a leaf Variable that requires grad"
    if refused:
        raise RuntimeError(f"{module}: input of shape {list(input.shape)} is {refused}; clone() it first")
