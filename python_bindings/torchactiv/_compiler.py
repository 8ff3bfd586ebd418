"""What torch.compile is told of functions, without loading it."""

from collections.abc import Callable
from typing import TypeVar

_Function = TypeVar("_Function", bound=Callable[..., object])


def constant_result(function: _Function) -> _Function:
    """torch.compiler.assume_constant_result, which imports the compiler: as long as importing all of torch takes."""
    function._dynamo_marked_constant = True  # type: ignore[attr-defined]
    return function
