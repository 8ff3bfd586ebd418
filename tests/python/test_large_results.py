"""New results that are too large for the allocator to keep their memory: they are right, and lie in huge pages."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torchactiv
from torch import Tensor

COUNT = 9 * 2**20 + 5  # floats: a little more than 36 MiB
SHAPE = (3, 3, COUNT // 9)


def kernel_flags(tensor: Tensor) -> list[str]:
    """What the kernel was told about the memory in the middle of a tensor: the VmFlags of /proc/self/smaps."""
    address = tensor.data_ptr() + tensor.nbytes // 2
    inside = False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        first, *rest = line.split()
        if not first.endswith(":"):
            begin, end = (int(part, 16) for part in first.split("-"))
            inside = begin <= address < end
        elif inside and first == "VmFlags:":
            return rest
    raise LookupError(f"no mapping has {address:#x}")


def results() -> dict[str, tuple[Tensor, Tensor]]:
    """By the two ways of a new result, elementwise and with a parameter a channel: torchactiv's, and PyTorch's."""
    x, weight = torch.randn(COUNT), torch.tensor([0.25, -0.5, 2.0])
    y = x[: COUNT // 9 * 9].view(SHAPE)
    return {
        "relu": (torchactiv.functional.relu(x), torch.relu(x)),
        "prelu": (torchactiv.functional.prelu(y, weight), torch.nn.functional.prelu(y, weight)),
    }


def test_are_right() -> None:
    for name, (ours, expected) in results().items():
        assert torch.equal(ours, expected), name


@pytest.mark.skipif(
    not Path("/sys/kernel/mm/transparent_hugepage").exists(), reason="the kernel has no transparent huge pages"
)
def test_ask_for_huge_pages() -> None:
    for name, (ours, _) in results().items():
        assert "hg" in kernel_flags(ours), name
    # In a process of its own, where no freed memory of ours can come again.
    code = "import torch, test_large_results as t; print('hg' in t.kernel_flags(torch.empty(t.COUNT)))"
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parent, capture_output=True, text=True, check=True
    )
    assert process.stdout == "False\n", "PyTorch asks for them as well: the test shows nothing"
