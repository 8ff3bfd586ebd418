"""The most memory that a training step takes at one time, by the profiler's record of every allocation."""

from collections.abc import Callable, Sequence

import torch
from contest import Contest
from measurement import EAGER, OURS
from subjects import Function
from torch import Tensor
from torch.profiler import ProfilerActivity, profile


def peaks(contest: Contest) -> dict[str, float]:
    """By rival, in units of the first input: what forward and backward hold beside their inputs and the gradient."""
    functions = {OURS: contest.subject.ours, EAGER: contest.subject.theirs}
    unit = contest.inputs[0].nbytes
    return {name: _peak(function, contest.inputs, contest.gradient) / unit for name, function in functions.items()}


def _peak(function: Function, inputs: Sequence[Tensor], gradient: Tensor) -> int:
    leaves = [tensor.detach().requires_grad_() for tensor in inputs]
    return peak_of_step(lambda: torch.autograd.backward(function(*leaves), gradient))


def peak_of_step(step: Callable[[], object]) -> int:
    """In bytes, beside what was there before."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as recorded:
        step()
    assert recorded.profiler and recorded.profiler.kineto_results
    changes = [e for e in recorded.profiler.kineto_results.events() if e.name() == "[memory]"]
    held = most = 0
    for change in sorted(changes, key=lambda e: e.start_ns()):
        held += change.nbytes()
        most = max(most, held)
    return most
