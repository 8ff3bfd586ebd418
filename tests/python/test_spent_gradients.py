"""Backward writes its result where the gradient was, if nobody else holds that: no bit of a result is another, nothing
that somebody holds changes, and no memory is taken."""

from collections.abc import Callable

import pytest
import torch
import torchactiv.functional as ours
from batch_norm_cases import Layout, channel_values, every_shape
from layouts import LAYOUTS
from operators import CASES, Case, same_bits, sample
from row_norm_cases import Norm, every_norm
from test_memory import allocated
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks

DTYPES = (torch.float32, torch.float64, torch.bfloat16, torch.float16)
every_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=str)
SINGLE = [c for c in CASES if len(c.operator.inputs) == 1]
every_single = pytest.mark.parametrize("case", SINGLE, ids=str)


def through(y: Tensor, gradient: Tensor) -> Tensor:
    """A scalar whose derivative by y is that gradient, in a tensor which only the engine holds."""
    return (y * gradient).sum()


def assert_the_same(function: Callable[[], Tensor], inputs: tuple[Tensor, ...], gradient: Tensor) -> None:
    """Of a gradient that only the engine holds, and of one that is held here and does not change."""
    before = gradient.clone()
    held = torch.autograd.grad(function(), inputs, gradient)
    assert same_bits(gradient, before)
    spent = torch.autograd.grad(through(function(), gradient), inputs)
    for a, b in zip(held, spent, strict=True):
        assert same_bits(a, b) and a.stride() == b.stride()


@every_dtype
@every_single
def test_every_activation(case: Case, dtype: torch.dtype) -> None:
    for shape in [(3, 4, 67), (2, 300, 41)]:  # in one piece, and by threads
        x = sample(shape, dtype=dtype).requires_grad_()
        assert_the_same(lambda x=x: case.forward(x), (x,), sample(shape, dtype=dtype, seed=1))


@every_dtype
@pytest.mark.parametrize("case", [c for c in CASES if len(c.operator.inputs) > 1], ids=str)
def test_operators_of_several_tensors(case: Case, dtype: torch.dtype) -> None:
    """With parameters of one element, of one for each channel, and of the size of the input."""
    data = [sample((3, 4, 67), dtype=dtype, seed=i) for i, _ in case.data]
    parameters = case.parameters(data[0])
    whole = [torch.broadcast_to(p.view(-1, 1) if p.numel() > 1 else p, data[0].shape).contiguous() for p in parameters]
    for given in (parameters, whole):
        inputs = tuple(t.detach().requires_grad_() for t in case.join(data, given))
        assert_the_same(lambda given=inputs: case.forward(*given), inputs, sample((3, 4, 67), dtype=dtype, seed=9))


@every_dtype
@every_single
def test_gates(case: Case, dtype: torch.dtype) -> None:
    """Whose formulas read the gradient again, and take new memory."""
    gate, up, gradient = (sample((3, 4, 67), dtype=dtype, seed=seed) for seed in range(3))
    bias = up[0, 0].clone()
    inputs = (gate.requires_grad_(), up.requires_grad_(), bias.requires_grad_())
    name, numbers = case.operator.name, list(case.values)
    assert_the_same(lambda: ours.gated(gate, up, name, numbers), inputs[:2], gradient)
    assert_the_same(lambda: ours.gated(gate, up, name, numbers, bias, bias), inputs, gradient)
    assert_the_same(lambda: ours.bias_act(gate, bias, name, arguments=numbers), (gate, bias), gradient)
    packed = torch.cat([gate, up], -1).detach().requires_grad_()
    assert_the_same(lambda: ours.gated_packed(packed, name, arguments=numbers), (packed,), gradient)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
@pytest.mark.parametrize("name", ["relu", "gelu", "tanh"])
def test_layouts(layout: Callable[[torch.dtype, int], Tensor], name: str) -> None:
    x, gradient = (layout(torch.float32, seed) for seed in (0, 1))
    x = x.detach().requires_grad_()
    for g in (gradient, gradient.contiguous()):
        assert_the_same(lambda: getattr(ours, name)(x), (x,), g)


@every_shape
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize("activation", ["relu", "silu", "leaky_relu", "identity", "mish"])
def test_batch_norm(shape: tuple[int, ...], layout: Layout, dtype: torch.dtype, activation: str) -> None:
    x, r, gradient = (layout(sample(shape, seed=seed).to(dtype)) for seed in range(3))
    *_, weight, bias = channel_values(shape[1], torch.float32)
    x.requires_grad_(), r.requires_grad_()
    for training in (True, False):
        statistics = (None, None) if training else (torch.zeros(shape[1]), torch.ones(shape[1]))
        for residual in (None, r):
            for memory_efficient in (False, True):
                assert_the_same(
                    lambda s=statistics, t=training, r=residual, m=memory_efficient: ours.batch_norm_act(
                        x, *s, weight, bias, t, activation=activation, residual=r, memory_efficient=m
                    ),
                    (x, weight, bias, *([] if residual is None else [r])),
                    gradient,
                )


@every_norm
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize("activation", ["identity", "silu", "mish"])
def test_normalisations_of_rows(norm: Norm, dtype: torch.dtype, activation: str) -> None:
    inputs = norm.inputs(dtype)[: 2 if norm.name == "rms" else 3]
    missing = [None] * (3 - len(inputs))
    gradient = norm.layout(sample(norm.shape, seed=9).to(dtype))
    assert_the_same(lambda: norm.mine(*inputs, *missing, activation), inputs, gradient)


@pytest.mark.parametrize(
    ("activation", "results"),
    [
        (ours.relu, 1),
        (ours.silu, 1),
        (ours.mish, 1),
        (lambda x: ours.batch_norm_act(x, None, None, training=True), 1),
        (lambda x: ours.batch_norm_act(x, None, None, training=True, residual=x.detach()), 2),
        (lambda x: ours.layer_norm_act(x, (64,), activation="relu"), 1),
        (lambda x: ours.group_norm_act(x, 4), 1),
    ],
    ids=["relu", "silu", "mish", "batch_norm_act", "with a residual", "layer_norm_act", "group_norm_act"],
)
def test_takes_no_memory(activation: Callable[[Tensor], Tensor], results: int) -> None:
    """But for the results of the first of three, whose gradient is held here, and for what is more than one result.
    The activations are those that are in one loop with normalisations on every instruction set."""
    x = torch.randn(64, 16, 16, 64, requires_grad=True)
    x.grad = torch.zeros_like(x)
    y = activation(activation(activation(x)))
    gradient = torch.randn_like(y)

    def backward() -> None:
        torch.autograd.backward(y, gradient, retain_graph=True)

    whole = [size for size in allocated(backward) if size >= x.nbytes]
    assert whole == [x.nbytes] * (results + 2 * (results - 1))


def test_what_is_held_does_not_change() -> None:
    x, gradient = sample((64, 64)).requires_grad_(), sample((64, 64), seed=1)
    seen: list[Tensor] = []

    # by retain_grad(), of the result and of what is before it
    u = x * 1
    y = ours.silu(u)
    u.retain_grad(), y.retain_grad()
    through(y, gradient).backward()
    assert y.grad is not None and u.grad is not None
    assert same_bits(y.grad, gradient) and same_bits(u.grad, torch.ops.torchactiv.silu_backward(gradient, x.detach()))

    # by a hook of the tensor, before and after its node
    y = ours.silu(x)
    y.register_hook(lambda g: seen.append(g))
    node = y.grad_fn
    assert node is not None
    node.register_prehook(lambda gs: seen.append(gs[0]))
    node.register_hook(lambda _, gs: seen.append(gs[0]))
    through(y, gradient).backward()
    assert len(seen) == 3 and all(same_bits(g, gradient) for g in seen)

    # as a result of autograd.grad(), beside that of what is before it
    y = ours.silu(x)
    of_y, of_x = torch.autograd.grad(through(y, gradient), (y, x))
    assert same_bits(of_y, gradient) and not same_bits(of_x, gradient)

    # by another tensor of the same memory: the gradient of a view
    rows = ours.silu(x).view(-1)
    seen.clear()
    rows.register_hook(lambda g: seen.append(g))
    through(rows, gradient.view(-1)).backward()
    assert same_bits(seen[0].view(64, 64), gradient)


def test_one_gradient_of_two_results() -> None:
    x, gradient = sample((64, 64)).requires_grad_(), sample((64, 64), seed=1)
    found = torch.autograd.grad(through(ours.silu(x) + ours.tanh(x), gradient), x)[0]
    expected = sum(torch.autograd.grad(f(x), x, gradient)[0] for f in (ours.silu, ours.tanh))
    torch.testing.assert_close(found, expected, rtol=0, atol=0)


def test_what_is_differentiated_again() -> None:
    x, gradient = sample((64, 64)).requires_grad_(), sample((64, 64), seed=1).requires_grad_()
    found = []
    for silu in (ours.silu, torch.nn.functional.silu):
        (first,) = torch.autograd.grad(through(silu(x), gradient), x, create_graph=True)
        found.append(torch.autograd.grad(first.sin().sum(), (x, gradient)))
    torch.testing.assert_close(*found)


def test_saved_tensors_that_are_packed() -> None:
    """By hooks which give the same memory again, also for the next call of backward."""
    x, gradient = sample((64, 64)).requires_grad_(), sample((64, 64), seed=1)
    with saved_tensors_hooks(lambda t: t, lambda t: t):
        y = through(ours.tanh(x), gradient)
    first, second = (torch.autograd.grad(y, x, retain_graph=True)[0] for _ in range(2))
    assert same_bits(first, second)
