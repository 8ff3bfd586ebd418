"""gelu, rrelu, glu, crelu and maxout: what torch.nn.functional does, in every way of calling them."""

import copy
import inspect
import io
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
import torchactiv
import torchactiv.functional as ours
from operators import sample
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

SHAPE = (3, 4, 6)
FIXED: list[tuple[str, Callable[[Tensor], Tensor], Callable[[Tensor], Tensor]]] = [
    ("gelu", ours.gelu, F.gelu),
    ("gelu-tanh", lambda x: ours.gelu(x, approximate="tanh"), lambda x: F.gelu(x, approximate="tanh")),
    ("rrelu", lambda x: ours.rrelu(x, 0.1, 0.5), lambda x: F.rrelu(x, 0.1, 0.5)),
    ("glu", ours.glu, F.glu),
    ("glu-dim1", lambda x: ours.glu(x, 1), lambda x: F.glu(x, 1)),
    ("crelu", ours.crelu, lambda x: torch.cat([F.relu(x), F.relu(-x)], 1)),
    ("maxout", lambda x: ours.maxout(x, 2), lambda x: torch.maximum(x[:, ::2], x[:, 1::2])),
    ("maxout-dim", lambda x: ours.maxout(x, 3, dim=-1), lambda x: x.unflatten(-1, (2, 3)).amax(-1)),
]
every_composition = pytest.mark.parametrize("mine,theirs", [row[1:] for row in FIXED], ids=[row[0] for row in FIXED])
MODULES = [
    torchactiv.nn.GELU("tanh"),
    torchactiv.nn.RReLU(0.2, 0.4),
    torchactiv.nn.GLU(1),
    torchactiv.nn.CReLU(),
    torchactiv.nn.Maxout(2),
]
every_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: type(module).__name__)


@every_composition
def test_values_and_derivatives(mine: Callable[[Tensor], Tensor], theirs: Callable[[Tensor], Tensor]) -> None:
    x = sample(SHAPE, dtype=torch.float64).requires_grad_()
    torch.testing.assert_close(mine(x), theirs(x), rtol=1e-12, atol=1e-12)
    for a, b in zip(*(torch.autograd.grad(f(x).sin().sum(), x) for f in (mine, theirs)), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)
    assert gradcheck(mine, (x,), check_forward_ad=True, check_batched_grad=True)
    assert gradgradcheck(mine, (x,))


def test_arguments_of_wrong_types() -> None:
    for approximate in (None, 1):
        with pytest.raises(TypeError, match=f"gelu: approximate must be str, got {approximate}"):
            ours.gelu(torch.ones(2), approximate=approximate)  # type: ignore[arg-type]
    for dim in (1.5, None, "1"):
        with pytest.raises(TypeError, match=f"glu: dim must be int, not {type(dim).__name__}"):
            ours.glu(torch.ones(2), dim)  # type: ignore[arg-type]


@pytest.mark.parametrize("training", [False, True])
def test_what_rrelu_refuses(training: bool) -> None:
    with pytest.raises(RuntimeError, match="rrelu: upper bound must be finite, but got upper=inf"):
        ours.rrelu(torch.ones(3), 0.1, float("inf"), training)
    with pytest.raises(RuntimeError, match="rrelu: lower bound must be finite, but got lower=nan"):
        ours.rrelu(torch.ones(3), float("nan"), 0.3, training)
    with pytest.raises(NotImplementedError, match=r"relu.* not implemented for 'Long': input must be"):
        ours.rrelu(torch.ones(3, dtype=torch.int64), training=training)


@every_composition
def test_transforms(mine: Callable[[Tensor], Tensor], theirs: Callable[[Tensor], Tensor]) -> None:
    x = sample((2, *SHAPE), dtype=torch.float64)
    torch.testing.assert_close(torch.func.vmap(mine)(x), torch.stack([mine(a) for a in x]))
    compiled = torch.compile(mine, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(x[0]), theirs(x[0]), rtol=1e-12, atol=1e-12)


@every_module
def test_modules_are_scripted_saved_and_copied(module: torch.nn.Module) -> None:
    module = module.eval()
    x = sample(SHAPE, dtype=torch.float32)
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(module), buffer)
    buffer.seek(0)
    for other in (torch.jit.load(buffer), torch.jit.trace(module, x), copy.deepcopy(module)):
        assert torch.equal(other(x), module(x))


@pytest.mark.parametrize("name", ["GELU", "RReLU", "GLU"])
def test_modules_are_those_of_torch_nn(name: str) -> None:
    mine, theirs = (getattr(nn, name) for nn in (torchactiv.nn, torch.nn))
    signatures = [
        [(p.name, p.kind, p.default) for p in inspect.signature(f).parameters.values()] for f in (mine, theirs)
    ]
    assert signatures[0] == signatures[1]
    assert repr(mine()) == repr(theirs())
    if name == "RReLU":
        assert repr(mine(0.2, 0.5, True)) == repr(theirs(0.2, 0.5, True))


def test_random_slopes_follow_the_seed_and_not_the_threads() -> None:
    x = torch.randn(3, 100_000)
    results = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        torch.manual_seed(7)
        results.append(ours.rrelu(x, 0.1, 0.3, training=True))
    assert torch.equal(*results)
    assert not torch.equal(results[0], ours.rrelu(x, 0.1, 0.3, training=True))
    slopes = (results[0] / x)[x < 0]
    assert slopes.min() >= 0.1 - 1e-6 and slopes.max() <= 0.3 + 1e-6
    assert abs(slopes.mean() - 0.2) < 1e-3 and abs(slopes.std() - 0.2 / 12**0.5) < 1e-3
    assert torch.equal(results[0][x >= 0], x[x >= 0])


def test_random_slopes_are_those_of_the_gradient() -> None:
    x = torch.randn(50, requires_grad=True)
    y = ours.rrelu(x, training=True)
    (gradient,) = torch.autograd.grad(y.sum(), x)
    torch.testing.assert_close(y, gradient * x)


def test_vmap_says_whether_random_slopes_are_the_same() -> None:
    """Whether a gradient is needed or not."""
    x = -torch.ones(3, 2)
    for requires_grad in (False, True):
        batch = x.clone().requires_grad_(requires_grad)

        def slopes(randomness: str, batch: Tensor = batch) -> Tensor:
            function = torch.func.vmap(lambda t: ours.rrelu(t, training=True), randomness=randomness)
            return function(batch)  # type: ignore[no-any-return]

        with pytest.raises(RuntimeError, match="random"):
            slopes("error")
        assert torch.equal(*slopes("same")[:2])
        assert not torch.equal(*slopes("different")[:2])


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_vmap_has_a_say_in_slopes_of_an_input_without_a_batch(dtype: torch.dtype) -> None:
    """As it has in dropout's numbers, and with gradients inside."""
    x, batch = -torch.ones(4, dtype=dtype), torch.zeros(3, dtype=dtype)

    def slopes(randomness: str, function: Callable[..., Tensor]) -> Tensor:
        return torch.func.vmap(lambda t: function(x, training=True) + t, randomness=randomness)(batch)  # type: ignore[no-any-return]

    def gradient(x: Tensor, training: bool) -> Tensor:
        return torch.func.grad(lambda x: ours.rrelu(x, training=training).sum())(x)  # type: ignore[no-any-return]

    for function in (F.dropout, ours.rrelu, gradient):
        with pytest.raises(RuntimeError, match="random operation while in randomness error mode"):
            slopes("error", function)
    for function in (ours.rrelu, gradient):
        assert slopes("same", function).unique(dim=0).shape == (1, 4)
        different = slopes("different", function)
        assert different.shape == (3, 4) and different.unique().numel() > 8
        assert different.abs().min() >= 1 / 8 and different.abs().max() <= 1 / 3 + 1e-3


def test_a_generator_in_transforms() -> None:
    x = -torch.ones(3, 4)

    def slopes(transform: Callable[[Callable[[Tensor], Tensor]], Callable[[Tensor], Tensor]]) -> Tensor:
        generator = torch.Generator().manual_seed(0)
        return transform(lambda t: torch.ops.torchactiv.rrelu(t, 0.1, 0.3, True, generator))(x)

    def gradients(f: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
        return torch.func.grad(lambda t: f(t).sum())  # type: ignore[no-any-return]

    assert torch.equal(slopes(gradients), -slopes(lambda f: f))
    assert slopes(lambda f: torch.func.vmap(f, randomness="same")).unique(dim=0).shape == (1, 4)
    different = slopes(lambda f: torch.func.vmap(f, randomness="different"))
    assert different.unique().numel() == 12 and different.min() >= -0.3 and different.max() <= -0.1


def test_vmap_over_vmap_draws_for_both() -> None:
    x = -torch.ones(2)

    def inner(randomness: str) -> Tensor:
        return torch.func.vmap(lambda t: ours.rrelu(x, training=True) + t, randomness=randomness)(torch.zeros(3))  # type: ignore[no-any-return]

    both = torch.func.vmap(lambda t: inner("different") + t, randomness="different")(torch.zeros(4))
    assert both.unique().numel() == 4 * 3 * 2
    outer = torch.func.vmap(lambda t: inner("same") + t, randomness="different")(torch.zeros(4))
    assert outer.unique().numel() == 4 * 2


def test_vmap_draws_nothing_in_place_for_an_input_without_a_batch() -> None:
    """As PyTorch's random functions in place; the same for all it draws."""

    def apply(randomness: str, function: Callable[[Tensor], Tensor]) -> Tensor:
        x = -torch.ones(4)
        return torch.func.vmap(lambda t: function(x) + t, randomness=randomness)(torch.zeros(3))  # type: ignore[no-any-return]

    for function in (lambda x: x.uniform_(), lambda x: ours.rrelu(x, training=True, inplace=True)):
        with pytest.raises(RuntimeError, match="different inplace randomness on an unbatched tensor"):
            apply("different", function)
        assert apply("same", function).unique(dim=0).shape == (1, 4)


@pytest.mark.parametrize(
    "function",
    [ours.gelu, lambda t: ours.glu(t, 0), lambda t: ours.crelu(t, 0), lambda t: ours.maxout(t, 2, 0)],
    ids=["gelu", "glu", "crelu", "maxout"],
)
def test_vmap_needs_no_loop(function: Callable[[Tensor], Tensor], recwarn: pytest.WarningsRecorder) -> None:
    """PyTorch's fallback for what has no rule is one, and warns."""
    x = sample((3, 4, 5))
    torch.testing.assert_close(torch.func.vmap(function)(x), torch.stack([function(t) for t in x]))
    assert not recwarn.list


@pytest.mark.parametrize("training", [False, True])
def test_rrelu_in_place(training: bool) -> None:
    x = torch.randn(50)
    torch.manual_seed(0)
    expected = ours.rrelu(x, training=training)
    torch.manual_seed(0)
    leaf = x.clone().requires_grad_()
    y = leaf * 1
    assert ours.rrelu(y, training=training, inplace=True) is y and torch.equal(y, expected)
    y.sum().backward()
    torch.testing.assert_close(leaf.grad, expected / x)


@pytest.mark.parametrize(
    "call,error,message",
    [
        (lambda x: ours.gelu(x, approximate="no"), RuntimeError, "gelu: approximate argument must be .* got 'no'"),
        (lambda x: ours.rrelu(x, 0.5, 0.1), RuntimeError, "rrelu: lower must not be greater than upper"),
        (lambda x: ours.glu(x[..., :3]), RuntimeError, "glu: Halving dimension must be even"),
        (lambda x: ours.glu(x.sum()), RuntimeError, "glu does not support 0-dimensional"),
        (lambda x: ours.crelu(x, dim=1.5), TypeError, "crelu: dim must be int, not float"),  # type: ignore[arg-type]
        (lambda x: ours.maxout(x, 2, 1.5), TypeError, "maxout: dim must be int, not float"),  # type: ignore[arg-type]
        (lambda x: ours.maxout(x, 2.0), TypeError, "maxout: pieces must be int, not float"),  # type: ignore[arg-type]
        (lambda x: ours.crelu(x, 4), IndexError, "crelu: dim=4 is out of range"),
        (lambda x: ours.maxout(x, 3), RuntimeError, "maxout: dimension 1 of size 4 .* pieces=3"),
        (lambda x: ours.maxout(x, 0), RuntimeError, "pieces=0"),
        (lambda x: ours.hardtanh(x, 2.0, 1.0), ValueError, "hardtanh: min_val .* min_val=2, max_val=1"),
        (lambda x: ours.softshrink(x, -1.0), RuntimeError, "lambd must be finite and not negative, got lambd=-1"),
        (lambda x: ours.softshrink(x, math.inf), RuntimeError, "softshrink: lambd must be finite.*got lambd=inf"),
        (lambda x: ours.softshrink(x, math.nan), RuntimeError, "softshrink: lambd must be finite.*got lambd=nan"),
        (lambda x: ours.celu(x, 0.0), RuntimeError, "celu: alpha must not be 0"),
    ],
)
def test_wrong_arguments(call: Callable[[Tensor], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call(sample(SHAPE, dtype=torch.float32))


@pytest.mark.parametrize(
    ("name", "index", "call", "formula"),
    [
        ("gelu", 0, ours.gelu, lambda f, x: f(x)),
        ("gelu", 1, lambda x: ours.gelu(x, "tanh"), lambda f, x: f(x)),
        ("rrelu", 0, ours.rrelu, lambda f, x: f(x, (1 / 8 + 1 / 3) / 2)),
        ("glu", 0, ours.glu, lambda f, x: f(*reversed(x.chunk(2, -1)))),
        ("crelu", 0, ours.crelu, lambda f, x: torch.cat([f(x), f(-x)], 1)),
    ],
)
def test_the_catalogue_tells_what_they_are_made_of(
    name: str, index: int, call: Callable[[Tensor], Tensor], formula: Callable[..., Tensor]
) -> None:
    (entry,) = (e for e in torchactiv.catalogue() if e["name"] == name)
    x = sample(SHAPE, dtype=torch.float32)
    assert torch.equal(call(x), formula(getattr(ours, entry["operators"][index]), x))


def test_what_torchactiv_has_not_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError):
        ours.conv2d  # noqa: B018
