"""How activations are called, as text; from the functions and modules themselves."""

import inspect
from collections.abc import Callable

from torchactiv import functional, nn
from torchactiv._registry import Entry


def of_function(entry: Entry) -> str:
    """A call of the function, with the defaults.

    Example:
        >>> from torchactiv import _registry
        >>> of_function(_registry.find("leaky_relu"))
        'torchactiv.functional.leaky_relu(input, negative_slope=0.01, inplace=False)'
    """
    return _call(functional.__name__, getattr(functional, entry["name"]))


def of_module(entry: Entry) -> str:
    """A call of the module's constructor, with the defaults.

    Example:
        >>> from torchactiv import _registry
        >>> of_module(_registry.find("leaky_relu"))
        'torchactiv.nn.LeakyReLU(negative_slope=0.01, inplace=False)'
        >>> of_module(_registry.find("tanh"))
        'torchactiv.nn.Tanh()'
    """
    return _call(nn.__name__, getattr(nn, entry["module"]))


def arguments(entry: Entry) -> list[str]:
    """What may be given besides data: learned parameters with what they start from, and arguments with defaults.

    Example:
        >>> from torchactiv import _registry
        >>> arguments(_registry.find("prelu"))
        ['weight (learned, from 0.25)']
        >>> arguments(_registry.find("pelu"))
        ['a (learned, from 1.0)', 'b (learned, from 1.0)', 'dim=1']
    """
    learned = [i for i in entry.get("inputs", []) if i["role"] != "data"]
    names = {i["name"] for i in learned}
    described = inspect.signature(getattr(functional, entry["name"])).parameters.values()
    required = [a["name"] for a in entry.get("arguments", []) if a["default"] is None]
    return [
        *(f"{i['name']} (learned, from {i['initial']})" for i in learned),
        *required,
        *(f"{p.name}={p.default!r}" for p in described if p.default is not p.empty and p.name not in names),
    ]


def _call(where: str, called: Callable[..., object]) -> str:
    names = []
    for parameter in inspect.signature(called).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue  # of torch.nn.Module's own constructor, which takes nothing all the same
        default = "" if parameter.default is parameter.empty else f"={parameter.default!r}"
        names.append(parameter.name + default)
    return f"{where}.{called.__name__}({', '.join(names)})"
