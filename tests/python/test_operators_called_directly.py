"""Operators that are called by hand, backward among them, refuse what does not fit: they read no memory of others."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torchactiv.functional  # noqa: F401  (loads the operators)
from refusals import refused
from torch import Tensor
from torch._subclasses import FakeTensorMode

ops = torch.ops.torchactiv
X = torch.randn(2, 4, 3)
FOUR, ONE = torch.ones(4, dtype=torch.float64), torch.ones(1, dtype=torch.float64)
AFTER_STATISTICS = (None, None, None, 1e-5, "relu", [], False)  # residual, weight, bias, eps ..


def rows(dimensions: int, groups: int) -> tuple[Any, ...]:
    return None, None, True, dimensions, groups, 1e-5, "relu", []  # weight, bias, centred ..


EIGHT = torch.ones(8, dtype=torch.float64)
CALLS: list[tuple[Callable[[], Tensor], list[str]]] = [
    (lambda: ops.batch_norm_act_inference(X, ONE, FOUR, *AFTER_STATISTICS), ["mean", "[1]", "4"]),
    (lambda: ops.batch_norm_act_inference(X, FOUR, ONE, *AFTER_STATISTICS), ["variance", "[1]", "4"]),
    (lambda: ops.batch_norm_act_inference_(X.clone(), FOUR, ONE, *AFTER_STATISTICS), ["variance", "[1]", "4"]),
    (lambda: ops.batch_norm_act_training_backward(X, X, ONE, FOUR, *AFTER_STATISTICS), ["mean", "[1]", "4"]),
    (lambda: ops.batch_norm_act_inference_backward(X, X, FOUR, ONE, *AFTER_STATISTICS), ["variance", "[1]", "4"]),
    (
        lambda: ops.batch_norm_act_training_backward(X[:1], X, FOUR, FOUR, *AFTER_STATISTICS),
        ["grad_output", "[1, 4, 3]", "[2, 4, 3]"],
    ),
    (
        lambda: ops.batch_norm_act_restore(X, ONE, None, None, None, 1e-5, "leaky_relu", [0.1], True),
        ["variance", "[1]", "4"],
    ),
    (lambda: ops.row_norm_act(X, None, *rows(0, 3)), ["groups", "3", "[2, 4, 3]"]),
    (lambda: ops.row_norm_act(X, None, *rows(0, 5)), ["groups", "5"]),
    (lambda: ops.row_norm_act(X[0, 0], None, *rows(0, 1)), ["groups", "1", "[3]"]),
    (lambda: ops.row_norm_act(X, None, *rows(0, 0)), ["dimensions", "0"]),
    (lambda: ops.row_norm_act(X, None, *rows(4, 0)), ["dimensions", "4"]),
    (lambda: ops.row_norm_act(X, None, *rows(-1, 0)), ["dimensions", "-1"]),
    (lambda: ops.row_norm_act_backward(X, None, X, ONE, EIGHT, *rows(1, 0)), ["mean", "[1]", "8"]),
    (lambda: ops.row_norm_act_backward(X, None, X, EIGHT, ONE, *rows(1, 0)), ["variance", "[1]", "8"]),
    (lambda: ops.row_norm_act_backward(X[:1], None, X, EIGHT, EIGHT, *rows(1, 0)), ["grad_output", "[1, 4, 3]"]),
    (lambda: ops.row_norm_act_backward(X, X[:1], X, EIGHT, EIGHT, *rows(1, 0)), ["grad_sum", "[1, 4, 3]"]),
    (lambda: ops.relu_backward(torch.ones(5), X), ["relu_backward", "grad_output", "[5]", "[2, 4, 3]"]),
    (lambda: ops.mish_double_backward(X, torch.ones(5), X), ["mish_backward", "grad_output", "[5]", "[2, 4, 3]"]),
    (lambda: ops.polynomial(X, torch.zeros(1).expand(2**31)), ["polynomial", "at most 40", "[2147483648]"]),
    (lambda: ops.polynomial(X, torch.zeros(1).expand(2**32 + 4)), ["polynomial", "at most 40", "[4294967300]"]),
]


@pytest.mark.parametrize(("call", "mentioned"), CALLS)
def test_sizes(call: Callable[[], Tensor], mentioned: list[str]) -> None:
    with refused(RuntimeError, *mentioned):
        call()


@pytest.mark.parametrize(("call", "mentioned"), CALLS[:-2])
def test_sizes_of_fake_tensors(call: Callable[[], Tensor], mentioned: list[str]) -> None:
    with FakeTensorMode(allow_non_fake_inputs=True), refused(RuntimeError, *mentioned):
        call()


@pytest.mark.parametrize("name", ["mish", "relu", "elu"])
def test_gradients_of_other_kinds(name: str) -> None:
    backward = getattr(ops, f"{name}_backward")
    numbers = [1.0] if name == "elu" else []
    with refused(RuntimeError, f"{name}_backward", "grad_output", "cpu", "meta"):
        backward(X.to("meta"), X, *numbers)
    for dtype in (torch.int64, torch.complex64, torch.bool):
        with refused(NotImplementedError, "grad_output"):
            backward(X.to(dtype), X, *numbers)
    torch.testing.assert_close(backward(X.double(), X, *numbers), backward(X, X, *numbers))
    assert backward(torch.ones(3), X, *numbers).shape == X.shape
