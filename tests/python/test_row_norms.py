"""layer_norm_act, rms_norm_act, group_norm_act, instance_norm_act and sums in front, against PyTorch's in doubles."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
import torchactiv.functional as ours
from batch_norm_cases import (
    SHARED_NAMES,
    TOLERANCES,
    assert_near,
    every_dtype,
    every_shared_name,
    every_single,
    in_doubles,
)
from operators import same_bits, sample
from row_norm_cases import NORMS, SUMS, Norm, every_norm, gradients, one_of_each
from torch import Tensor

ops = torch.ops.torchactiv


@every_dtype
@every_norm
def test_values_and_gradients(norm: Norm, dtype: torch.dtype) -> None:
    inputs = norm.inputs(dtype)
    doubles = tuple(in_doubles(*inputs))
    mine, theirs = norm.mine(*inputs), F.silu(norm.theirs(*doubles))
    tolerance = TOLERANCES[dtype]
    assert mine.dtype == dtype
    assert mine.is_contiguous(memory_format=norm.format)
    assert_near(mine, theirs, tolerance)
    gradient = sample(norm.shape, seed=9).to(dtype)
    for result, x, exact in zip(
        gradients(mine, inputs, gradient), inputs, gradients(theirs, doubles, gradient.double()), strict=True
    ):
        assert result.dtype == x.dtype
        assert_near(result, exact, 20 * tolerance)


# Nothing to calculate, a slope calculated twice where segments are, one that is kept, and none in one loop.
@pytest.mark.parametrize("activation", ["identity", "relu", "tanh", "mish"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
@every_norm
def test_what_is_in_one_loop_with_rows(norm: Norm, dtype: torch.dtype, activation: str) -> None:
    inputs = norm.inputs(dtype)
    doubles = tuple(in_doubles(*inputs))
    mine, gradient = norm.mine(*inputs, activation), sample(norm.shape, seed=9).to(dtype)
    theirs = getattr(ours, activation)(norm.theirs(*doubles))
    assert_near(mine, theirs, TOLERANCES[dtype])
    for result, exact in zip(
        gradients(mine, inputs, gradient), gradients(theirs, doubles, gradient.double()), strict=True
    ):
        assert_near(result, exact, 20 * TOLERANCES[dtype])


@pytest.mark.parametrize("activation", ["identity", "relu", "silu"])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize("length", [1, 7, 17, 33, 100, 128, 129, 601, 1030, 5003])
@pytest.mark.parametrize("kind", SUMS)
def test_what_has_16_bits_is_rounded_once(kind: str, length: int, dtype: torch.dtype, activation: str) -> None:
    """Whatever is left over at the end of a row; no slope between the passes of backward loses digits."""
    norm = Norm(kind, (5, length), (length,))
    inputs = norm.inputs(dtype)
    floats = tuple(x.detach().float().requires_grad_() for x in inputs)
    mine, exact = norm.mine(*inputs, activation), norm.mine(*floats, activation)
    gradient = sample(norm.shape, seed=9).to(dtype)
    results, exact_results = gradients(mine, inputs, gradient), gradients(exact, floats, gradient.float())
    for result, of_floats in ((mine, exact), (results[0], exact_results[0])):
        half_a_digit = 0.501 * torch.finfo(dtype).eps
        torch.testing.assert_close(result.float(), of_floats, rtol=half_a_digit, atol=1e-6)
    for result, of_floats in zip(results[1:], exact_results[1:], strict=True):
        torch.testing.assert_close(result, of_floats)


@one_of_each
def test_without_weight_and_bias(norm: Norm) -> None:
    x = norm.inputs(torch.float64)[0]
    torch.testing.assert_close(norm.mine(x, None, None, "tanh"), torch.tanh(norm.theirs(x, None, None)))


@every_single
def test_every_activation(case: Any) -> None:
    for norm in (NORMS["layer"], NORMS["group"]):
        inputs = norm.inputs(torch.float64)
        mine = norm.mine(*inputs, case.operator.name, activation_arguments=case.keywords_in_python)
        theirs = case.forward(norm.theirs(*inputs))
        torch.testing.assert_close(mine, theirs, rtol=1e-10, atol=1e-10)
        gradient = sample(norm.shape, seed=1)
        for a, b in zip(gradients(mine, inputs, gradient), gradients(theirs, inputs, gradient), strict=True):
            torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-9)


@every_shared_name
@pytest.mark.parametrize(
    "norm",
    [
        Norm(name, (4, 3, 6), argument)
        for name, argument in (("layer", (6,)), ("rms", (6,)), ("group", 1), ("instance", 0))
    ],
    ids=str,
)
def test_names_that_the_activation_shares(norm: Norm, activation: str) -> None:
    inputs, given = norm.inputs(torch.float32), SHARED_NAMES[activation]
    exact = getattr(ours, activation)(norm.theirs(*inputs), **given)
    torch.testing.assert_close(norm.mine(*inputs, activation, activation_arguments=given), exact)
    with pytest.raises(TypeError, match=f"{norm.name}_norm_act: {activation}'s 'slope' is given twice"):
        norm.mine(*inputs, activation, activation_arguments={"slope": 1.0}, slope=1.0)


def test_what_is_not_fused_follows() -> None:
    x, slope = sample((4, 3, 5)), torch.tensor([0.1, 0.2, 0.3], dtype=torch.float64)
    norm = F.layer_norm(x, (5,))
    torch.testing.assert_close(
        ours.layer_norm_act(x, (5,), activation="gelu", approximate="tanh"), F.gelu(norm, approximate="tanh")
    )
    torch.testing.assert_close(
        ours.layer_norm_act(x, (5,), activation="swish", beta=slope), norm * torch.sigmoid(slope[:, None] * norm)
    )


@pytest.mark.parametrize("kind", SUMS)
@pytest.mark.parametrize("length", [40, 9001])
@every_dtype
def test_sums_in_front(dtype: torch.dtype, length: int, kind: str) -> None:
    function, theirs = SUMS[kind]
    norm = Norm("layer", (3, 5, length), (length,))
    x, w, b = norm.inputs(dtype)
    r = sample(norm.shape, seed=6).to(dtype).requires_grad_()
    inputs = (x, r, w, b)[: 3 if kind == "rms" else 4]
    doubles = in_doubles(*inputs)
    total = (x.detach() + r.detach()).double() + (doubles[0] - doubles[0].detach()) + (doubles[1] - doubles[1].detach())
    y, s = function(*inputs, eps=1e-3)
    exact = theirs(total, doubles[2], doubles[-1])
    tolerance = TOLERANCES[dtype]
    assert_near(s, total, tolerance)
    assert_near(y, exact, tolerance)
    of_y, of_s = (sample(norm.shape, seed=seed).to(dtype) for seed in (7, 8))
    results = torch.autograd.grad((y, s), inputs, (of_y, of_s))
    expected = torch.autograd.grad((exact, total), doubles, (of_y.double(), of_s.double()))
    for mine, one in zip(results, expected, strict=True):
        assert_near(mine, one, 20 * tolerance)


def test_one_of_two_results() -> None:
    x, r, w = (sample(shape, seed=3).requires_grad_() for shape in ((4, 6), (4, 6), (6,)))
    y, s = ours.add_rms_norm(x, r, w)
    (only_sum,) = torch.autograd.grad(s.square().sum(), x, retain_graph=True)
    torch.testing.assert_close(only_sum, 2 * (x + r).detach())
    (only_output,) = torch.autograd.grad(y.square().sum(), r)
    (expected,) = torch.autograd.grad(F.rms_norm(x + r, (6,), w).square().sum(), r)
    torch.testing.assert_close(only_output, expected)


@pytest.mark.parametrize("name", ["layer", "layer, long", "group", "group, channels_last"])
def test_nan_stays_in_its_row(name: str) -> None:
    norm = NORMS[name]
    x = sample(norm.shape)
    x[1] = float("nan")
    y = norm.mine(x, None, None)
    assert y[1].isnan().all()
    assert not y[0].isnan().any()


@pytest.mark.parametrize(
    "name",
    ["layer, many rows", "layer, long", "group", "group, long", "group, channels_last, many rows", "instance"],
)
def test_threads_change_no_bit(name: str) -> None:
    inputs = NORMS[name].inputs(torch.float32)
    results = []
    for threads in (1, 2, 3):
        torch.set_num_threads(threads)
        y = NORMS[name].mine(*inputs)
        results.append((y, *torch.autograd.grad(y.square().sum(), inputs)))
    for other in results[1:]:
        assert all(same_bits(a, b) for a, b in zip(results[0], other, strict=True))


def test_nothing_but_the_input_is_kept() -> None:
    x = torch.randn(64, 128, requires_grad=True)
    weight = torch.ones(128)
    for function in (
        lambda: ours.layer_norm_act(x, (128,), weight, activation="silu"),
        lambda: ours.add_rms_norm(x, x, weight),  # the sum
    ):
        kept: list[Tensor] = []
        with torch.autograd.graph.saved_tensors_hooks(lambda t, kept=kept: kept.append(t) or t, lambda t: t):  # type: ignore[misc]
            function()
        assert sum(t.nbytes for t in kept) == x.nbytes + 2 * 64 * 8 + weight.nbytes


@one_of_each
def test_empty_batches(norm: Norm) -> None:
    x = torch.empty(0, *norm.shape[1:], requires_grad=True)
    y = norm.mine(x, None, None)
    assert y.shape == x.shape
    assert torch.autograd.grad(y.sum(), x)[0].shape == x.shape


@pytest.mark.parametrize(
    "name,shape,argument", [("layer", (3, 0), (0,)), ("rms", (3, 0), (0,)), ("group", (2, 4, 0), 2)]
)
def test_rows_without_elements(name: str, shape: tuple[int, ...], argument: Any) -> None:
    norm = Norm(name, shape, argument)
    inputs = norm.inputs(torch.float32)
    y = norm.mine(*inputs)
    assert y.shape == shape
    for result, x in zip(gradients(y, inputs, torch.ones(shape)), inputs, strict=True):
        assert torch.equal(result, torch.zeros_like(x))


def test_running_statistics_of_instances() -> None:
    x = sample((4, 3, 5, 6))
    mine, theirs = ([torch.zeros(3).double(), torch.ones(3).double()] for _ in range(2))
    for use_input_stats in (True, True, False):
        y = ours.instance_norm_act(x, *mine, use_input_stats=use_input_stats, momentum=0.3, activation="tanh")
        expected = torch.tanh(F.instance_norm(x, *theirs, use_input_stats=use_input_stats, momentum=0.3))
        torch.testing.assert_close(y, expected)
        torch.testing.assert_close(mine, theirs)


@pytest.mark.parametrize("eps", [1e-5, 1.0])
def test_small_running_variances_of_instances(eps: float) -> None:
    """They are averaged as they are, not by way of what eps was added to."""
    x = 1e-9 * sample((4, 3, 50))
    x[:, 0] = 3
    mine, theirs = ([torch.zeros(3).double(), torch.ones(3).double()] for _ in range(2))
    ours.instance_norm_act(x, *mine, momentum=1.0, eps=eps)
    F.instance_norm(x, *theirs, momentum=1.0, eps=eps)
    assert mine[1][0] == 0
    torch.testing.assert_close(mine, theirs, rtol=1e-9, atol=0)


def test_operators_are_sound() -> None:
    x, r, w = sample((4, 3, 6)), sample((4, 3, 6), seed=1), torch.rand(6, dtype=torch.float64)
    for leaf in (x, x.clone().requires_grad_()):
        for residual in (None, r):
            numbers = (w, None, True, 1, 0, 1e-5, "tanh", [])
            torch.library.opcheck(ops.row_norm_act.default, (leaf, residual, *numbers))
    grouped = (torch.rand(3, dtype=torch.float64), None, True, 0, 3, 1e-5, "tanh", [])
    torch.library.opcheck(ops.row_norm_act.default, (x, None, *grouped))
    mean, variance = torch.zeros(12, dtype=torch.float64), torch.ones(12, dtype=torch.float64)
    torch.library.opcheck(ops.row_norm_act_backward.default, (r, None, x, mean, variance, *numbers))


X = torch.ones(4, 6, 2)
ERRORS: list[tuple[type[Exception], str, Callable[[], object]]] = [
    (RuntimeError, r"layer_norm_act: given normalized_shape=\[3\]", lambda: ours.layer_norm_act(X, (3,))),
    (RuntimeError, "layer_norm_act: expected weight of shape", lambda: ours.layer_norm_act(X, (2,), torch.ones(3))),
    (RuntimeError, "layer_norm_act: weight is Double", lambda: ours.layer_norm_act(X, (2,), torch.ones(2).double())),
    (ValueError, "layer_norm_act: eps must be non-negative, got -1", lambda: ours.layer_norm_act(X, (2,), eps=-1.0)),
    (ValueError, "unknown activation 'rellu'", lambda: ours.layer_norm_act(X, (2,), activation="rellu")),
    (TypeError, "group_norm_act: activation must be a name", lambda: ours.group_norm_act(X, 1, activation=None)),  # type: ignore[arg-type]
    (
        TypeError,
        "rms_norm_act: elu has no argument 'beta'",
        lambda: ours.rms_norm_act(X, (2,), activation="elu", beta=1),
    ),
    (NotImplementedError, "rms_norm_act.*must be a tensor of dtype", lambda: ours.rms_norm_act(X.int(), (2,))),
    (RuntimeError, "group_norm_act: expected the number of channels", lambda: ours.group_norm_act(X, 4)),
    (RuntimeError, "group_norm_act: num_groups must be positive", lambda: ours.group_norm_act(X, 0)),
    (ValueError, "group_norm_act: expected more than 1 value", lambda: ours.group_norm_act(torch.ones(1, 3), 3)),
    (ValueError, "instance_norm_act: expected more than 1", lambda: ours.instance_norm_act(torch.ones(4, 3, 1))),
    (RuntimeError, "instance_norm_act: expected input to have at", lambda: ours.instance_norm_act(torch.ones(4, 3))),
    (RuntimeError, "running_mean must be given", lambda: ours.instance_norm_act(X, use_input_stats=False)),
    (RuntimeError, "add_rms_norm: residual of shape", lambda: ours.add_rms_norm(X, X[:2], torch.ones(2))),
    (RuntimeError, "add_rms_norm: given normalized_shape", lambda: ours.add_rms_norm(X, X, torch.ones(3))),
    (TypeError, "layer_norm_act: normalized_shape .* got 2", lambda: ours.layer_norm_act(X, 2)),  # type: ignore[arg-type]
    (TypeError, "rms_norm_act: normalized_shape .* got 'a'", lambda: ours.rms_norm_act(X, "a")),
    (TypeError, "layer_norm_act: normalized_shape .* got None", lambda: ours.layer_norm_act(X, None)),  # type: ignore[arg-type]
    (TypeError, "rms_norm_act: normalized_shape .* got tensor", lambda: ours.rms_norm_act(X, torch.tensor([2]))),  # type: ignore[arg-type]
    (TypeError, "group_norm_act: num_groups .* got 'a'", lambda: ours.group_norm_act(X, "a")),  # type: ignore[arg-type]
    (TypeError, "group_norm_act: num_groups .* got None", lambda: ours.group_norm_act(X, None)),  # type: ignore[arg-type]
    (TypeError, "group_norm_act: num_groups .* got 1.5", lambda: ours.group_norm_act(X, 1.5)),  # type: ignore[arg-type]
    (
        TypeError,
        "instance_norm_act: use_input_stats must be bool, got 'x'",
        lambda: ours.instance_norm_act(X, use_input_stats="x"),  # type: ignore[arg-type]
    ),
]


@pytest.mark.parametrize("error,message,call", ERRORS, ids=[row[1][:40] for row in ERRORS])
def test_errors(error: type[Exception], message: str, call: Callable[[], object]) -> None:
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("length", [3, 70, 768, 5000])
@pytest.mark.parametrize("first", [1e4, 1e30, 0.0], ids=["far", "no float's square", "constant"])
def test_first_elements_that_tell_nothing_of_the_row(length: int, first: float) -> None:
    """Moments are taken about these, and again where they are far off."""
    x = sample((9, length)).float() * (first != 0)
    x[:, :2] = first
    mine = ours.layer_norm_act(x, (length,), activation="identity", eps=1e-5)
    exact = F.layer_norm(x.double(), (length,), eps=1e-5)
    torch.testing.assert_close(mine.double(), exact, rtol=2e-6, atol=2e-6)
