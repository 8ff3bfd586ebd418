"""Gates of one activation each, of two tensors or of the halves of one; they are part of :mod:`torchactiv.functional`.

:func:`torchactiv.functional.swiglu` is an operator of the catalogue; its packed form is here.
"""

from torch import Tensor

from torchactiv.combinations import gated, gated_packed

__all__ = [
    "bilinear_glu",
    "bilinear_glu_packed",
    "geglu",
    "geglu_packed",
    "mishglu",
    "mishglu_packed",
    "reglu",
    "reglu_packed",
    "seglu",
    "seglu_packed",
    "swiglu_packed",
]


def swiglu_packed(input: Tensor, dim: int = -1, gate_first: bool = True) -> Tensor:
    """:func:`swiglu` of the halves of one tensor, see :func:`gated_packed`.

    Args:
        input: a tensor of an even size along dim.
        dim: the dimension to halve.
        gate_first: whether the first half is the gate.

    Raises:
        RuntimeError: an odd size along dim.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.swiglu_packed(torch.ones(2, 6)).shape
        torch.Size([2, 3])
    """
    return gated_packed(input, "silu", dim, gate_first)


def _gelu(function: str, approximate: str) -> str:
    """The operator that is gelu with that approximation."""
    if approximate == "none":
        return "gelu_erf"
    if approximate == "tanh":
        return "gelu_tanh"
    raise RuntimeError(f"{function}: approximate argument must be either none or tanh, got '{approximate}'")


def geglu(gate: Tensor, up: Tensor, approximate: str = "none") -> Tensor:
    r""":math:`\text{gelu}(\text{gate}) \cdot \text{up}`, see :func:`gated`.

    Source: Shazeer 2020, GLU Variants Improve Transformer, arXiv:2002.05202.

    Args:
        gate: a tensor of any shape.
        up: a tensor that broadcasts against gate.
        approximate: "none" or "tanh", as for gelu.

    Raises:
        RuntimeError: another value of approximate.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.geglu(torch.zeros(2), torch.ones(2))
        tensor([0., 0.])
    """
    return gated(gate, up, _gelu("geglu", approximate))


def geglu_packed(input: Tensor, dim: int = -1, gate_first: bool = True, approximate: str = "none") -> Tensor:
    """:func:`geglu` of the halves of one tensor, see :func:`gated_packed`.

    Args:
        input: a tensor of an even size along dim.
        dim: the dimension to halve.
        gate_first: whether the first half is the gate.
        approximate: "none" or "tanh", as for gelu.

    Raises:
        RuntimeError: another value of approximate, or an odd size along dim.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.geglu_packed(torch.tensor([0.0, 1.0]), approximate="tanh")
        tensor([0.])
    """
    return gated_packed(input, _gelu("geglu_packed", approximate), dim, gate_first)


def reglu(gate: Tensor, up: Tensor) -> Tensor:
    r""":math:`\max(0, \text{gate}) \cdot \text{up}`, see :func:`gated`.

    Source: Shazeer 2020, GLU Variants Improve Transformer, arXiv:2002.05202.

    Args:
        gate: a tensor of any shape.
        up: a tensor that broadcasts against gate.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.reglu(torch.tensor([-1.0, 2.0]), torch.tensor([1.0, 3.0]))
        tensor([0., 6.])
    """
    return gated(gate, up, "relu")


def reglu_packed(input: Tensor, dim: int = -1, gate_first: bool = True) -> Tensor:
    """:func:`reglu` of the halves of one tensor, see :func:`gated_packed`.

    Args:
        input: a tensor of an even size along dim.
        dim: the dimension to halve.
        gate_first: whether the first half is the gate.

    Raises:
        RuntimeError: an odd size along dim.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.reglu_packed(torch.tensor([2.0, 3.0]))
        tensor([6.])
    """
    return gated_packed(input, "relu", dim, gate_first)


def seglu(gate: Tensor, up: Tensor) -> Tensor:
    r""":math:`\text{selu}(\text{gate}) \cdot \text{up}`, see :func:`gated`.

    Args:
        gate: a tensor of any shape.
        up: a tensor that broadcasts against gate.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.seglu(torch.zeros(1), torch.ones(1))
        tensor([0.])
    """
    return gated(gate, up, "selu")


def seglu_packed(input: Tensor, dim: int = -1, gate_first: bool = True) -> Tensor:
    """:func:`seglu` of the halves of one tensor, see :func:`gated_packed`.

    Args:
        input: a tensor of an even size along dim.
        dim: the dimension to halve.
        gate_first: whether the first half is the gate.

    Raises:
        RuntimeError: an odd size along dim.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.seglu_packed(torch.tensor([0.0, 1.0]))
        tensor([0.])
    """
    return gated_packed(input, "selu", dim, gate_first)


def mishglu(gate: Tensor, up: Tensor) -> Tensor:
    r""":math:`\text{mish}(\text{gate}) \cdot \text{up}`, see :func:`gated`.

    Args:
        gate: a tensor of any shape.
        up: a tensor that broadcasts against gate.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.mishglu(torch.zeros(1), torch.ones(1))
        tensor([0.])
    """
    return gated(gate, up, "mish")


def mishglu_packed(input: Tensor, dim: int = -1, gate_first: bool = True) -> Tensor:
    """:func:`mishglu` of the halves of one tensor, see :func:`gated_packed`.

    Args:
        input: a tensor of an even size along dim.
        dim: the dimension to halve.
        gate_first: whether the first half is the gate.

    Raises:
        RuntimeError: an odd size along dim.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.mishglu_packed(torch.tensor([0.0, 1.0]))
        tensor([0.])
    """
    return gated_packed(input, "mish", dim, gate_first)


def bilinear_glu(gate: Tensor, up: Tensor) -> Tensor:
    r""":math:`\text{gate} \cdot \text{up}`, see :func:`gated`.

    Source: Shazeer 2020, GLU Variants Improve Transformer, arXiv:2002.05202.

    Args:
        gate: a tensor of any shape.
        up: a tensor that broadcasts against gate.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.bilinear_glu(torch.tensor([2.0]), torch.tensor([3.0]))
        tensor([6.])
    """
    return gated(gate, up, "identity")


def bilinear_glu_packed(input: Tensor, dim: int = -1, gate_first: bool = True) -> Tensor:
    """:func:`bilinear_glu` of the halves of one tensor, see :func:`gated_packed`.

    Args:
        input: a tensor of an even size along dim.
        dim: the dimension to halve.
        gate_first: whether the first half is the gate.

    Raises:
        RuntimeError: an odd size along dim.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.bilinear_glu_packed(torch.tensor([2.0, 3.0]))
        tensor([6.])
    """
    return gated_packed(input, "identity", dim, gate_first)
