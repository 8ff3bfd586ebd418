from collections.abc import Callable
from typing import Any

def operator_call(name: str, in_general: Callable[..., Any], /) -> Callable[..., Any]: ...
