"""Formulas in which any activation of one tensor may stand: gates, a bias before it, scales and shifts around it.

Each is one pass forward and one backward, and saves nothing but its inputs. They are part of
:mod:`torchactiv.functional`.
"""

import torch
from torch import Tensor
from torch.compiler import is_dynamo_compiling

from torchactiv import _registry
from torchactiv._compiler import constant_result
from torchactiv.arguments import check_dim, check_number, check_tensor
from torchactiv.calls import operator
from torchactiv.parameters import expanded, fitted, fitted_beside

__all__ = ["bias_act", "gated", "gated_packed", "taaf"]

_WITHOUT_OPTIONS = {"gelu": "gelu_erf", "swish": "silu"}  # the operators that these are by default

_gated, _gated_packed, _bias_act, _taaf = map(operator, ("gated", "gated_packed", "bias_act", "taaf"))


@constant_result
def operator_name(activation: str) -> str:
    """The operator of one tensor that a name leads to; what is none is left to the operator, which refuses it.

    "swish" is silu here, as in libraries whose swish has no parameter. Other activations that learn are refused, since
    their parameters would silently stay at what they start from.

    Example:
        >>> operator_name("Hard_Swish"), operator_name("swish"), operator_name("gelu")
        ('hardswish', 'silu', 'gelu_erf')
    """
    name = _registry.find(activation)["name"]
    return _WITHOUT_OPTIONS.get(name, name)


def chosen(activation: str, arguments: list[float] | None) -> tuple[str, list[float]]:
    """The operator's name and numbers, as it takes them; in TorchScript the name is the operator's already.

    Example:
        >>> chosen("LeakyReLU", [0.2])
        ('leaky_relu', [0.2])
    """
    numbers: list[float] = []
    if arguments is not None:
        numbers = arguments
    if torch.jit.is_scripting():  # type: ignore[attr-defined]
        return activation, numbers
    name = operator_name(activation)
    for number in numbers:
        if not isinstance(number, float):
            check_number(name, "arguments", number)
    return name, numbers


def gated(
    gate: Tensor,
    up: Tensor,
    activation: str = "silu",
    arguments: list[float] | None = None,
    gate_bias: Tensor | None = None,
    up_bias: Tensor | None = None,
    dim: int = -1,
) -> Tensor:
    r"""Gated unit: :math:`f(\text{gate}) \cdot \text{up}`, or :math:`f(\text{gate} + b_1) \cdot (\text{up} + b_2)`.

    Source: Shazeer 2020, GLU Variants Improve Transformer, arXiv:2002.05202.

    Args:
        gate: a tensor of any shape.
        up: a tensor that broadcasts against gate.
        activation: f: any activation of one tensor and of plain numbers, by any of its names; "swish" is silu. In
            TorchScript the name of the operator, or "gelu".
        arguments: the numbers that f takes, in their order; none for their defaults.
        gate_bias: added to gate in the same pass: of one element, or one-dimensional along dim, of the dtype of gate.
        up_bias: likewise, added to up.
        dim: the dimension that the biases lie along: of gate that of gate_bias, of up that of up_bias.

    Returns:
        A tensor of the shape that gate and up broadcast to.

    Raises:
        TypeError: activation is no string, or what is no tensor, no number, or no dimension.
        ValueError: no such activation, or another count of arguments.
        RuntimeError: shapes or devices that do not fit together.
        IndexError: gate or up has no dimension dim for its bias to lie along.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.gated(torch.tensor([-1.0, 2.0]), torch.tensor([5.0, 3.0]), "relu")
        tensor([0., 6.])
    """
    if not isinstance(gate, Tensor):
        check_tensor("gated", "gate", gate)
    if not isinstance(up, Tensor):
        check_tensor("gated", "up", up)
    name, numbers = chosen(activation, arguments)
    if gate_bias is None and up_bias is None:
        if is_dynamo_compiling():
            traced: Tensor = torch.ops.torchactiv.gated(gate, up, name, numbers)
            return traced
        result: Tensor = _gated(gate, up, name, numbers)
        return result
    none = torch.zeros([1], dtype=gate.dtype, device=gate.device)
    first = none if gate_bias is None else fitted_beside("gated", "gate_bias", gate_bias, gate, up, dim)
    second = none if up_bias is None else fitted_beside("gated", "up_bias", up_bias, up, gate, dim)
    biased: Tensor = torch.ops.torchactiv.gated_bias(expanded(gate, up), up, first, second, name, numbers)
    return biased


def gated_packed(
    input: Tensor,
    activation: str = "silu",
    dim: int = -1,
    gate_first: bool = True,
    arguments: list[float] | None = None,
    bias: Tensor | None = None,
) -> Tensor:
    r""":func:`gated` of the halves of one tensor, as a single linear layer gives them.

    Libraries differ in which half gates: the first in TransformerEngine and vLLM, the second in torch, jax and Keras.
    Without a bias the gradient is one tensor, written in one pass.

    Args:
        input: a tensor of an even size along dim.
        activation: as that of :func:`gated`.
        dim: the dimension to halve.
        gate_first: whether the first half is the gate.
        arguments: as those of :func:`gated`.
        bias: added to input in the same pass: one-dimensional, as long as input along dim.

    Returns:
        A tensor of half the size along dim.

    Raises:
        TypeError: activation is no string, or what is no tensor, no number, or no dimension.
        ValueError: no such activation, or another count of arguments.
        RuntimeError: an odd size along dim, or a bias of another size.
        IndexError: input has no dimension dim.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.gated_packed(torch.tensor([2.0, 3.0]), "identity", gate_first=False)
        tensor([6.])
    """
    if not isinstance(input, Tensor):
        check_tensor("gated_packed", "input", input)
    if not isinstance(dim, int):
        check_dim("gated_packed", dim)
    if bias is None:
        name, numbers = chosen(activation, arguments)
        if is_dynamo_compiling():
            traced: Tensor = torch.ops.torchactiv.gated_packed(input, name, numbers, dim, gate_first)
            return traced
        result: Tensor = _gated_packed(input, name, numbers, dim, gate_first)
        return result
    if not isinstance(bias, Tensor):
        check_tensor("gated_packed", "bias", bias)
    if input.size(dim) % 2 != 0:
        raise RuntimeError(f"gated_packed: input has the odd size {input.size(dim)} along dim={dim}")
    first, second = torch.chunk(input, 2, dim)
    if bias.dim() != 1 or bias.numel() != input.size(dim):
        raise RuntimeError(
            f"gated_packed: bias of shape {list(bias.shape)} must have one dimension of {input.size(dim)} elements, as "
            f"input of shape {list(input.shape)} has along dim={dim}"
        )
    of_first, of_second = torch.chunk(bias, 2)
    if gate_first:
        return gated(first, second, activation, arguments, of_first, of_second, dim)
    return gated(second, first, activation, arguments, of_second, of_first, dim)


def bias_act(
    input: Tensor,
    bias: Tensor,
    activation: str = "gelu",
    dim: int = -1,
    arguments: list[float] | None = None,
) -> Tensor:
    r"""Bias and activation in one pass: :math:`f(x + b)`. Backward yields the gradients of both in one pass as well.

    Args:
        input: a tensor of any shape.
        bias: of one element, or one-dimensional along dim, of the dtype of input.
        activation: f, as for :func:`gated`.
        dim: the dimension of input that bias lies along.
        arguments: as those of :func:`gated`.

    Returns:
        A tensor of the shape and dtype of input.

    Raises:
        TypeError: activation is no string, or what is no tensor, no number, or no dimension.
        ValueError: no such activation, or another count of arguments.
        RuntimeError: a bias that does not fit.
        IndexError: input has no dimension dim.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.bias_act(torch.zeros(2, 3), torch.tensor([-1.0, 0.0, 1.0]), "relu")
        tensor([[0., 0., 1.],
                [0., 0., 1.]])
    """
    if not isinstance(input, Tensor):
        check_tensor("bias_act", "input", input)
    name, numbers = chosen(activation, arguments)
    bias = fitted("bias_act", "bias", bias, input, dim)
    if is_dynamo_compiling():
        traced: Tensor = torch.ops.torchactiv.bias_act(input, bias, name, numbers)
        return traced
    result: Tensor = _bias_act(input, bias, name, numbers)
    return result


def taaf(
    input: Tensor,
    alpha: Tensor | int | float = 1.0,
    beta: Tensor | int | float = 1.0,
    gamma: Tensor | int | float = 0.0,
    delta: Tensor | int | float = 0.0,
    activation: str = "tanh",
    dim: int = 1,
    arguments: list[float] | None = None,
) -> Tensor:
    r"""Transformative adaptive activation: :math:`\alpha f(\beta x + \gamma) + \delta`.

    One pass forward, and one backward that yields the gradients of all five.

    Source: Kunc & Klema 2021, On Transformative Adaptive Activation Functions in Neural Networks for Gene Expression
    Inference, PLOS ONE 16(1).

    Args:
        input: a tensor of any shape.
        alpha: a learned parameter: a number, one element, one for each index along dim of input, or any shape of
            several dimensions that broadcasts to it; of its dtype.
        beta: likewise.
        gamma: likewise.
        delta: likewise.
        activation: f, as for :func:`gated`.
        dim: the dimension that parameters of one dimension lie along.
        arguments: as those of :func:`gated`.

    Returns:
        A tensor of the shape and dtype of input.

    Raises:
        TypeError: activation is no string, or what is no tensor, no number, or no dimension.
        ValueError: no such activation, or another count of arguments.
        RuntimeError: a parameter that does not fit.
        IndexError: input has no dimension dim.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.taaf(torch.tensor([[-1.0, 3.0]]), alpha=2.0, delta=torch.ones(2), activation="relu")
        tensor([[1., 7.]])
    """
    if not isinstance(input, Tensor):
        check_tensor("taaf", "input", input)
    name, numbers = chosen(activation, arguments)
    alpha = fitted("taaf", "alpha", alpha, input, dim)
    beta = fitted("taaf", "beta", beta, input, dim)
    gamma = fitted("taaf", "gamma", gamma, input, dim)
    delta = fitted("taaf", "delta", delta, input, dim)
    if is_dynamo_compiling():
        traced: Tensor = torch.ops.torchactiv.taaf(input, alpha, beta, gamma, delta, name, numbers)
        return traced
    result: Tensor = _taaf(input, alpha, beta, gamma, delta, name, numbers)
    return result
