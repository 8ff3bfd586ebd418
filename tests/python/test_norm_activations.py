"""The activation behind a normalisation, and how its arguments are given."""

import inspect

import pytest
import torch
import torch.nn.functional as F
import torchactiv.functional as ours
from batch_norm_cases import SHARED_NAMES, channel_values, every_shared_name, every_single, in_training_or_not
from operators import Case, sample
from torch import Tensor


@in_training_or_not
@every_single
def test_every_activation(case: Case, training: bool) -> None:
    x, gradient = sample((4, 3, 70)).requires_grad_(), sample((4, 3, 70), seed=1)
    mean, variance, weight, bias = channel_values(3, torch.float64)
    statistics = (None, None) if training else (mean, variance)
    mine = ours.batch_norm_act(
        x, *statistics, weight, bias, training,
        activation=case.operator.name, activation_arguments=case.keywords_in_python,
    )  # fmt: skip
    theirs = case.forward(F.batch_norm(x, *statistics, weight, bias, training))
    torch.testing.assert_close(mine, theirs, rtol=1e-11, atol=1e-11)
    inputs = (x, weight, bias)
    for a, b in zip(
        torch.autograd.grad(mine, inputs, gradient), torch.autograd.grad(theirs, inputs, gradient), strict=True
    ):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-10)


def test_what_is_not_fused_follows() -> None:
    x, slope = sample((4, 3, 5)), torch.tensor([0.1, 0.2, 0.3], dtype=torch.float64)
    norm = F.batch_norm(x, None, None, training=True)
    gelu = ours.batch_norm_act(x, None, None, training=True, activation="gelu", approximate="tanh")
    torch.testing.assert_close(gelu, F.gelu(norm, approximate="tanh"))
    swish = ours.batch_norm_act(x, None, None, training=True, activation="swish", beta=slope)
    torch.testing.assert_close(swish, norm * torch.sigmoid(slope[:, None] * norm))


@every_shared_name
def test_names_that_the_activation_shares(activation: str) -> None:
    """In a mapping they are the activation's; and those that are not shared may be given by name beside it."""
    x, given = sample((4, 3, 5)).float(), SHARED_NAMES[activation]
    weight, bias = channel_values(3, torch.float32)[2:]
    exact = getattr(ours, activation)(F.batch_norm(x, None, None, weight, bias, True, eps=1e-3), **given)
    arguments = (x, None, None, weight, bias, True, 0.1, 1e-3, activation)
    torch.testing.assert_close(ours.batch_norm_act(*arguments, activation_arguments=given), exact)
    shared = inspect.signature(ours.batch_norm_act).parameters
    by_name = {name: value for name, value in given.items() if name not in shared}
    in_a_mapping = {name: value for name, value in given.items() if name in shared}
    assert in_a_mapping
    torch.testing.assert_close(ours.batch_norm_act(*arguments, activation_arguments=in_a_mapping, **by_name), exact)


@pytest.mark.usefixtures("fresh_compiler")
@pytest.mark.parametrize("activation", ["prelu", "shrink"])  # what follows, and what is fused
def test_names_that_the_activation_shares_compiled(activation: str) -> None:
    def function(x: Tensor) -> Tensor:
        given = {"training": True, "activation": activation, "activation_arguments": SHARED_NAMES[activation]}
        return ours.batch_norm_act(x, None, None, **given)

    x = sample((4, 3, 5)).float()
    torch.testing.assert_close(torch.compile(function, fullgraph=True, backend="aot_eager")(x), function(x))
