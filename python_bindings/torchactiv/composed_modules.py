"""Modules of the functions in :mod:`torchactiv.compositions`; they are part of :mod:`torchactiv.nn`."""

from typing import ClassVar

from torch import Tensor, nn

from torchactiv.compositions import crelu, gelu, glu, maxout, rrelu
from torchactiv.leaves import Leaf

__all__ = ["GELU", "GLU", "CReLU", "Maxout", "RReLU"]


class GELU(nn.GELU):
    r"""Gaussian error linear unit. See :func:`torchactiv.functional.gelu`.

    Args:
        approximate: "none" for the exact function, "tanh" for the approximation by a hyperbolic tangent.

    Example:
        >>> import torchactiv
        >>> torchactiv.nn.GELU("tanh")
        GELU(approximate='tanh')
    """

    def forward(self, input: Tensor) -> Tensor:
        """Applies the activation."""
        return gelu(input, approximate=self.approximate)


class RReLU(Leaf, nn.RReLU):
    r"""Randomised leaky rectified linear unit. See :func:`torchactiv.functional.rrelu`.

    Args:
        lower: of the interval that the slopes are drawn from in training.
        upper: likewise.
        inplace: writes the result over the input.

    Example:
        >>> import torchactiv
        >>> torchactiv.nn.RReLU(0.1, 0.3)
        RReLU(lower=0.1, upper=0.3)
    """

    def forward(self, input: Tensor) -> Tensor:
        """Applies the activation."""
        return rrelu(input, self.lower, self.upper, self.training, self.inplace)


class GLU(nn.GLU):
    r"""Gated linear unit. See :func:`torchactiv.functional.glu`.

    Args:
        dim: the dimension to halve.

    Example:
        >>> import torchactiv
        >>> torchactiv.nn.GLU()
        GLU(dim=-1)
    """

    def forward(self, input: Tensor) -> Tensor:
        """Applies the activation."""
        return glu(input, self.dim)


class CReLU(nn.Module):
    r"""Concatenated rectified linear unit. See :func:`torchactiv.functional.crelu`.

    Args:
        dim: the dimension that becomes twice as long.

    Example:
        >>> import torchactiv
        >>> torchactiv.nn.CReLU()
        CReLU(dim=1)
    """

    __constants__: ClassVar[list[str]] = ["dim"]
    dim: int

    def __init__(self, dim: int = 1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Applies the activation."""
        return crelu(input, self.dim)

    def extra_repr(self) -> str:
        """The arguments."""
        return f"dim={self.dim}"


class Maxout(nn.Module):
    r"""Maxout. See :func:`torchactiv.functional.maxout`.

    Args:
        pieces: how many neighbours make a group.
        dim: the dimension that becomes shorter.

    Example:
        >>> import torchactiv
        >>> torchactiv.nn.Maxout(2)
        Maxout(pieces=2, dim=1)
    """

    __constants__: ClassVar[list[str]] = ["pieces", "dim"]
    pieces: int
    dim: int

    def __init__(self, pieces: int, dim: int = 1) -> None:
        super().__init__()
        self.pieces = pieces
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Applies the activation."""
        return maxout(input, self.pieces, self.dim)

    def extra_repr(self) -> str:
        """The arguments."""
        return f"pieces={self.pieces}, dim={self.dim}"
