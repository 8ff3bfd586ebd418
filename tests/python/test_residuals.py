"""batch_norm_act with a residual, which is added between the normalisation and the activation."""

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
from operators import sample
from torch import Tensor
from torchactiv.nn import InPlaceABN


@in_training_or_not
@every_dtype
@every_shape
@pytest.mark.parametrize("memory_efficient", [False, True], ids=["input kept", "output kept"])
def test_residuals(
    shape: tuple[int, ...], layout: Layout, dtype: torch.dtype, training: bool, memory_efficient: bool
) -> None:
    x, r = (layout((sample(shape, seed=seed) * 2 + 1).to(dtype)).requires_grad_() for seed in (0, 1))
    parameters = torch.float32 if dtype.itemsize == 2 else dtype
    mean, variance, weight, bias = channel_values(shape[1], parameters)
    xd, rd, mean_d, variance_d, weight_d, bias_d = in_doubles(x, r, mean, variance, weight, bias)
    mine = ours.batch_norm_act(
        x, mean, variance, weight, bias, training, activation="leaky_relu", negative_slope=0.25,
        memory_efficient=memory_efficient, residual=r,
    )  # fmt: skip
    theirs = F.leaky_relu(F.batch_norm(xd, mean_d, variance_d, weight_d, bias_d, training) + rd, 0.25)
    gradient = layout(sample(shape, seed=9).to(dtype))
    tolerance = TOLERANCES[dtype]
    assert_near(mine, theirs, tolerance)
    inputs, in_double = (x, r, weight, bias), (xd, rd, weight_d, bias_d)
    results = torch.autograd.grad(mine, inputs, gradient)
    expected = torch.autograd.grad(theirs, in_double, gradient.double())
    assert [t.dtype for t in results] == [dtype, dtype, parameters, parameters]
    assert [t.stride() for t in results[:2]] == [torch.empty_like(x).stride()] * 2
    for result, exact in zip(results, expected, strict=True):
        assert_near(result, exact, 20 * tolerance)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last], ids=str)
@pytest.mark.parametrize("channels", [64, 67], ids=["aligned to vectors", "not aligned"])
@pytest.mark.parametrize(
    ("activation", "memory_efficient"),
    [("relu", False), ("silu", False), ("leaky_relu", True), ("identity", False)],
    ids=["cheap slope", "slope kept", "output kept", "identity"],
)
def test_results_that_go_past_the_caches(
    layout: torch.memory_format, channels: int, activation: str, memory_efficient: bool
) -> None:
    x, r, g = (
        torch.randn(17, channels, 64, 64, generator=torch.Generator().manual_seed(seed)).to(memory_format=layout)
        for seed in range(3)
    )
    assert x.nbytes > 16 << 20
    *_, weight, bias = channel_values(channels, torch.float32)
    inputs = (x.requires_grad_(), r.requires_grad_(), weight, bias)
    exact_inputs = in_doubles(*inputs)
    y = ours.batch_norm_act(
        x, None, None, weight, bias, True, activation=activation, memory_efficient=memory_efficient, residual=r
    )
    u = F.batch_norm(exact_inputs[0], None, None, *exact_inputs[2:], True) + exact_inputs[1]
    exact = u if activation == "identity" else getattr(F, activation)(u)
    assert_near(y.detach(), exact.detach(), TOLERANCES[torch.float32])
    g *= u.detach().abs() > 1e-5  # rounding may be on the other side of a kink
    mine, theirs = torch.autograd.grad(y, inputs, g), torch.autograd.grad(exact, exact_inputs, g.double())
    for found, expected in zip(mine, theirs, strict=True):
        assert_near(found, expected, 2e-5)


@pytest.mark.usefixtures("fresh_compiler")
def test_in_place_with_a_residual_of_any_batch_size() -> None:
    module = InPlaceABN(3)
    step = torch.compile(lambda x, r: module(x * 1, r), fullgraph=True, dynamic=True, backend="aot_eager")
    for batch in (4, 6):
        x, r = sample((batch, 3, 5, 5), dtype=torch.float32), sample((batch, 3, 5, 5), dtype=torch.float32, seed=1)
        torch.testing.assert_close(step(x, r), module(x.clone(), r))


MIXED = [
    (torch.bfloat16, torch.float32),
    (torch.float32, torch.bfloat16),
    (torch.float16, torch.float32),
    (torch.float32, torch.float16),
    (torch.float16, torch.bfloat16),
]


@pytest.mark.parametrize("training", [True, False], ids=["training", "inference"])
@pytest.mark.parametrize("dtype,of_residual", MIXED, ids=str)
def test_a_residual_of_another_precision_in_place(dtype: torch.dtype, of_residual: torch.dtype, training: bool) -> None:
    """It is taken in the input's, which the result keeps; gradients have the dtypes of what they are of."""
    x, residual = sample((4, 3, 5)).to(dtype).requires_grad_(), sample((4, 3, 5), seed=1).to(of_residual)
    statistics = (None, None) if training else (torch.zeros(3), torch.ones(3))
    numbers = (None, None, training, 0.1, 1e-5, "leaky_relu", [0.5], True)
    given, residual = x * 1, residual.requires_grad_()
    result = torch.ops.torchactiv.batch_norm_act_(given, *statistics, *numbers, residual)
    assert result is given and result.dtype == dtype
    of_one_dtype = residual.detach().to(dtype).requires_grad_()
    expected = torch.ops.torchactiv.batch_norm_act_(x * 1, *statistics, *numbers, of_one_dtype)
    torch.testing.assert_close(result, expected, rtol=0, atol=0)
    gradients = torch.autograd.grad(result.float().sin().sum(), (x, residual))
    exact = torch.autograd.grad(expected.float().sin().sum(), (x, of_one_dtype))
    assert [g.dtype for g in gradients] == [dtype, of_residual]
    torch.testing.assert_close(gradients, (exact[0], exact[1].to(of_residual)), rtol=0, atol=0)


@pytest.mark.parametrize("dtype", [torch.float64, torch.int64], ids=str)
def test_a_residual_in_place_that_does_not_fit(dtype: torch.dtype) -> None:
    x = torch.randn(4, 3)
    with pytest.raises(RuntimeError, match=r"batch_norm_act: residual is \w+, but must have the dtype of input, Float"):
        InPlaceABN(3)(x, torch.ones(4, 3, dtype=dtype))


@pytest.mark.parametrize(
    "residual,message",
    [
        (torch.ones(4, 2), r"residual of shape \[4, 2\] must have the shape of input, \[4, 3\]"),
        (torch.ones(4, 3).double(), "residual is Double, but must have the dtype of input, Float"),
        (torch.ones(4, 3, device="meta"), "input is on cpu and residual is on meta"),
    ],
    ids=["shape", "dtype", "device"],
)
def test_residuals_that_do_not_fit(residual: Tensor, message: str) -> None:
    with pytest.raises(RuntimeError, match=f"batch_norm_act: .*{message}"):
        ours.batch_norm_act(torch.randn(4, 3), None, None, training=True, residual=residual)
