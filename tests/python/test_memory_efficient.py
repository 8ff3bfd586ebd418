"""batch_norm_act(memory_efficient=True), which restores its input from its output."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torchactiv.functional as ours
from batch_norm_cases import (
    assert_near,
    channel_values,
    in_training_or_not,
)
from operators import CASES, Case, sample
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck
from torch.func import grad, vmap

ops = torch.ops.torchactiv


def has_inverse(case: Case) -> bool:
    return len(case.operator.inputs) == 1 and ops.has_inverse(case.operator.name, list(case.values))


INVERTIBLE = [case for case in CASES if has_inverse(case)]
every_invertible = pytest.mark.parametrize("case", INVERTIBLE, ids=str)


def test_what_has_an_inverse() -> None:
    assert {case.operator.name for case in INVERTIBLE} >= {"identity", "leaky_relu", "elu", "celu", "softplus", "tanh"}
    for activation, arguments in (("leaky_relu", [0.0]), ("leaky_relu", [-0.1]), ("elu", [-1.0]), ("relu", [])):
        assert not ops.has_inverse(activation, arguments)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@every_invertible
def test_inverses(case: Case, dtype: torch.dtype) -> None:
    """To what the rounding of f(x) leaves of x; where f(x) is its limit, to finite numbers."""
    x = torch.cat([torch.linspace(-30, 30, 60001), torch.tensor([-1e-6, -0.0, 0.0, 1e-6])]).to(dtype)[:, None]
    x.requires_grad_()
    y = case.forward(x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    values = list(case.values)
    one = torch.ones(1, dtype=torch.float64)
    restored = ops.batch_norm_act_restore(y.detach(), one, None, None, None, 0.0, case.operator.name, values, True)
    assert restored.isfinite().all()
    eps = torch.finfo(dtype).eps
    lost = eps * (y.abs() / slope + x.abs() + 1)
    error = (restored - x).abs()
    known = lost < 0.5
    assert (error[known] < 4 * lost[known]).all()


@in_training_or_not
@every_invertible
def test_every_inverse_in_training(case: Case, training: bool) -> None:
    mean, variance, weight, bias = channel_values(3, torch.float64)
    statistics = (None, None) if training else (mean, variance)
    inputs = (sample((4, 3, 70)).requires_grad_(), sample((4, 3, 70), seed=2).div(8).requires_grad_(), weight, bias)
    results = []
    for memory_efficient in (False, True):
        y = ours.batch_norm_act(
            inputs[0],
            *statistics,
            weight,
            bias,
            training,
            activation=case.operator.name,
            memory_efficient=memory_efficient,
            residual=inputs[1],
            **case.keywords_in_python,
        )
        results.append(torch.autograd.grad(y, inputs, sample((4, 3, 70), seed=1)))
    for mine, exact in zip(results[1], results[0], strict=True):
        assert_near(mine, exact, 1e-9)


def kept_by(function: Any) -> int:
    kept: dict[int, Tensor] = {}

    def pack(t: Tensor) -> Tensor:
        kept[t.data_ptr()] = t
        return t

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
        function()
    return sum(t.nbytes for t in kept.values())


@pytest.mark.parametrize("activation,halves", [("leaky_relu", True), ("tanh", False), ("relu", False)])
def test_what_is_kept(activation: str, halves: bool) -> None:
    """With a layer behind it that keeps its own input: one tensor, or two."""
    for dtype in (torch.float32, torch.bfloat16):
        x = torch.randn(8, 16, 32, 32, dtype=dtype, requires_grad=True)

        def layers(x: Tensor = x) -> None:
            y = ours.batch_norm_act(x, None, None, training=True, activation=activation, memory_efficient=True)
            torch.sin(y)

        restored = halves or (activation == "tanh" and dtype == torch.float32)
        assert kept_by(layers) == (1 if restored else 2) * x.nbytes + 2 * 16 * 8


UNRESTORABLE = [
    ("leaky_relu", {}, torch.bfloat16, {"residual": 1000.0}),
    ("leaky_relu", {}, torch.float32, {"residual": 1e6}),
    ("leaky_relu", {}, torch.float32, {"bias": 1e7}),
    ("softplus", {"beta": 30.0}, torch.float64, {}),
    ("celu", {"alpha": 0.05}, torch.float64, {}),
]


@pytest.mark.parametrize("activation,arguments,dtype,added", UNRESTORABLE, ids=str)
def test_an_input_that_the_output_does_not_tell_is_kept(
    activation: str, arguments: dict[str, float], dtype: torch.dtype, added: dict[str, float]
) -> None:
    """Because of what is added to it, or because f is flat where a normalisation leads."""
    residual = (sample((64, 4), seed=1) * added["residual"]).to(dtype) if "residual" in added else None
    bias = torch.full((4,), added["bias"], dtype=dtype) if "bias" in added else None
    results = []
    for memory_efficient in (False, True):
        x = sample((64, 4)).to(dtype).requires_grad_()
        y = ours.batch_norm_act(
            x, None, None, None, bias, True, activation=activation, activation_arguments=arguments,
            memory_efficient=memory_efficient, residual=residual,
        )  # fmt: skip
        results.append(torch.autograd.grad(y, x, sample((64, 4), seed=2).to(dtype))[0])
    assert torch.equal(*results)


@in_training_or_not
@pytest.mark.parametrize("activation", ["leaky_relu", "tanh", "identity"])
def test_derivatives(activation: str, training: bool) -> None:
    mean, variance, weight, bias = channel_values(3, torch.float64)
    statistics = (None, None) if training else (mean, variance)

    def function(x: Tensor, residual: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return ours.batch_norm_act(
            x, *statistics, weight, bias, training,
            activation=activation, memory_efficient=True, residual=residual,
        )  # fmt: skip

    # Where tanh has no digits left, differences of gradients have none either.
    given = (sample((3, 3, 2)), sample((3, 3, 2), seed=1), weight, bias)
    inputs = tuple((t / 4).detach().requires_grad_() for t in given)
    assert gradcheck(function, inputs, check_forward_ad=True)
    assert gradgradcheck(function, inputs)

    def of_a_function(x: Tensor) -> Tensor:  # the input is no leaf
        return function(x.sin(), x, *inputs[2:])

    assert gradgradcheck(of_a_function, inputs[:1])


def test_torch_func() -> None:
    def network(x: Tensor, memory_efficient: bool) -> Tensor:
        y = ours.batch_norm_act(
            x.sin(), None, None, training=True, activation="elu", memory_efficient=memory_efficient, residual=x
        )
        return y.cos().sum()

    x = sample((5, 4, 3, 2))
    for transform in (
        lambda memory_efficient: grad(lambda x: network(x, memory_efficient))(x[0]),
        lambda memory_efficient: vmap(grad(lambda x: network(x, memory_efficient)))(x),
        lambda memory_efficient: grad(lambda x: grad(lambda x: network(x, memory_efficient))(x).sin().sum())(x[0]),
    ):
        torch.testing.assert_close(transform(True), transform(False))


@pytest.mark.usefixtures("fresh_compiler")
def test_compiled() -> None:
    x, residual = (sample((4, 3, 6, 6), seed=seed).float().requires_grad_() for seed in (0, 1))
    weight = torch.rand(3).add(0.5).requires_grad_()

    def network(x: Tensor, residual: Tensor, weight: Tensor) -> Tensor:
        y = ours.batch_norm_act(
            x, None, None, weight, training=True, activation="elu", memory_efficient=True, residual=residual
        )
        return y.cos().sum()

    inputs = (x, residual, weight)
    expected = torch.autograd.grad(network(*inputs), inputs)
    compiled = torch.compile(network, fullgraph=True)
    for mine, eager in zip(torch.autograd.grad(compiled(*inputs), inputs), expected, strict=True):
        torch.testing.assert_close(mine, eager, rtol=1e-5, atol=1e-6)
    with torch._dynamo.compiled_autograd._enable(torch.compile(backend="eager")):
        for mine, eager in zip(torch.autograd.grad(network(*inputs), inputs), expected, strict=True):
            torch.testing.assert_close(mine, eager)


def test_operators_are_sound() -> None:
    x, residual, weight = sample((4, 3, 5)), sample((4, 3, 5), seed=1), torch.rand(3, dtype=torch.float64).add(0.5)
    mean, variance = torch.zeros(3, dtype=torch.float64), torch.ones(3, dtype=torch.float64)
    numbers = (residual, weight, None, 1e-5, "tanh", [], True)
    torch.library.opcheck(ops.batch_norm_act_restore.default, (sample((4, 3, 5)).tanh(), variance, *numbers))
    for leaf in (x, x.clone().requires_grad_()):
        torch.library.opcheck(ops.batch_norm_act_training.default, (leaf, *numbers))
        torch.library.opcheck(ops.batch_norm_act_inference.default, (leaf, mean, variance, *numbers))
    for backward in (ops.batch_norm_act_training_backward, ops.batch_norm_act_inference_backward):
        torch.library.opcheck(backward.default, (sample((4, 3, 5)), x.tanh(), mean, variance, *numbers))


@pytest.mark.parametrize("training", [True, False], ids=["training", "eval"])
@pytest.mark.parametrize("small", [0.0, 1e-5, math.nan])
def test_where_weights_hide_the_input_it_is_kept(small: float, training: bool) -> None:
    """As of the last normalisation in a residual block, whose weights start at 0."""
    given = torch.randn(4, 3), torch.tensor([1.0, small, 1.0]), torch.ones(3)
    statistics = torch.zeros(3), torch.ones(3)

    def derivatives(function: Callable[..., Tensor], memory_efficient: bool) -> list[Tensor]:
        x, weight, bias = (t.clone().requires_grad_() for t in given)
        running = (t.clone() for t in statistics)
        options: dict[str, Any] = {"activation": "leaky_relu", "memory_efficient": memory_efficient}
        y = function(x * 1, *running, weight, bias, training, **options)
        return [y.detach().clone(), *torch.autograd.grad(y.square().sum(), (x, weight, bias))]

    expected = derivatives(ours.batch_norm_act, False)
    for function in (ours.batch_norm_act, torch.ops.torchactiv.batch_norm_act_):
        torch.testing.assert_close(derivatives(function, True), expected, equal_nan=True)


@pytest.mark.usefixtures("fresh_compiler")
def test_what_was_compiled_refuses_weights_that_hide_the_input() -> None:
    """Whether it keeps the input was decided when it was traced."""
    x, weight, bias = torch.randn(4, 3).requires_grad_(), torch.ones(3), torch.ones(3)
    function = torch.compile(
        lambda: ours.batch_norm_act(
            x, None, None, weight, bias, True, activation="leaky_relu", memory_efficient=True
        ).sum(),
        backend="aot_eager",
        fullgraph=True,
    )
    function().backward()
    weight[1] = 1e-5
    with pytest.raises(ValueError, match=r"batch_norm_act: with memory_efficient=True .* weight\[1\] = 1e-05"):
        function()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("activation", ["sigmoid", "softplus", "tanh", "leaky_relu", "elu"])
def test_small_weights_have_gradients(activation: str, dtype: torch.dtype) -> None:
    """Where f(0) is not 0, a small u is rounded away beside it, and the input is kept."""
    x = torch.randn(64, 1, dtype=dtype)
    for exponent in range(-36, 1, 3):
        gradients = []
        for memory_efficient in (False, True):
            weight = torch.full((1,), 10.0**exponent, dtype=dtype, requires_grad=True)
            value = ours.batch_norm_act(
                x, None, None, weight, training=True, activation=activation, memory_efficient=memory_efficient
            )
            gradients.append(torch.autograd.grad(value, weight, x + 1)[0])
        torch.testing.assert_close(*gradients, rtol=2e-3, atol=0)


def test_a_slope_that_rounds_to_zero_has_no_inverse() -> None:
    for name, least in (("leaky_relu", 1e-46), ("leaky_relu", 1e-45), ("elu", 1e-300)):
        assert not torch.ops.torchactiv.has_inverse(name, [least], torch.float32)
        assert torch.ops.torchactiv.has_inverse(name, [1e-20], torch.float32)
