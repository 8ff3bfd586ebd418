"""Batch normalisation folded into the layers before it, for inference."""

import copy
import inspect
from collections import Counter
from collections.abc import Collection
from typing import Any

from torch import Tensor, fx, nn
from torch.nn.modules.batchnorm import _BatchNorm, _NormBase
from torch.nn.modules.conv import _ConvNd, _ConvTransposeNd
from torch.overrides import handle_torch_function, has_torch_function_unary

from torchactiv import _registry
from torchactiv import nn as modules
from torchactiv.batch_norms import _Activated

__all__ = ["fold_batch_norm"]

Layer = _ConvNd | nn.Linear

# The ranks that a normalisation takes, by its check of them. One that is not here may take any.
_RANKS: dict[Any, Collection[int]] = {
    nn.BatchNorm1d._check_input_dim: (2, 3),
    nn.BatchNorm2d._check_input_dim: (4,),
    nn.BatchNorm3d._check_input_dim: (5,),
}
_ANY_RANK = range(2, 65)


def _left_out(model: nn.Module) -> dict[str, None]:
    """Arguments that are None by default: whether one is given decides what the model does, which fx does not see."""
    given = inspect.signature(model.forward).parameters.values()
    return {argument.name: None for argument in given if argument.default is None}


class _Tracer(fx.Tracer):
    """Takes our modules as a whole, as it does PyTorch's, and what can be folded or would lose its hooks."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        ours = type(m).__module__.startswith("torchactiv.")
        return ours or _is_single(m) or _has_hooks(m) or super().is_leaf_module(m, module_qualified_name)


def fold_batch_norm(model: nn.Module) -> nn.Module:
    r"""The model without its batch normalisations that follow a convolution or a linear layer.

    With constant statistics the normalisation is :math:`s x + t` for each channel, which weight and bias of the layer
    before it can do as well. The activation of a BatchNormAct becomes a module of its own, which works in place.

    These normalisations stay:

    - those that do not stand directly behind such a layer, or behind one whose result or parameters something else
      reads as well;
    - those in training mode, although the model is not;
    - those with forward hooks, or behind a layer with some, and all that are inside of a module with some;
    - those with a forward of their own in a subclass, or behind a layer with one;
    - those whose parameters, or those of the layer, are computed from others, as by
      :mod:`torch.nn.utils.parametrizations`.

    The channels of a normalisation are dimension 1, but those of a linear layer the last one, and those of a
    convolution without a batch the first one. So where BatchNorm1d, or a normalisation that takes any rank, was folded,
    the model that is returned raises ValueError unless a linear layer gives (N, C), and a convolution a batch.

    Args:
        model: in evaluation mode, and such that :mod:`torch.fx` can trace it. It is left as it is. What is
            None by default is left out.

    Returns:
        A model with the same results but for rounding, with copies of the parameters. What was left out, it refuses by
        an AssertionError.

    Raises:
        RuntimeError: the model is in training mode.
        TypeError: the model is no module.
        ValueError: the model cannot be traced, for instance since its control flow depends on data; or it has forward
            hooks itself, which would be lost.

    Example:
        >>> import torch, torchactiv
        >>> model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 1), torchactiv.nn.BatchNormAct2d(4, activation="silu"))
        >>> torchactiv.fold_batch_norm(model.eval())
        GraphModule(
          (0): Conv2d(3, 4, kernel_size=(1, 1), stride=(1, 1))
          (1): SiLU(inplace=True)
        )
    """
    name = type(model).__name__
    if not isinstance(model, nn.Module):
        raise TypeError(f"fold_batch_norm: model must be Module, not {name}")
    if model.training:
        raise RuntimeError("fold_batch_norm: model is in training mode, where statistics change; call model.eval()")
    copied = _copy(model)
    if _is_single(copied):
        return copied
    if _has_hooks(model):
        raise ValueError(
            f"fold_batch_norm: model {name} has forward hooks, which would be lost; remove them, and register them "
            "with the result"
        )
    try:
        graph = _Tracer().trace(copied, _left_out(copied))
    except Exception as error:  # of any kind, since the model's own code runs
        raise ValueError(f"fold_batch_norm: model {name} cannot be traced by torch.fx: {error}") from error
    folded = fx.GraphModule(copied, graph)
    shared = _shared(folded)
    for node in list(graph.nodes):
        pair = _pair(node, folded, shared)
        if pair is not None:
            _fold(*pair)
            _replace(node, *pair, folded)
    graph.lint()
    folded.recompile()
    return folded


def _copy(model: nn.Module) -> nn.Module:
    """A deep one, in which results that a module keeps, such as the weight of a pruned layer, have no graph behind."""
    kept = [t for m in model.modules() for t in (*vars(m).values(), *m._buffers.values()) if isinstance(t, Tensor)]
    return copy.deepcopy(model, {id(t): t.detach().clone() for t in kept if not t.is_leaf})


def _is_single(module: nn.Module) -> bool:
    """Whether it is a layer or a normalisation, rather than a model of them."""
    return isinstance(module, _NormBase) or (isinstance(module, Layer) and _is_as_known(module))


def _has_hooks(module: nn.Module) -> bool:
    return bool(module._forward_hooks or module._forward_pre_hooks)


def _is_as_known(module: nn.Module) -> bool:
    """Whether it computes what the class of PyTorch's or ours that it is derived from does."""
    overriding = {"forward", "_conv_forward", "__call__"}
    own: set[str] = set(vars(module))
    for base in type(module).__mro__:
        if base.__module__.startswith(("torch.nn.modules.", "torchactiv.")):
            break
        own.update(vars(base))
    return not overriding & own


def _is_plain(module: nn.Module) -> bool:
    """Whether a call of it does nothing but its formula, with parameters that are no results of others."""
    parameters = module._parameters
    stored = "weight" in parameters and "bias" in parameters
    exact = all(type(p) is nn.Parameter for p in parameters.values() if p is not None)
    return stored and exact and not _has_hooks(module) and _is_as_known(module)


def _shared(folded: fx.GraphModule) -> set[Any]:
    """The modules that are called or read more than once, and the parameters of more than one module."""
    uses: Counter[Any] = Counter()
    for node in folded.graph.nodes:
        if node.op == "call_module":
            uses.update(set(folded.get_submodule(node.target).modules()))  # those inside of it serve as well
        elif node.op == "get_attr":
            path = node.target.split(".")[:-1]
            uses.update(folded.get_submodule(".".join(path[:length])) for length in range(1, len(path) + 1))
    for module in folded.modules():
        uses.update(set(module._parameters.values()) - {None})
    return {used for used, times in uses.items() if times > 1}


def _pair(node: fx.Node, folded: fx.GraphModule, shared: set[Any]) -> tuple[Layer, _BatchNorm] | None:
    """The layer and the normalisation, if `node` is one that can be folded."""
    if node.op != "call_module" or len(node.args) != 1 or node.kwargs or not isinstance(node.args[0], fx.Node):
        return None  # a normalisation with a residual, among others
    before = node.args[0]
    if before.op != "call_module" or len(before.users) > 1:
        return None
    layer, norm = folded.get_submodule(str(before.target)), folded.get_submodule(str(node.target))
    if not isinstance(layer, Layer) or not isinstance(norm, _BatchNorm) or not (_is_plain(layer) and _is_plain(norm)):
        return None
    if norm.training or norm.running_mean is None or norm.running_var is None:
        return None
    if not shared.isdisjoint((*layer.modules(), *norm.modules(), layer.weight, layer.bias)):
        return None
    channels = layer.out_features if isinstance(layer, nn.Linear) else layer.out_channels
    return (layer, norm) if channels == norm.num_features and _rank(layer) in _ranks(norm) else None


def _rank(layer: Layer) -> int:
    """Of the results whose channels are dimension 1."""
    return 2 if isinstance(layer, nn.Linear) else 2 + len(layer.kernel_size)


def _ranks(norm: _BatchNorm) -> Collection[int]:
    return _RANKS.get(type(norm)._check_input_dim, _ANY_RANK)


def _fold(layer: Layer, norm: _BatchNorm) -> None:
    """In doubles, since the factors may be far from 1."""
    tensors = (norm.running_mean, norm.running_var, _scale_of(norm), norm.bias, layer.bias)
    mean, variance, scale, shift, bias = (None if t is None else t.detach().double() for t in tensors)
    assert mean is not None
    assert variance is not None
    factor = (variance + norm.eps).rsqrt()
    if scale is not None:
        factor = factor * scale
    folded_bias = (-mean if bias is None else bias - mean) * factor
    if shift is not None:
        folded_bias = folded_bias + shift
    weight = layer.weight
    folded_weight = weight.detach().double() * _along_outputs(factor, layer)
    layer.weight, layer.bias = (
        nn.Parameter(p.to(weight.dtype), weight.requires_grad) for p in (folded_weight, folded_bias)
    )


def _along_outputs(factor: Tensor, layer: Layer) -> Tensor:
    """A factor for each output channel, in a shape that broadcasts to that of the weight."""
    shape = layer.weight.shape
    if not isinstance(layer, _ConvTransposeNd):
        return factor.view(-1, *[1] * (len(shape) - 1))
    of_groups = factor.view(layer.groups, 1, -1).expand(-1, shape[0] // layer.groups, -1)
    return of_groups.reshape(*shape[:2], *[1] * (len(shape) - 2))


def _scale_of(norm: _BatchNorm) -> Tensor | None:
    return norm._scale() if isinstance(norm, _Activated) else norm.weight


def _replace(node: fx.Node, layer: Layer, norm: _BatchNorm, folded: fx.GraphModule) -> None:
    """Puts in the place of the normalisation what remains of it: a check of the rank, and the activation."""
    before, graph = node.args[0], folded.graph
    assert isinstance(before, fx.Node)
    if len(_ranks(norm)) > 1:
        with graph.inserting_before(node):
            checked = graph.call_function(_require_rank, (before, _rank(layer), str(before.target)))
        node.replace_input_with(before, checked)
        before = checked
    activation = _activation_of(norm)
    if activation is None:
        node.replace_all_uses_with(before)
        graph.erase_node(node)
        folded.delete_submodule(str(node.target))
    else:
        folded.set_submodule(str(node.target), activation)


def _require_rank(input: Tensor, rank: int, layer: str) -> Tensor:
    if has_torch_function_unary(input):  # torch.fx, which traces the result again
        checked: Tensor = handle_torch_function(_require_rank, (input,), input, rank, layer)
        return checked
    given = len(input.shape)  # TorchScript takes dim() for 3 behind any conv1d
    if given != rank:
        raise ValueError(
            f"fold_batch_norm: the result of layer '{layer}' must have {rank} dimensions, got {given}: the batch "
            "normalisation that was folded into it has the channels in dimension 1"
        )
    return input


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
