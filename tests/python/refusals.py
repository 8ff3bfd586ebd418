"""What a refused call must be like: PyTorch's exception type, and a message with all that matters."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import torch


@contextmanager
def refused(error: type[Exception], *mentioned: object) -> Iterator[None]:
    """The block raises exactly that type, and its message has all of these as words."""
    with pytest.raises(error) as caught:
        yield
    assert caught.type is error
    for text in mentioned:
        assert re.search(rf"(?<!\w){re.escape(str(text))}(?!\w)", str(caught.value)), f"{text!r}: {caught.value}"


def type_raised(function: Callable[[], object]) -> type[Exception]:
    """What PyTorch raises in the same situation."""
    with pytest.raises(Exception) as caught:
        function()
    return caught.type


def dtype_name(dtype: torch.dtype) -> str:
    """The name in PyTorch's messages, such as Int and ComplexFloat."""
    return {
        torch.int64: "Long",
        torch.int32: "Int",
        torch.uint8: "Byte",
        torch.bool: "Bool",
        torch.complex64: "ComplexFloat",
        torch.complex128: "ComplexDouble",
        torch.float64: "Double",
        torch.float32: "Float",
    }[dtype]
