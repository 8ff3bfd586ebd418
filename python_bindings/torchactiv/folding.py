"""Batch normalisation folded into the layers before it, for inference."""

import copy
from typing import Any

import torch
from torch import fx, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.conv import _ConvNd, _ConvTransposeNd
from torch.nn.utils.fusion import fuse_conv_bn_weights, fuse_linear_bn_weights

from torchactiv import _registry
from torchactiv import nn as modules
from torchactiv.batch_norms import _Activated

__all__ = ["fold_batch_norm"]

Layer = _ConvNd | nn.Linear


class _Tracer(fx.Tracer):
    """Takes our modules as a whole, as it does PyTorch's."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        ours = type(m).__module__.startswith("torchactiv.")
        return ours or super().is_leaf_module(m, module_qualified_name)


def fold_batch_norm(model: nn.Module) -> nn.Module:
    r"""The model without its batch normalisations that follow a convolution or a linear layer.

    With constant statistics the normalisation is :math:`s x + t` for each channel, which weight and bias of the layer
    before it can do as well. The activation of a BatchNormAct becomes a module of its own, which works in place. What
    does not stand directly behind such a layer, or behind one whose result something else reads as well, stays.

    Args:
        model: in evaluation mode, and such that :mod:`torch.fx` can trace it. It is left as it is.

    Returns:
        A model with the same results but for rounding, with copies of the parameters.

    Raises:
        RuntimeError: the model is in training mode.
        ValueError: the model cannot be traced, for instance since its control flow depends on data.

    Example:
        >>> import torch, torchactiv
        >>> model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 1), torchactiv.nn.BatchNormAct2d(4, activation="silu"))
        >>> torchactiv.fold_batch_norm(model.eval())
        GraphModule(
          (0): Conv2d(3, 4, kernel_size=(1, 1), stride=(1, 1))
          (1): SiLU(inplace=True)
        )
    """
    if model.training:
        raise RuntimeError("fold_batch_norm: model is in training mode, where statistics change; call model.eval()")
    copied = copy.deepcopy(model)
    try:
        graph = _Tracer().trace(copied)
    except (fx.proxy.TraceError, TypeError) as error:
        raise ValueError(
            f"fold_batch_norm: model {type(model).__name__} cannot be traced by torch.fx: {error}"
        ) from error
    folded = fx.GraphModule(copied, graph)
    layers = dict(folded.named_modules())
    uses = [node.target for node in graph.nodes if node.op == "call_module"]
    for node in list(graph.nodes):
        pair = _pair(node, layers, uses)
        if pair is None:
            continue
        layer, norm = pair
        _fold(layer, norm)
        activation = _activation_of(norm)
        if activation is None:
            node.replace_all_uses_with(node.args[0])
            graph.erase_node(node)
            folded.delete_submodule(str(node.target))
        else:
            folded.set_submodule(str(node.target), activation)
    graph.lint()
    folded.recompile()
    return folded


def _pair(node: fx.Node, layers: dict[str, nn.Module], uses: list[Any]) -> tuple[Layer, _BatchNorm] | None:
    """The layer and the normalisation, if `node` is one that can be folded."""
    if node.op != "call_module" or len(node.args) != 1 or node.kwargs or not isinstance(node.args[0], fx.Node):
        return None  # a normalisation with a residual, among others
    before = node.args[0]
    if before.op != "call_module" or len(before.users) > 1:
        return None
    layer, norm = layers[str(before.target)], layers[str(node.target)]
    if not isinstance(layer, Layer) or not isinstance(norm, _BatchNorm) or norm.running_mean is None:
        return None
    if uses.count(before.target) > 1 or uses.count(node.target) > 1:  # weights that serve somewhere else as well
        return None
    channels = layer.out_features if isinstance(layer, nn.Linear) else layer.out_channels
    return (layer, norm) if channels == norm.num_features else None


def _fold(layer: Layer, norm: _BatchNorm) -> None:
    """In doubles, since the factors may be far from 1."""
    assert norm.running_mean is not None
    assert norm.running_var is not None
    tensors = (layer.weight, layer.bias, norm.running_mean, norm.running_var)
    weight, bias, mean, variance = (None if t is None else t.detach().double() for t in tensors)
    scale, shift = (None if t is None else t.detach().double() for t in (_scale_of(norm), norm.bias))
    assert weight is not None
    assert mean is not None
    assert variance is not None
    if isinstance(layer, nn.Linear):
        folded = fuse_linear_bn_weights(
            weight, bias, mean, variance, norm.eps, _or_ones(scale, mean), _or_zeros(shift, mean)
        )
    else:
        transposed = isinstance(layer, _ConvTransposeNd)
        folded = fuse_conv_bn_weights(weight, bias, mean, variance, norm.eps, scale, shift, transposed)
    layer.weight, layer.bias = (nn.Parameter(p.to(layer.weight.dtype), layer.weight.requires_grad) for p in folded)


def _scale_of(norm: _BatchNorm) -> torch.Tensor | None:
    return norm._scale() if isinstance(norm, _Activated) else norm.weight


def _or_ones(values: torch.Tensor | None, like: torch.Tensor) -> torch.Tensor:
    return torch.ones_like(like) if values is None else values


def _or_zeros(values: torch.Tensor | None, like: torch.Tensor) -> torch.Tensor:
    return torch.zeros_like(like) if values is None else values


def _activation_of(norm: _BatchNorm) -> nn.Module | None:
    """The module of what follows inside the normalisation; None where nothing does."""
    if not isinstance(norm, _Activated):
        return None
    if norm.act is not None:
        return norm.act
    entry = _registry.find(norm.activation)
    if entry["name"] == "identity":
        return None
    names = [argument["name"] for argument in entry["arguments"]]
    arguments: dict[str, Any] = dict(zip(names, norm.arguments, strict=True))
    if entry["inplace_argument"]:
        arguments["inplace"] = True  # nothing else reads the layer's result
    return modules.make(entry["name"], **arguments)
