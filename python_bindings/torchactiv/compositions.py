"""Activations that are no function of single elements, or that choose between several.

They are made of other operators, and are part of :mod:`torchactiv.functional`; their modules are in
:mod:`torchactiv.composed_modules`.
"""

import re
from collections.abc import Callable

import torch
from torch import Tensor
from torch.compiler import is_dynamo_compiling

from torchactiv import _registry
from torchactiv.arguments import check_dim, check_number, check_tensor
from torchactiv.calls import operator

__all__ = ["crelu", "gelu", "glu", "maxout", "rrelu", "rrelu_"]

_gelu, _gelu_erf, _gelu_tanh = operator("gelu"), operator("gelu_erf"), operator("gelu_tanh")
_glu, _rrelu, _rrelu_ = operator("glu"), operator("rrelu"), operator("rrelu_")


def gelu(input: Tensor, approximate: str = "none", out: Tensor | None = None) -> Tensor:
    r"""Gaussian error linear unit: :math:`x \Phi(x)`, with the normal distribution function :math:`\Phi`.

    Source: Hendrycks & Gimpel 2016, Gaussian Error Linear Units (GELUs), arXiv:1606.08415.

    Args:
        input: a tensor of any shape.
        approximate: "none" for the exact function, "tanh" for the approximation by a hyperbolic tangent.
        out: a tensor to write the result to, which is returned, and cannot be differentiated.

    Returns:
        A tensor of the shape and dtype of input.

    Raises:
        RuntimeError: another value of approximate, or ``out`` while a gradient is recorded.
        TypeError: an approximate that is no string.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.gelu(torch.tensor([-torch.inf, 0.0, 3.0]), approximate="tanh")
        tensor([-0.0000, 0.0000, 2.9964])
    """
    if not isinstance(input, Tensor):
        check_tensor("gelu", "input", input)
    if out is not None and approximate == "none":
        exactly_written: Tensor = torch.ops.torchactiv.gelu_erf(input, out=out)
        return exactly_written
    if out is not None and approximate == "tanh":
        approximately_written: Tensor = torch.ops.torchactiv.gelu_tanh(input, out=out)
        return approximately_written
    if is_dynamo_compiling():
        traced: Tensor = torch.ops.torchactiv.gelu(input, approximate=approximate)
        return traced
    if approximate == "none":
        exact: Tensor = _gelu_erf(input)
        return exact
    if approximate == "tanh":
        approximated: Tensor = _gelu_tanh(input)
        return approximated
    if not isinstance(approximate, str):
        raise TypeError(f"gelu: approximate must be str, got {approximate}")
    result: Tensor = _gelu(input, approximate=approximate)
    return result


def _bounds(function: str, input: Tensor, lower: int | float, upper: int | float) -> tuple[float, float]:
    """Those of the random slopes as floats, after a look at everything that the function is given."""
    if not isinstance(input, Tensor):
        check_tensor(function, "input", input)
    if not isinstance(lower, float):
        lower = check_number(function, "lower", lower)
    if not isinstance(upper, float):
        upper = check_number(function, "upper", upper)
    return lower, upper


def rrelu(
    input: Tensor,
    lower: int | float = 1.0 / 8,
    upper: int | float = 1.0 / 3,
    training: bool = False,
    inplace: bool = False,
) -> Tensor:
    r"""Randomised leaky rectified linear unit: :math:`\max(0, x) + a \min(0, x)`.

    In training each element has its own a, uniform between lower and upper and drawn by torch's generator: the same
    seed gives the same result on any number of threads. Otherwise a is the mean of lower and upper.

    Source: Xu, Wang, Chen & Li 2015, Empirical Evaluation of Rectified Activations in Convolutional Network,
    arXiv:1505.00853.

    Args:
        input: a tensor of any shape.
        lower: of the interval that the slopes are drawn from.
        upper: likewise.
        training: whether the slopes are random.
        inplace: writes the result over input and returns it.

    Returns:
        A tensor of the shape and dtype of input.

    Raises:
        RuntimeError: lower is greater than upper, or ``inplace`` on a leaf that requires grad.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.rrelu(torch.tensor([-24.0, 1.0]))
        tensor([-5.5000,  1.0000])
    """
    lower, upper = _bounds("rrelu", input, lower, upper)
    if inplace:
        return rrelu_(input, lower, upper, training)
    if is_dynamo_compiling():
        traced: Tensor = torch.ops.torchactiv.rrelu(input, lower, upper, training)
        return traced
    result: Tensor = _rrelu(input, lower, upper, training)
    return result


def rrelu_(input: Tensor, lower: int | float = 1.0 / 8, upper: int | float = 1.0 / 3, training: bool = False) -> Tensor:
    """:func:`rrelu` in place: writes the result over input and returns it."""
    lower, upper = _bounds("rrelu_", input, lower, upper)
    if is_dynamo_compiling():
        traced: Tensor = torch.ops.torchactiv.rrelu_(input, lower, upper, training)
        return traced
    written: Tensor = _rrelu_(input, lower, upper, training)
    return written


def glu(input: Tensor, dim: int = -1) -> Tensor:
    r"""Gated linear unit: :math:`a \, \sigma(b)`, where a and b are the halves of the input along dim.

    Source: Dauphin, Fan, Auli & Grangier 2016, Language Modeling with Gated Convolutional Networks, arXiv:1612.08083.

    Args:
        input: a tensor of an even size along dim.
        dim: the dimension to halve.

    Returns:
        A tensor of half the size along dim.

    Raises:
        RuntimeError: an odd size along dim, or a tensor without dimensions.
        IndexError: input has no dimension dim.
        TypeError: dim is no integer.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.glu(torch.tensor([4.0, 0.0]))
        tensor([2.])
    """
    if not isinstance(input, Tensor):
        check_tensor("glu", "input", input)
    if not isinstance(dim, int):
        check_dim("glu", dim)
    if is_dynamo_compiling():
        traced: Tensor = torch.ops.torchactiv.glu(input, dim)
        return traced
    result: Tensor = _glu(input, dim)
    return result


def crelu(input: Tensor, dim: int = 1) -> Tensor:
    r"""Concatenated rectified linear unit: :math:`\max(0, x)` and :math:`\max(0, -x)`, one behind the other.

    Source: Shang, Sohn, Almeida & Lee 2016, Understanding and Improving Convolutional Neural Networks via Concatenated
    Rectified Linear Units, arXiv:1603.05201.

    Args:
        input: a tensor of at least one dimension.
        dim: the dimension that becomes twice as long.

    Returns:
        A tensor of twice the size along dim.

    Raises:
        RuntimeError: a tensor without dimensions.
        IndexError: input has no dimension dim.
        TypeError: dim is no integer.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.crelu(torch.tensor([[-1.0, 2.0]]))
        tensor([[0., 2., 1., 0.]])
    """
    if not isinstance(input, Tensor):
        check_tensor("crelu", "input", input)
    if not isinstance(dim, int):
        check_dim("crelu", dim)
    result: Tensor = torch.ops.torchactiv.crelu(input, dim)
    return result


def maxout(input: Tensor, pieces: int, dim: int = 1) -> Tensor:
    r"""Maxout: the largest of each group of neighbours along dim. Equal ones share the gradient.

    Source: Goodfellow, Warde-Farley, Mirza, Courville & Bengio 2013, Maxout Networks, arXiv:1302.4389.

    Args:
        input: a tensor whose size along dim is a multiple of pieces.
        pieces: how many neighbours make a group.
        dim: the dimension that becomes shorter.

    Returns:
        A tensor of 1 / pieces of the size along dim.

    Raises:
        RuntimeError: a size that pieces does not divide, or a tensor without dimensions.
        IndexError: input has no dimension dim.
        TypeError: pieces or dim is no integer.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.functional.maxout(torch.tensor([[1.0, 3.0, 2.0, -4.0]]), pieces=2)
        tensor([[3., 2.]])
    """
    if not isinstance(input, Tensor):
        check_tensor("maxout", "input", input)
    if not isinstance(pieces, int):
        check_dim("maxout", pieces, "pieces")
    if not isinstance(dim, int):
        check_dim("maxout", dim)
    result: Tensor = torch.ops.torchactiv.maxout(input, pieces, dim)
    return result


def _source_of(function: Callable[..., Tensor]) -> str:
    """The one that its docstring names, which ``python -OO`` takes away."""
    found = re.search(r"Source: (.*?)\.\n\n", function.__doc__ or "", re.DOTALL)
    return " ".join(found[1].split()) if found else ""


_registry.add(
    {
        "name": "gelu",
        "module": "GELU",
        "title": "Gaussian error linear unit",
        "aliases": [],
        "family": "self_gated",
        "formula": "x \\Phi(x)",
        "source": _source_of(gelu),
        "operators": ["gelu_erf", "gelu_tanh"],
    }
)
_registry.add(
    {
        "name": "rrelu",
        "module": "RReLU",
        "title": "Randomised leaky rectified linear unit",
        "aliases": [],
        "family": "rectifier",
        "formula": "\\max(0, x) + a \\min(0, x)",
        "source": _source_of(rrelu),
        "operators": ["leaky_relu"],
    }
)
_registry.add(
    {
        "name": "glu",
        "module": "GLU",
        "title": "Halving gated linear unit",
        "aliases": [],
        "family": "gated",
        "formula": "a \\, \\sigma(b)",
        "source": _source_of(glu),
        "operators": ["sigmoid_glu"],
    }
)
_registry.add(
    {
        "name": "crelu",
        "module": "CReLU",
        "title": "Concatenated rectified linear unit",
        "aliases": [],
        "family": "rectifier",
        "formula": "[\\max(0, x), \\max(0, -x)]",
        "source": _source_of(crelu),
        "operators": ["relu"],
    }
)
_registry.add(
    {
        "name": "maxout",
        "module": "Maxout",
        "title": "Maxout",
        "aliases": [],
        "family": "rectifier",
        "formula": "\\max_i x_i",
        "source": _source_of(maxout),
    }
)
