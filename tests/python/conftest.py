"""What all tests share: see operators.py for what they run over."""

from collections.abc import Iterator

import pytest
import torch


@pytest.fixture(autouse=True)
def unchanged_threads() -> Iterator[None]:
    """A test that sets the number of threads does so for itself only."""
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def fresh_compiler() -> Iterator[None]:
    """torch.compile without anything from the tests before."""
    torch._dynamo.reset()
    torch._dynamo.utils.counters.clear()
    yield
    torch._dynamo.reset()
