"""Layer, RMS, group and instance normalisation with the activation behind them, and with a residual in front.

They are part of :mod:`torchactiv.functional` and :mod:`torchactiv.nn`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, SupportsIndex

from torch import Tensor

from torchactiv import scripted_norms
from torchactiv.arguments import check_operands
from torchactiv.calls import traceable
from torchactiv.fused_activations import activated, check_shape, check_type
from torchactiv.scripted_norms import scripted_as

__all__ = ["add_layer_norm", "add_rms_norm", "group_norm_act", "instance_norm_act", "layer_norm_act", "rms_norm_act"]

_add_rms_norm = traceable("add_rms_norm")
_add_layer_norm = traceable("add_layer_norm")


@scripted_as(scripted_norms.layer_norm_act)
def layer_norm_act(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    activation: str = "relu",
    *,
    activation_arguments: Mapping[str, Any] | None = None,
    **keywords: Any,
) -> Tensor:
    r"""Layer normalisation, followed by an activation, in one pass over rows.

    .. math:: f\left(\frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \, w + b\right)

    Source: Ba, Kiros & Hinton 2016, Layer Normalization, arXiv:1607.06450.

    Args:
        input: whose last dimensions are normalized_shape; of dtype float32, float64, bfloat16 or float16.
        normalized_shape: the dimensions that the moments are of.
        weight: of that shape; 1 by default. Of the dtype of input, or float32 where that is of 16 bits.
        bias: likewise; 0 by default.
        eps: added to the variance.
        activation: f: any activation, by any of its names; in TorchScript the name of an operator of one tensor,
            or "gelu".
        activation_arguments: what f takes beside its input, by name.
        keywords: the same, where the names are none of those above; not in TorchScript.

    Returns:
        A contiguous tensor of the shape and dtype of input.

    Raises:
        ValueError: no such activation; eps below 0.
        TypeError: an activation that is no name; an argument that it does not have, or that is given twice; a
            normalized_shape that is no tuple or list of ints.
        RuntimeError: input, weight or bias of another shape, dtype or device.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.layer_norm_act(torch.tensor([[-1.0, 1.0]]), (2,), eps=0.0)
        tensor([[0., 1.]])

        The weight of prelu is not that of the normalisation:

        >>> torchactiv.functional.layer_norm_act(torch.tensor([[-1.0, 1.0]]), (2,), eps=0.0, activation="prelu",
        ...                                      activation_arguments={"weight": 0.5})
        tensor([[-0.5000,  1.0000]])
    """
    check_shape("layer_norm_act", normalized_shape)
    given = (input, normalized_shape, weight, bias, eps)
    return activated("layer_norm_act", activation, activation_arguments, keywords, given)


@scripted_as(scripted_norms.rms_norm_act)
def rms_norm_act(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    eps: float | None = None,
    activation: str = "relu",
    *,
    activation_arguments: Mapping[str, Any] | None = None,
    **keywords: Any,
) -> Tensor:
    r"""Normalisation by the root of the mean square, followed by an activation, in one pass over rows.

    .. math:: f\left(\frac{x}{\sqrt{\mathrm{E}[x^2] + \epsilon}} \, w\right)

    Source: Zhang & Sennrich 2019, Root Mean Square Layer Normalization, arXiv:1910.07467.

    Args:
        input: see :func:`layer_norm_act`, as for all others.
        normalized_shape: the dimensions that the mean is of.
        weight: of that shape; 1 by default.
        eps: added to the mean; by default the epsilon of the type that is computed in, float32 or float64.
        activation: f: any activation, by any of its names.
        activation_arguments: of f, by name.
        keywords: see :func:`layer_norm_act`.

    Raises:
        ValueError: no such activation; eps below 0.
        TypeError: an activation that is no name; an argument that it does not have, or that is given twice; a
            normalized_shape that is no tuple or list of ints.
        RuntimeError: input or weight of another shape, dtype or device.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.rms_norm_act(torch.tensor([[-3.0, 3.0]]), (2,), eps=0.0)
        tensor([[0., 1.]])
    """
    check_shape("rms_norm_act", normalized_shape)
    given = (input, normalized_shape, weight, eps)
    return activated("rms_norm_act", activation, activation_arguments, keywords, given)


@scripted_as(scripted_norms.group_norm_act)
def group_norm_act(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    activation: str = "relu",
    *,
    activation_arguments: Mapping[str, Any] | None = None,
    **keywords: Any,
) -> Tensor:
    r"""Normalisation of groups of channels, followed by an activation.

    Each of num_groups groups of channels of each element of the batch is normalised as :func:`layer_norm_act`
    normalises rows.

    Source: Wu & He 2018, Group Normalization, arXiv:1803.08494.

    Args:
        input: of shape (N, C, ...).
        num_groups: how many groups; divides C.
        weight: of shape (C); 1 by default.
        bias: of shape (C); 0 by default.
        eps: added to the variance.
        activation: f: any activation, by any of its names.
        activation_arguments: of f, by name.
        keywords: see :func:`layer_norm_act`.

    Returns:
        A tensor of the shape, dtype and memory format of input.

    Raises:
        ValueError: no such activation; eps below 0; one value per group.
        TypeError: an activation that is no name; an argument that it does not have, or that is given twice; a
            num_groups that is no int.
        RuntimeError: channels that num_groups does not divide; weight or bias of another shape, dtype or device.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.group_norm_act(torch.tensor([[-1.0, 1.0, 4.0, 2.0]]), 2, eps=0.0)
        tensor([[0., 1., 1., 0.]])
    """
    if not isinstance(num_groups, (int, SupportsIndex)):
        check_type("group_norm_act", "num_groups", num_groups, "int")
    given = (input, num_groups, weight, bias, eps)
    return activated("group_norm_act", activation, activation_arguments, keywords, given)


@scripted_as(scripted_norms.instance_norm_act)
def instance_norm_act(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
    activation: str = "relu",
    *,
    activation_arguments: Mapping[str, Any] | None = None,
    **keywords: Any,
) -> Tensor:
    r"""Normalisation of each channel of each element of the batch, followed by an activation.

    Source: Ulyanov, Vedaldi & Lempitsky 2016, Instance Normalization, arXiv:1607.08022.

    Args:
        input: of shape (N, C, ...) with at least 3 dimensions.
        running_mean: of shape (C), updated where the input's own statistics are used; there it may be None.
        running_var: likewise.
        weight: of shape (C); 1 by default.
        bias: of shape (C); 0 by default.
        use_input_stats: whether to normalise by the input's own statistics rather than by the running ones.
        momentum: the weight of the batch in the running statistics.
        eps: added to the variance.
        activation: f: any activation, by any of its names.
        activation_arguments: of f, by name.
        keywords: see :func:`layer_norm_act`.

    Raises:
        ValueError: no such activation; eps below 0; one value per channel.
        TypeError: an activation that is no name; an argument that it does not have, or that is given twice; a
            use_input_stats that is no bool.
        RuntimeError: statistics, weight or bias of another size, dtype or device.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.instance_norm_act(torch.tensor([[[-1.0, 1.0], [4.0, 2.0]]]), eps=0.0)
        tensor([[[0., 1.],
                 [1., 0.]]])
    """
    if not isinstance(use_input_stats, bool):
        check_type("instance_norm_act", "use_input_stats", use_input_stats, "bool")
    given = (input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps)
    return activated("instance_norm_act", activation, activation_arguments, keywords, given)


@scripted_as(scripted_norms.add_rms_norm)
def add_rms_norm(input: Tensor, residual: Tensor, weight: Tensor, eps: float | None = None) -> tuple[Tensor, Tensor]:
    """The sum of two tensors, normalised by the root of its mean square, and the sum itself.

    As transformers have it between their blocks, in one pass forward and one backward.

    Args:
        input: whose last dimensions are those of weight.
        residual: of the shape of input; of its dtype, or one of them of 16 bits and the other float32, as the results
            are then.
        weight: of the dimensions that are normalised.
        eps: see :func:`rms_norm_act`.

    Returns:
        The normalised sum, and the sum.

    Raises:
        ValueError: eps below 0.
        RuntimeError: tensors whose shapes, dtypes or devices do not fit.

    Example:
        >>> import torch, torchactiv
        >>> x = torch.tensor([[-1.0, 1.0]])
        >>> torchactiv.functional.add_rms_norm(x, 2 * x, torch.ones(2), eps=0.0)
        (tensor([[-1.,  1.]]), tensor([[-3.,  3.]]))
    """
    check_operands("add_rms_norm", (input, residual, weight, eps))
    output, total = _add_rms_norm(input, residual, weight, eps)
    return output, total


@scripted_as(scripted_norms.add_layer_norm)
def add_layer_norm(
    input: Tensor, residual: Tensor, weight: Tensor, bias: Tensor | None = None, eps: float = 1e-5
) -> tuple[Tensor, Tensor]:
    """The sum of two tensors after layer normalisation, and the sum itself. See :func:`add_rms_norm`.

    Args:
        input: whose last dimensions are those of weight.
        residual: of the shape of input; of its dtype, or one of them of 16 bits and the other float32, as the results
            are then.
        weight: of the dimensions that are normalised.
        bias: of the shape of weight; 0 by default.
        eps: added to the variance.

    Returns:
        The normalised sum, and the sum.

    Raises:
        ValueError: eps below 0.
        RuntimeError: tensors whose shapes, dtypes or devices do not fit.

    Example:
        >>> import torch, torchactiv
        >>> x = torch.tensor([[-1.0, 1.0]])
        >>> torchactiv.functional.add_layer_norm(x, x + 2, torch.ones(2), eps=0.0)
        (tensor([[-1.,  1.]]), tensor([[0., 4.]]))
    """
    check_operands("add_layer_norm", (input, residual, weight, bias, eps))
    output, total = _add_layer_norm(input, residual, weight, bias, eps)
    return output, total
