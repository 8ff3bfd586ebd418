"""batch_norm_act against PyTorch's batch_norm in doubles, followed by the activation's formula."""

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
import torchactiv.functional as ours
from batch_norm_cases import (
    TOLERANCES,
    Layout,
    assert_near,
    channel_values,
    every_dtype,
    every_shape,
    in_doubles,
    in_training_or_not,
)
from operators import same_bits, sample
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck
from torch.func import grad, hessian, vmap


@in_training_or_not
@every_dtype
@every_shape
def test_values_gradients_and_statistics(
    shape: tuple[int, ...], layout: Layout, dtype: torch.dtype, training: bool
) -> None:
    x = layout((sample(shape) * 2 + 1).to(dtype)).requires_grad_()
    parameters = torch.float32 if dtype.itemsize == 2 else dtype
    mean, variance, weight, bias = channel_values(shape[1], parameters)
    xd, mean_d, variance_d, weight_d, bias_d = in_doubles(x, mean, variance, weight, bias)
    mine = ours.batch_norm_act(x, mean, variance, weight, bias, training, 0.3, 1e-3, "silu")
    theirs = F.silu(F.batch_norm(xd, mean_d, variance_d, weight_d, bias_d, training, 0.3, 1e-3))
    gradient = layout(sample(shape, seed=9).to(dtype))
    tolerance = TOLERANCES[dtype]
    assert mine.dtype == dtype
    assert_near(mine, theirs, tolerance)
    results = torch.autograd.grad(mine, (x, weight, bias), gradient)
    expected = torch.autograd.grad(theirs, (xd, weight_d, bias_d), gradient.double())
    assert [r.dtype for r in results] == [dtype, parameters, parameters]
    for result, exact in zip(results, expected, strict=True):
        assert_near(result, exact, 10 * tolerance)
    assert_near(mean, mean_d, TOLERANCES[parameters])
    assert_near(variance, variance_d, TOLERANCES[parameters])


# What is in one loop with the normalisation: with slopes calculated twice, and with one that is kept.
IN_ONE_LOOP: dict[str, Callable[[Tensor], Tensor]] = {
    "identity": lambda x: x,
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "hardswish": F.hardswish,
    "tanh": torch.tanh,
}


@pytest.mark.parametrize("activation", IN_ONE_LOOP)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
@every_shape
def test_in_one_loop(shape: tuple[int, ...], layout: Layout, dtype: torch.dtype, activation: str) -> None:
    """Also with a residual, or from the output, where it is not."""
    x, residual = (layout(sample(shape, seed=seed).to(dtype)).requires_grad_() for seed in (0, 8))
    weight, bias = channel_values(shape[1], torch.float32)[2:]
    xd, residual_d, weight_d, bias_d = in_doubles(x, residual, weight, bias)
    gradient = layout(sample(shape, seed=9).to(dtype))
    given = {"training": True, "activation": activation}
    theirs = F.batch_norm(xd, None, None, weight_d, bias_d, True)
    for mine, exact, inputs, inputs_d in (
        (ours.batch_norm_act(x, None, None, weight, bias, **given), theirs, (x, weight, bias), (xd, weight_d, bias_d)),
        (
            ours.batch_norm_act(x, None, None, weight, bias, residual=residual, **given),
            theirs + residual_d,
            (x, residual, weight, bias),
            (xd, residual_d, weight_d, bias_d),
        ),
    ):
        exact = IN_ONE_LOOP[activation](exact)
        assert_near(mine, exact, TOLERANCES[dtype])
        for a, b in zip(
            torch.autograd.grad(mine, inputs, gradient),
            torch.autograd.grad(exact, inputs_d, gradient.double(), retain_graph=True),
            strict=True,
        ):
            assert_near(a, b, 10 * TOLERANCES[dtype])


@every_shape
def test_the_layout_is_kept(shape: tuple[int, ...], layout: Layout) -> None:
    x = layout(sample(shape)).requires_grad_()
    y = ours.batch_norm_act(x, None, None, training=True)
    assert y.stride() == torch.empty_like(x).stride()
    contiguous = ours.batch_norm_act(x.detach().contiguous(), None, None, training=True)
    torch.testing.assert_close(y, contiguous, rtol=1e-12, atol=1e-12)


@in_training_or_not
@pytest.mark.parametrize("activation", ["tanh", "elu", "identity"])  # saved inputs, saved outputs, nothing
def test_derivatives(activation: str, training: bool) -> None:
    mean, variance, weight, bias = channel_values(3, torch.float64)
    statistics = (None, None) if training else (mean, variance)

    def function(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return ours.batch_norm_act(x, *statistics, weight, bias, training, activation=activation)

    inputs = (sample((3, 3, 2)).requires_grad_(), weight, bias)
    assert gradcheck(function, inputs, check_forward_ad=True)
    assert gradgradcheck(function, inputs)


def test_third_derivatives() -> None:
    x = sample((3, 2, 2)).requires_grad_()

    def third(norm: Callable[[Tensor], Tensor]) -> Tensor:
        first = torch.autograd.grad(norm(x).square().sum(), x, create_graph=True)[0]
        second = torch.autograd.grad(first.square().sum(), x, create_graph=True)[0]
        return torch.autograd.grad(second.square().sum(), x)[0]

    def written_out(x: Tensor) -> Tensor:  # PyTorch's second derivatives take the statistics for constants
        variance, mean = torch.var_mean(x, (0, 2), correction=0, keepdim=True)
        return torch.tanh((x - mean) / (variance + 1e-5).sqrt())

    mine = third(lambda x: ours.batch_norm_act(x, None, None, training=True, activation="tanh"))
    torch.testing.assert_close(mine, third(written_out))


def test_torch_func() -> None:
    mean, variance, weight, bias = (t.detach() for t in channel_values(3, torch.float64))

    def mine(x: Tensor, training: bool) -> Tensor:
        statistics = (None, None) if training else (mean, variance)
        return ours.batch_norm_act(x, *statistics, weight, bias, training, activation="tanh")

    def theirs(x: Tensor, training: bool) -> Tensor:
        statistics = (None, None) if training else (mean, variance)
        return torch.tanh(F.batch_norm(x, *statistics, weight, bias, training))

    x, batch = sample((2, 3, 2)), sample((5, 2, 3, 2))
    for training in (True, False):
        for transform in (
            lambda f, training=training: grad(lambda x: f(x, training).sin().sum())(x),
            lambda f, training=training: hessian(lambda x: f(x, training).sin().sum())(x),
            lambda f, training=training: vmap(lambda x: f(x, training))(batch),
            lambda f, training=training: vmap(grad(lambda x: f(x, training).sin().sum()))(batch),
        ):
            torch.testing.assert_close(transform(mine), transform(theirs))


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last], ids=str)
@pytest.mark.parametrize(
    ("channels", "side"),
    [(64, 64), (67, 64), (768, 20)],
    ids=["aligned to vectors", "not aligned", "wide"],
)
@pytest.mark.parametrize("activation", ["relu", "silu"], ids=["slope twice", "slope kept"])
@in_training_or_not
def test_results_that_go_past_the_caches(
    layout: torch.memory_format, channels: int, side: int, activation: str, training: bool
) -> None:
    x = torch.randn(17, channels, side, side, generator=torch.Generator().manual_seed(0)).to(memory_format=layout)
    assert x.nbytes > 16 << 20
    x.requires_grad_()
    mean, variance, weight, bias = channel_values(channels, torch.float32)
    arguments = (x, mean, variance, weight, bias)
    exact_arguments = in_doubles(*arguments)
    y = ours.batch_norm_act(*arguments, training=training, activation=activation)
    normalised = F.batch_norm(*exact_arguments, training=training)
    exact = getattr(F, activation)(normalised)
    assert_near(y.detach(), exact.detach(), TOLERANCES[torch.float32])
    g = torch.randn(x.shape, generator=torch.Generator().manual_seed(1)).to(memory_format=layout)
    g *= normalised.detach().abs() > 1e-5  # rounding may be on the other side of a kink
    leaves, exact_leaves = (x, weight, bias), (exact_arguments[0], *exact_arguments[3:])
    for mine, theirs in zip(
        torch.autograd.grad(y, leaves, g), torch.autograd.grad(exact, exact_leaves, g.double()), strict=True
    ):
        assert_near(mine, theirs, 2e-5)


@pytest.mark.parametrize("shape", [(8, 64, 28, 28), (8, 3, 56, 56), (16, 64, 7, 7), (5000, 70)], ids=str)
@pytest.mark.parametrize("last", [False, True], ids=["contiguous", "channels_last"])
def test_threads_change_no_bit(shape: tuple[int, ...], last: bool) -> None:
    x = sample(shape).float()
    if last and x.dim() == 4:
        x = x.to(memory_format=torch.channels_last)
    weight = torch.ones(shape[1], requires_grad=True)
    x.requires_grad_()
    results = []
    for threads in (1, 2, 3):
        torch.set_num_threads(threads)
        y = ours.batch_norm_act(x, None, None, weight, training=True, activation="silu")
        results.append((y, *torch.autograd.grad(y.square().sum(), (x, weight))))
    for other in results[1:]:
        assert all(same_bits(a, b) for a, b in zip(results[0], other, strict=True))


def test_nothing_but_the_input_is_kept() -> None:
    x = torch.randn(8, 16, 32, 32, requires_grad=True)
    kept: list[Tensor] = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t) or t, lambda t: t):  # type: ignore[func-returns-value]
        ours.batch_norm_act(x, None, None, training=True, activation="silu")
    assert sum(t.nbytes for t in kept) == x.nbytes + 2 * 16 * 8


def test_an_empty_batch() -> None:
    x = torch.empty(0, 3, 4, requires_grad=True)
    y = ours.batch_norm_act(x, torch.zeros(3), torch.ones(3))
    assert y.shape == x.shape
    assert torch.autograd.grad(y.sum(), x)[0].shape == x.shape


def test_gradients_that_are_expanded() -> None:
    x = sample((4, 3, 6, 6)).requires_grad_()
    y = ours.batch_norm_act(x, None, None, training=True, activation="silu")
    theirs = F.silu(F.batch_norm(x, None, None, training=True))
    for mine, exact in zip(torch.autograd.grad(y.sum(), x), torch.autograd.grad(theirs.sum(), x), strict=True):
        torch.testing.assert_close(mine, exact)
