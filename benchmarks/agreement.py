"""That rivals compute the same, before they are timed."""

from collections.abc import Sequence

import torch
from measurement import IN_CACHE
from subjects import Subject
from tensors import inputs_of


def check_agreement(subjects: Sequence[Subject]) -> None:
    """Compares results on random floats.

    Raises:
        AssertionError: one differs by more than the error that short formulas have.
    """
    for subject in subjects:
        if not subject.random:
            inputs = inputs_of(subject, IN_CACHE, torch.float32)
            ours, theirs = subject.ours(*inputs), subject.theirs(*inputs)
            message = f"{subject.name} is not what its rival computes"
            torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5, msg=message)
