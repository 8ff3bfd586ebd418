"""Work is shared by as many threads as torch is told, and their number does not change a bit."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from operators import Case, one_of_each_kind, same_bits, sample

SHAPES = [(4, 64, 4096), (4, 60, 4099), (4096, 67, 4), (4, 1 << 18), (1 << 18, 4)]


def nanoseconds_of_threads() -> dict[str, int]:
    """What each thread of this process has had of a processor."""
    return {task.name: int((task / "schedstat").read_text().split()[0]) for task in Path("/proc/self/task").iterdir()}


def workers(function: Callable[[], object]) -> int:
    """How many threads do a considerable part of the work of a function."""
    function()
    time.sleep(0.005)  # a thread that waited for more work in vain goes to sleep
    before = nanoseconds_of_threads()
    end = time.process_time() + 0.04
    while time.process_time() < end:
        function()
    used = [ns - before.get(thread, 0) for thread, ns in nanoseconds_of_threads().items()]
    return sum(ns > sum(used) / 8 for ns in used)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux which threads worked")
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@one_of_each_kind
def test_threads_share_the_work(case: Case, shape: tuple[int, ...], threads: int) -> None:
    torch.set_num_threads(threads)
    tensors = case.inputs(shape, dtype=torch.float32)
    gradient, saved = torch.ones(shape), case.saved(*tensors)
    assert workers(lambda: case.forward(*tensors)) == threads
    assert workers(lambda: case.backward(gradient, *saved)) == threads


@pytest.mark.parametrize("threads", [2, 3])
@pytest.mark.parametrize("shape", [(3, 3, 150_001), (9, 37, 784), *SHAPES], ids=str)
@one_of_each_kind
def test_threads_do_not_change_bits(case: Case, shape: tuple[int, ...], threads: int) -> None:
    tensors = case.inputs(shape, dtype=torch.float32)
    gradient = sample(shape, dtype=torch.float32, seed=3)
    torch.set_num_threads(1)
    expected = [case.forward(*tensors), *case.backward(gradient, *case.saved(*tensors))]
    torch.set_num_threads(threads)
    actual = [case.forward(*tensors), *case.backward(gradient, *case.saved(*tensors))]
    assert all(same_bits(a, e) for a, e in zip(actual, expected, strict=True))
