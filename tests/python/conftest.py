"""What all tests share: see operators.py for what they run over."""

import getpass
import importlib.util
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

# The cache of torch.compile knows nothing of this variable, and would give code for another instruction set.
if capability := os.environ.get("ATEN_CPU_CAPABILITY"):
    cache = Path(tempfile.gettempdir()) / f"torchinductor_{getpass.getuser()}_{capability}"
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", os.fspath(cache))

# Nor does it know what a build's backward takes: graphs of an earlier build would give it something else.
package = importlib.util.find_spec("torchactiv")
assert package is not None and package.origin is not None
library = Path(package.origin).parent / "lib" / "libtorchactiv.so"
torch.compiler.config.cache_key_tag = f"torchactiv-{library.stat().st_mtime_ns}"


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
