"""batch_norm_act against PyTorch's batch_norm in doubles, followed by the activation's formula."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
import torchactiv.functional as ours
from operators import CASES, Case, same_bits, sample
from rounding import error_in_ulp
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck
from torch.func import grad, hessian, vmap

Layout = Callable[[Tensor], Tensor]

# More than one block of every way to cut the data: long and short rows, columns wide and narrow, and what is left over.
SHAPES: dict[str, tuple[tuple[int, ...], Layout]] = {
    "long rows": ((3, 2, 1500), Tensor.contiguous),
    "rows": ((2, 5, 9, 17), Tensor.contiguous),
    "short rows": ((6, 43, 7, 7), Tensor.contiguous),
    "very short rows": ((6, 40, 3, 5), Tensor.contiguous),
    "rows of many samples": ((5, 3, 20, 25), Tensor.contiguous),
    "few short rows": ((2, 3, 5), Tensor.contiguous),
    "channels_last": ((4, 6, 11, 13), lambda x: x.to(memory_format=torch.channels_last)),
    "many channels": ((5, 2100, 2, 2), lambda x: x.to(memory_format=torch.channels_last)),
    "channels_last_3d": ((2, 3, 4, 5, 6), lambda x: x.to(memory_format=torch.channels_last_3d)),
    "two dimensions": ((301, 7), Tensor.contiguous),
    "one channel": ((9, 1, 30), Tensor.contiguous),
    "another order": ((4, 5, 6, 7), lambda x: x.permute(3, 1, 0, 2).contiguous().permute(2, 1, 3, 0)),
    "holes": ((4, 6, 5, 5), lambda x: x.repeat_interleave(2, 3)[..., ::2]),
}
every_shape = pytest.mark.parametrize("shape,layout", SHAPES.values(), ids=SHAPES.keys())
in_training_or_not = pytest.mark.parametrize("training", [True, False], ids=["training", "inference"])
every_dtype = pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16], ids=str)
every_single = pytest.mark.parametrize("case", [c for c in CASES if len(c.operator.inputs) == 1], ids=str)
# Arguments that an activation and its normalisation have the same names for, on input with 3 channels.
SHARED_NAMES: dict[str, dict[str, Any]] = {
    "prelu": {"weight": torch.tensor([0.1, 0.2, 0.3])},
    "dynamic_tanh": {"alpha": 0.5, "weight": 2.0, "bias": torch.tensor([0.1, 0.2, 0.3]), "dim": 1},
    "dynamic_erf": {"weight": 2.0, "bias": 0.5},
    "star_relu": {"scale": 0.5, "bias": -0.25},
    "xielu": {"eps": -0.5},
    "shrink": {"bias": 0.25, "lambd": 0.75},
    "rrelu": {"training": False, "lower": 0.25},
}
every_shared_name = pytest.mark.parametrize("activation", SHARED_NAMES)
# Of a result, beside its largest element: as much as the last digits of what it is made of.
TOLERANCES = {torch.float64: 1e-13, torch.float32: 2e-6, torch.bfloat16: 8e-3, torch.float16: 2e-3}


def channel_values(channels: int, dtype: torch.dtype) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Running mean and variance, weight, bias."""
    mean, bias = (sample((channels,), seed=seed).to(dtype) for seed in (3, 4))
    variance, weight = (sample((channels,), seed=seed).abs().add(0.5).to(dtype) for seed in (5, 6))
    return mean, variance, weight.requires_grad_(), bias.requires_grad_()


def in_doubles(*tensors: Tensor) -> list[Tensor]:
    return [t.detach().double().requires_grad_(t.requires_grad) for t in tensors]


def assert_near(mine: Tensor, theirs: Tensor, tolerance: float) -> None:
    assert mine.shape == theirs.shape
    largest = theirs.abs().max().item() if theirs.numel() else 0.0
    torch.testing.assert_close(mine.double(), theirs, rtol=tolerance, atol=tolerance * (largest + 1e-2))


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
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
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
def test_a_large_mean_costs_no_digits(layout: torch.memory_format) -> None:
    """The last digits of the input allow no more; PyTorch's errors are some hundred times as large."""
    x = (torch.randn(16, 4, 32, 32, generator=torch.Generator().manual_seed(0)) + 1e4).to(memory_format=layout)
    exact = F.batch_norm(x.double(), None, None, training=True)
    mine = ours.batch_norm_act(x, None, None, training=True, activation="identity")
    theirs = F.batch_norm(x, None, None, training=True)
    error, of_pytorch = ((y.double() - exact).abs().max().item() for y in (mine, theirs))
    assert error < 2e-6
    assert error < of_pytorch


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last], ids=str)
def test_a_first_sample_that_is_like_no_other(layout: torch.memory_format) -> None:
    x = torch.randn(200, 64, 16, 16, generator=torch.Generator().manual_seed(0)) + 1000  # several groups of rows
    x[0] = -1000
    x = x.to(memory_format=layout)
    exact = F.batch_norm(x.double(), None, None, training=True)
    mine = ours.batch_norm_act(x, None, None, training=True, activation="identity")
    torch.testing.assert_close(mine.double(), exact, rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("shape", [(4, 2, 300), (600, 2)], ids=["rows", "columns"])
def test_squares_that_are_no_floats(shape: tuple[int, ...]) -> None:
    x = sample(shape).float() * 1e30
    mine = ours.batch_norm_act(x, None, None, training=True, activation="identity")
    exact = F.batch_norm(x.double(), None, None, training=True)
    torch.testing.assert_close(mine.double(), exact, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last], ids=str)
@pytest.mark.parametrize("channels", [64, 67], ids=["aligned", "not aligned"])  # to vectors
@in_training_or_not
def test_results_that_go_past_the_caches(layout: torch.memory_format, channels: int, training: bool) -> None:
    x = torch.randn(17, channels, 64, 64, generator=torch.Generator().manual_seed(0)).to(memory_format=layout)
    assert x.nbytes > 16 << 20
    x.requires_grad_()
    mean, variance, weight, bias = channel_values(channels, torch.float32)
    arguments = (x, mean, variance, weight, bias)
    exact_arguments = in_doubles(*arguments)
    y = ours.batch_norm_act(*arguments, training=training)
    exact = F.relu(F.batch_norm(*exact_arguments, training=training))
    assert_near(y.detach(), exact.detach(), TOLERANCES[torch.float32])
    g = torch.randn(x.shape, generator=torch.Generator().manual_seed(1)).to(memory_format=layout)
    leaves, exact_leaves = (x, weight, bias), (exact_arguments[0], *exact_arguments[3:])
    for mine, theirs in zip(
        torch.autograd.grad(y, leaves, g), torch.autograd.grad(exact, exact_leaves, g.double()), strict=True
    ):
        assert_near(mine, theirs, 2e-5)


@every_single
@pytest.mark.parametrize("shape", [(3, 2, 1500), (5, 2, 7, 7), (64, 70)], ids=["rows", "short rows", "columns"])
def test_activations_of_floats_lose_three_ulp_at_most(case: Case, shape: tuple[int, ...]) -> None:
    x = (3 * sample(shape)).float().requires_grad_()
    nothing, one = torch.zeros(shape[1]), torch.ones(shape[1])
    given = {"activation": case.operator.name, "activation_arguments": case.keywords}
    y = ours.batch_norm_act(x, nothing, one, eps=0.0, **given)
    (slope,) = torch.autograd.grad(y.sum(), x)
    exact_x = x.detach().double().requires_grad_()
    exact = case.rounded.forward(exact_x)
    (exact_slope,) = torch.autograd.grad(exact.sum(), exact_x)
    assert error_in_ulp(y.detach(), exact.detach()).max() <= 3
    torch.testing.assert_close(slope.double(), exact_slope, rtol=2.0**-22, atol=2.0**-22)


@pytest.mark.parametrize("shape", [(4, 2, 40), (40, 2)], ids=["rows", "columns"])
def test_nan_stays_in_its_channel(shape: tuple[int, ...]) -> None:
    x = sample(shape)
    x[1, 1] = float("nan")
    y = ours.batch_norm_act(x, None, None, training=True)
    assert y[:, 1].isnan().all()
    assert not y[:, 0].isnan().any()


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
