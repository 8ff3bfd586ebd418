"""torchactiv: the activation functions of deep learning, as fast and accurate operators for PyTorch on CPUs.

After ``import torchactiv`` the operators are in ``torch.ops.torchactiv``; :mod:`torchactiv.functional` and
:mod:`torchactiv.nn` give them the names and arguments of :mod:`torch.nn.functional` and :mod:`torch.nn`.

Example:
    >>> import torch, torchactiv
    >>> x = torch.tensor([-2.0, 0.0, 2.0], requires_grad=True)
    >>> torchactiv.functional.mish(x).sum().backward()
    >>> x.grad.shape
    torch.Size([3])
"""

from collections.abc import Callable

from torch import Tensor

from torchactiv import _library, _registry
from torchactiv._registry import Entry

_library.load()

from torchactiv import functional, init, nn  # noqa: E402  (they use the operators that were just loaded)
from torchactiv.decomposing import decompositions  # noqa: E402
from torchactiv.folding import fold_batch_norm  # noqa: E402
from torchactiv.sharding import register_where_used  # noqa: E402

register_where_used()  # for what torch.compile traces; else when the first sharded tensor comes

__version__ = _library.version
cmake_prefix_path: str = _library.cmake_prefix_path
library_path: str = _library.library_path

__all__ = [
    "Entry",
    "catalogue",
    "cmake_prefix_path",
    "decompositions",
    "fold_batch_norm",
    "functional",
    "get",
    "init",
    "library_path",
    "nn",
]


def catalogue() -> list[Entry]:
    """What is known of every activation: names, formula, derivative, properties, inputs, arguments, source.

    Example:
        >>> import torchactiv
        >>> [entry["module"] for entry in torchactiv.catalogue() if entry["name"] == "prelu"]
        ['PReLU']
    """
    return _registry.entries()


def get(name: str) -> Callable[..., Tensor]:
    """The function in :mod:`torchactiv.functional` that a name leads to.

    Args:
        name: of the function, of its module, or one that other libraries have for it, such as ``"logistic"``; case,
            ``_``, ``-`` and spaces make no difference, but for an ``_`` at the end, which says "in place".

    Raises:
        TypeError: the name is no string.
        ValueError: no activation has that name; the message has the nearest names.

    Example:
        >>> import torch, torchactiv
        >>> torchactiv.get("leaky_relu") is torchactiv.get("LeakyReLU") is torchactiv.functional.leaky_relu
        True
        >>> torchactiv.get("mihs")
        Traceback (most recent call last):
        ...
        ValueError: unknown activation 'mihs'; did you mean 'mish'?
    """
    function: Callable[..., Tensor] = getattr(functional, _registry.function_name(name))
    return function
