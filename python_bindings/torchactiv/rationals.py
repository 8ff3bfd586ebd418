"""Rational functions in the versions of their authors' code, and the module that starts from named activations."""

import functools
import importlib.resources
import json
from typing import Any, ClassVar, TypedDict

import torch
from torch import Tensor, nn

from torchactiv import _registry
from torchactiv.arguments import check_tensor
from torchactiv.coefficients import fill_coefficients_
from torchactiv.combinations import operator_name
from torchactiv.leaves import Leaf
from torchactiv.parameters import fitted_coefficients

__all__ = ["Rational", "rational"]


class _Fit(TypedDict):
    """Coefficients that imitate an activation from -3 to 3, made by tools/rational_coefficients.py."""

    numerator: list[float]
    denominator: list[float]
    error: float
    """The largest in that range."""


@functools.cache
def _fits() -> dict[str, dict[str, _Fit]]:
    """Of each version, by the names of activations."""
    text = importlib.resources.files("torchactiv").joinpath("rational_coefficients.json").read_text(encoding="utf-8")
    fits: dict[str, dict[str, _Fit]] = json.loads(text)
    return fits


def rational(input: Tensor, numerator: Tensor, denominator: Tensor, version: str = "A", dim: int = 1) -> Tensor:
    r"""Rational function: :math:`P(x) / Q(x)` with :math:`P(x) = \sum_{j \geq 0} p_j x^j`.

    The denominator is kept from zero in one of these ways:

    - "A": :math:`1 + \sum_{k \geq 1} |q_k x^k|`
    - "B": :math:`1 + |\sum_{k \geq 1} q_k x^k|`
    - "C": :math:`0.1 + |\sum_{k \geq 0} q_k x^k|`
    - "N": :math:`1 + \sum_{k \geq 1} q_k x^k`, which may be zero.

    At infinities it is the limit.

    Source: Molina, Schramowski & Kersting 2019, Pade Activation Units, arXiv:1907.06732, and the authors' code of its
    versions.

    Args:
        input: a tensor of any shape.
        numerator: coefficients in ascending order, counted by the first dimension: behind it nothing, for those that
            all elements share, one for each index along dim of input, or any shape of several dimensions that
            broadcasts to it; of its dtype. Up to degree 10.
        denominator: likewise.
        version: of the denominator.
        dim: the dimension that coefficients of two dimensions lie along.

    Returns:
        A tensor of the shape and dtype of input.

    Raises:
        TypeError: what is no tensor, or no dimension.
        ValueError: an unknown version.
        NotImplementedError: an integer, boolean or complex tensor.
        RuntimeError: shapes, dtypes or devices that do not fit together, or degrees that are too high.

    Example:
        >>> import torch, torchactiv
        >>> p, q = torch.tensor([0.0, 1.0]), torch.tensor([0.0, 1.0])
        >>> torchactiv.functional.rational(torch.tensor([1.0, -2.0]), p, q)
        tensor([ 0.5000, -0.4000])
    """
    if not isinstance(input, Tensor):
        check_tensor("rational", "input", input)
    if not isinstance(numerator, Tensor):
        check_tensor("rational", "numerator", numerator)
    if not isinstance(denominator, Tensor):
        check_tensor("rational", "denominator", denominator)
    p = fitted_coefficients("rational", "numerator", numerator, input, dim)
    q = fitted_coefficients("rational", "denominator", denominator, input, dim)
    if version == "A":
        result: Tensor = torch.ops.torchactiv.rational_a(input, p, q)
    elif version == "B":
        result = torch.ops.torchactiv.rational_b(input, p, q)
    elif version == "C":
        result = torch.ops.torchactiv.rational_c(input, p, q)
    elif version == "N":
        result = torch.ops.torchactiv.rational_n(input, p, q)
    else:
        raise ValueError(f"rational: version must be 'A', 'B', 'C' or 'N', got '{version}'")
    return result


class Rational(Leaf):
    r"""Learned rational function of degrees 5 and 4 that starts near another activation.

    See :func:`torchactiv.functional.rational`. Version "D" is "B" with noise: in training every coefficient is
    multiplied by a number that is uniform between 0.9 and 1.1, and drawn anew for each call.

    Source: Molina, Schramowski & Kersting 2019, Pade Activation Units, arXiv:1907.06732; Delfosse et al. 2021, Adaptive
    Rational Activations to Boost Deep Reinforcement Learning, arXiv:2102.09407.

    Args:
        approximate: the activation that it starts near, by any of its names: elu, gelu, identity, leaky_relu, mish,
            relu, sigmoid, silu, softplus or tanh, with their default arguments. "swish" is silu. :attr:`error` is how
            near, from -3 to 3.
        version: of the denominator: "A", "B", "C", "D" or "N".
        num_parameters: 1 for coefficients that all channels share, or the number of channels.
        dim: the dimension of the input that the coefficients lie along.
        device: of the coefficients.
        dtype: of the coefficients.

    Shape:
        Any; the result has the same.

    Raises:
        ValueError: an unknown version, or an activation that there are no coefficients for.

    Example:
        >>> import torch, torchactiv
        >>> activation = torchactiv.nn.Rational("gelu", version="B")
        >>> activation
        Rational(approximate='gelu', version='B', num_parameters=1, dim=1)
        >>> x = torch.linspace(-3, 3, 100)
        >>> bool((activation(x) - torch.nn.functional.gelu(x)).abs().max() < 1.1 * activation.error)
        True
    """

    __constants__: ClassVar[list[str]] = ["approximate", "version", "num_parameters", "dim", "error"]
    approximate: str
    version: str
    num_parameters: int
    dim: int
    error: float
    numerator: nn.Parameter
    denominator: nn.Parameter

    def __init__(
        self,
        approximate: str = "leaky_relu",
        version: str = "A",
        num_parameters: int = 1,
        dim: int = 1,
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        fits = _fits().get("B" if version == "D" else version)
        if fits is None:
            raise ValueError(f"Rational: version must be 'A', 'B', 'C', 'D' or 'N', got {version!r}")
        operator = operator_name(approximate)
        self.approximate = "gelu" if operator == "gelu_erf" else operator
        if self.approximate not in fits:
            raise ValueError(f"Rational: approximate must be one of {', '.join(sorted(fits))}, got {approximate!r}")
        self.version = version
        self.num_parameters = num_parameters
        self.dim = dim
        fit = fits[self.approximate]
        self.error = fit["error"]
        channels = [] if num_parameters == 1 else [num_parameters]
        for name in ("numerator", "denominator"):
            count = len(fit["numerator"] if name == "numerator" else fit["denominator"])
            setattr(self, name, nn.Parameter(torch.empty([count, *channels], device=device, dtype=dtype)))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Sets the coefficients to those of the activation that it starts near."""
        fit = _fits()["B" if self.version == "D" else self.version][self.approximate]
        for parameter, values in ((self.numerator, fit["numerator"]), (self.denominator, fit["denominator"])):
            fill_coefficients_(parameter, values)

    def forward(self, input: Tensor) -> Tensor:
        """Applies the activation."""
        numerator: Tensor = self.numerator
        denominator: Tensor = self.denominator
        version = self.version
        if version == "D":
            version = "B"
            if self.training:
                numerator = numerator * (0.9 + 0.2 * torch.rand_like(numerator))
                denominator = denominator * (0.9 + 0.2 * torch.rand_like(denominator))
        return rational(input, numerator, denominator, version, self.dim)

    def extra_repr(self) -> str:
        """The arguments, as torch.nn shows them."""
        return (
            f"approximate={self.approximate!r}, version={self.version!r}, num_parameters={self.num_parameters}, "
            f"dim={self.dim}"
        )


_registry.add(
    {
        "name": "rational",
        "module": "Rational",
        "title": "Rational function",
        "aliases": ["pade", "pau"],
        "family": "other",
        "formula": r"P(x) / Q(x)",
        "source": "Molina, Schramowski & Kersting 2019, Pade Activation Units, arXiv:1907.06732",
        "notes": (
            "The versions A, B, C and N are rational_a and so on; D is B with noise in training. The module has "
            "degrees 5 and 4 and starts near another activation."
        ),
        "operators": ["rational_a", "rational_b", "rational_c", "rational_n"],
    }
)
