"""The functions of normalisations as TorchScript has them, which compiles these in place of those.

It knows neither keyword-only arguments with defaults nor ones of any name: what the activation takes beside its input
is in activation_arguments, and the activation has the name of its operator, or is "gelu".
"""

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor

from torchactiv.combinations import chosen

__all__ = [
    "add_layer_norm",
    "add_rms_norm",
    "batch_norm_act",
    "group_norm_act",
    "instance_norm_act",
    "layer_norm_act",
    "rms_norm_act",
    "scripted_as",
]

_Function = TypeVar("_Function", bound=Callable[..., object])


def scripted_as(scriptable: Callable[..., object]) -> Callable[[_Function], _Function]:
    """Has TorchScript compile `scriptable` where a program calls the function.

    Example:
        >>> import torch
        >>> @scripted_as(layer_norm_act)
        ... def function(input, normalized_shape, **keywords): ...
        >>> torch.jit.script(function).name
        'layer_norm_act'
    """

    def marked(function: _Function) -> _Function:
        function.__prepare_scriptable__ = lambda: scriptable  # type: ignore[attr-defined]
        return function

    return marked


def _named(activation: str, given: dict[str, float] | None) -> tuple[str, list[float]]:
    name, numbers = chosen(activation, None)
    if given is not None:
        numbers = torch.ops.torchactiv.activation_arguments(name, given)
    return name, numbers


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
    memory_efficient: bool = False,
    residual: Tensor | None = None,
    activation_arguments: dict[str, float] | None = None,
) -> Tensor:
    """See :func:`torchactiv.functional.batch_norm_act`."""
    f, numbers = _named(activation, activation_arguments)
    result: Tensor = torch.ops.torchactiv.batch_norm_act(
        input,
        running_mean,
        running_var,
        weight,
        bias,
        training,
        momentum,
        eps,
        f,
        numbers,
        memory_efficient,
        residual,
    )
    return result


def layer_norm_act(
    input: Tensor,
    normalized_shape: list[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    activation: str = "relu",
    activation_arguments: dict[str, float] | None = None,
) -> Tensor:
    """See :func:`torchactiv.functional.layer_norm_act`."""
    f, numbers = _named(activation, activation_arguments)
    result: Tensor = torch.ops.torchactiv.layer_norm_act(input, normalized_shape, weight, bias, eps, f, numbers)
    return result


def rms_norm_act(
    input: Tensor,
    normalized_shape: list[int],
    weight: Tensor | None = None,
    eps: float | None = None,
    activation: str = "relu",
    activation_arguments: dict[str, float] | None = None,
) -> Tensor:
    """See :func:`torchactiv.functional.rms_norm_act`."""
    f, numbers = _named(activation, activation_arguments)
    result: Tensor = torch.ops.torchactiv.rms_norm_act(input, normalized_shape, weight, eps, f, numbers)
    return result


def group_norm_act(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    activation: str = "relu",
    activation_arguments: dict[str, float] | None = None,
) -> Tensor:
    """See :func:`torchactiv.functional.group_norm_act`."""
    f, numbers = _named(activation, activation_arguments)
    result: Tensor = torch.ops.torchactiv.group_norm_act(input, num_groups, weight, bias, eps, f, numbers)
    return result


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
    activation_arguments: dict[str, float] | None = None,
) -> Tensor:
    """See :func:`torchactiv.functional.instance_norm_act`."""
    f, numbers = _named(activation, activation_arguments)
    result: Tensor = torch.ops.torchactiv.instance_norm_act(
        input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps, f, numbers
    )
    return result


def add_rms_norm(input: Tensor, residual: Tensor, weight: Tensor, eps: float | None = None) -> tuple[Tensor, Tensor]:
    """See :func:`torchactiv.functional.add_rms_norm`."""
    output, total = torch.ops.torchactiv.add_rms_norm(input, residual, weight, eps)
    return output, total


def add_layer_norm(
    input: Tensor, residual: Tensor, weight: Tensor, bias: Tensor | None = None, eps: float = 1e-5
) -> tuple[Tensor, Tensor]:
    """See :func:`torchactiv.functional.add_layer_norm`."""
    output, total = torch.ops.torchactiv.add_layer_norm(input, residual, weight, bias, eps)
    return output, total
