"""torch.func.functionalize: what writes into its arguments becomes the function that gives what would be written."""

from collections.abc import Callable

import pytest
import torch
import torchactiv.functional as ours
from operators import Case, every_in_place
from torch import Tensor
from torch.func import functionalize
from torch.fx.experimental.proxy_tensor import make_fx


def written_by(function: Callable[..., Tensor], *tensors: Tensor) -> set[str]:
    """The operators of the functionalized graph that write into their arguments."""
    graph = make_fx(functionalize(function))(*tensors).graph
    calls = [node.target for node in graph.nodes if node.op == "call_function"]
    return {str(target) for target in calls if isinstance(target, torch._ops.OpOverload) and target._schema.is_mutable}


@every_in_place
def test_in_place(case: Case) -> None:
    def of_a_copy(x: Tensor) -> Tensor:
        return case.in_place(x.clone())

    (x,) = case.inputs()
    expected = of_a_copy(x)
    assert torch.equal(functionalize(of_a_copy)(x), expected)
    assert written_by(of_a_copy, x) == set()
    assert functionalize(case.in_place)(x) is not None and torch.equal(x, expected)


def batch_norm(x: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    return ours.batch_norm_act(x, mean, variance, training=True)


def batch_norm_of_fixed_statistics(x: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    return ours.batch_norm_act(x, mean, variance)


def batch_norm_in_place(x: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    result: Tensor = torch.ops.torchactiv.batch_norm_act_(x, mean, variance, None, None, True)
    return result


def instance_norm(x: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    return ours.instance_norm_act(x, mean, variance)


@pytest.mark.parametrize("norm", [batch_norm, batch_norm_of_fixed_statistics, batch_norm_in_place, instance_norm])
def test_norms_that_learn_statistics(norm: Callable[..., Tensor]) -> None:
    """They change, and by nothing but a copy at the end of the graph."""

    def arguments() -> tuple[Tensor, Tensor, Tensor]:
        return torch.arange(24.0).reshape(2, 3, 4).sin(), torch.full((3,), 0.25), torch.full((3,), 4.0)

    mine, expected = arguments(), arguments()
    torch.testing.assert_close(functionalize(norm)(*mine), norm(*expected))
    for actual, other in zip(mine, expected, strict=True):
        torch.testing.assert_close(actual, other)
    assert written_by(norm, *arguments()) <= {"aten.copy_.default"}


def test_random_slopes_in_place() -> None:
    def of_a_copy(x: Tensor) -> Tensor:
        return ours.rrelu_(x.clone(), training=True)

    x = -torch.ones(100)
    torch.manual_seed(7)
    expected = of_a_copy(x)
    torch.manual_seed(7)
    assert torch.equal(functionalize(of_a_copy)(x), expected)
    assert written_by(of_a_copy, x) == set()
