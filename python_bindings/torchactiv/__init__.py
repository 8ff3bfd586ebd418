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

import importlib.resources
import json
from typing import Any

from torchactiv import _library

_library.load()

from torchactiv import functional, nn  # noqa: E402  (they use the operators that were just loaded)

__version__ = _library.version
cmake_prefix_path = _library.cmake_prefix_path

__all__ = ["catalogue", "cmake_prefix_path", "functional", "nn"]


def catalogue() -> list[dict[str, Any]]:
    """What is known of every operator: name, module, formula, derivative, inputs, arguments, defaults and source.

    Example:
        >>> import torchactiv
        >>> [entry["module"] for entry in torchactiv.catalogue() if entry["name"] == "prelu"]
        ['PReLU']
    """
    entries: list[dict[str, Any]] = json.loads(
        importlib.resources.files(__name__).joinpath("catalogue.json").read_text(encoding="utf-8")
    )
    return entries
