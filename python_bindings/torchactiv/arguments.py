"""What functions refuse of their arguments, which the operators would take or call something else."""

from typing import Any, SupportsFloat, SupportsIndex

from torch import Tensor
from torch.overrides import has_torch_function


def check_tensor(operator: str, name: str, value: Any) -> None:
    """Refuses what is no tensor, but for what stands for one (`__torch_function__`).

    Args:
        operator: that it was given to.
        name: of the argument.
        value: of the argument.

    Raises:
        TypeError: it is no tensor.

    Example:
        >>> check_tensor("relu", "input", [1.0])
        Traceback (most recent call last):
        TypeError: relu: input must be Tensor, not list
    """
    if not isinstance(value, Tensor) and not has_torch_function((value,)):
        raise TypeError(f"{operator}: {name} must be Tensor, not {type(value).__name__}")


def check_number(operator: str, name: str, value: int) -> float:
    """Refuses what is no number, and a tensor that requires grad: it would be taken for its value, and get none.

    Args:
        operator: that it was given to.
        name: of the argument.
        value: of the argument; the type is what TorchScript takes.

    Returns:
        The number, a float where it was an int, which TorchScript passes to no operator for a float.

    Raises:
        TypeError: it is no number.

    Example:
        >>> check_number("elu", "alpha", 2)
        2.0
        >>> check_number("elu", "alpha", "2")
        Traceback (most recent call last):
        TypeError: elu: alpha must be Number, not str
    """
    if isinstance(value, int):
        return float(value)
    if isinstance(value, Tensor) and value.requires_grad:
        raise TypeError(f"{operator}: {name} must be Number, got a tensor that requires grad, which would get none")
    if not isinstance(value, SupportsFloat | SupportsIndex) and not has_torch_function((value,)):
        raise TypeError(f"{operator}: {name} must be Number, not {type(value).__name__}")
    return value
