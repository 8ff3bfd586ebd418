"""gated_packed, and glu, which is one: against gated of the halves, called in every way."""

import io
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
import torchactiv.functional as ours
from operators import sample
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck
from torch.utils._python_dispatch import TorchDispatchMode

ACTIVATIONS = ["silu", "gelu", "sigmoid", "relu", "elu", "softshrink"]
every_activation = pytest.mark.parametrize("activation", ACTIVATIONS)
NAMED = [
    ("swiglu", ours.swiglu, ours.swiglu_packed),
    ("geglu", ours.geglu, ours.geglu_packed),
    (
        "geglu-tanh",
        lambda g, u: ours.geglu(g, u, "tanh"),
        lambda x, dim, first: ours.geglu_packed(x, dim, first, "tanh"),
    ),
    ("reglu", ours.reglu, ours.reglu_packed),
    ("seglu", ours.seglu, ours.seglu_packed),
    ("mishglu", ours.mishglu, ours.mishglu_packed),
    ("bilinear_glu", ours.bilinear_glu, ours.bilinear_glu_packed),
]
every_order = pytest.mark.parametrize("gate_first", [True, False])


def of_halves(x: Tensor, activation: str = "silu", dim: int = -1, gate_first: bool = True) -> Tensor:
    first, second = x.chunk(2, dim)
    return ours.gated(first, second, activation) if gate_first else ours.gated(second, first, activation)


class Calls(TorchDispatchMode):
    """The operators that run."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        self.names.append(str(func))
        return func(*args, **(kwargs or {}))


@every_activation
@every_order
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize("dim", [-1, 0, 1])
def test_bits_are_those_of_the_halves(activation: str, gate_first: bool, dtype: torch.dtype, dim: int) -> None:
    x = sample((6, 4, 70), dtype=dtype).requires_grad_()
    mine, theirs = ours.gated_packed(x, activation, dim, gate_first), of_halves(x, activation, dim, gate_first)
    g = sample(tuple(mine.shape), dtype=dtype, seed=3)
    assert torch.equal(mine, theirs)
    assert torch.equal(torch.autograd.grad(mine, x, g)[0], torch.autograd.grad(theirs, x, g)[0])


@pytest.mark.parametrize(("of_two", "of_one"), [row[1:] for row in NAMED], ids=[row[0] for row in NAMED])
@every_order
@pytest.mark.parametrize("dim", [-1, 1])
def test_named_gates_are_those_of_the_halves(
    of_two: Callable[..., Tensor], of_one: Callable[..., Tensor], gate_first: bool, dim: int
) -> None:
    x = sample((6, 4, 70)).requires_grad_()
    first, second = x.chunk(2, dim)
    mine, theirs = of_one(x, dim, gate_first), of_two(first, second) if gate_first else of_two(second, first)
    assert torch.equal(mine, theirs)
    g = sample(tuple(mine.shape), seed=3)
    assert torch.equal(torch.autograd.grad(mine, x, g)[0], torch.autograd.grad(theirs, x, g)[0])


def test_named_gates_take_the_last_dimension_and_its_first_half() -> None:
    x = torch.tensor([[2.0, -1.0], [3.0, -5.0]])
    assert torch.equal(ours.reglu_packed(x), torch.tensor([[-2.0], [-15.0]]))


@pytest.mark.parametrize(
    "x",
    [
        torch.randn(3, 70, 4).transpose(1, 2),
        torch.randn(2, 6, 5, 5).to(memory_format=torch.channels_last),
        torch.randn(4, 140)[:, ::2],
        torch.randn(1, 70).expand(4, 70),
        torch.randn(0, 70),
        torch.randn(4, 0),
        torch.randn(300, 1000),
    ],
    ids=["transposed", "channels_last", "every second", "expanded", "no rows", "no columns", "several threads"],
)
@every_order
def test_layouts(x: Tensor, gate_first: bool) -> None:
    x = x.detach().requires_grad_()
    for dim in {-1, 1}:
        if x.size(dim) % 2:
            continue
        mine, theirs = ours.gated_packed(x, "gelu", dim, gate_first), of_halves(x, "gelu", dim, gate_first)
        assert torch.equal(mine, theirs)
        g = torch.randn_like(theirs)
        (of_mine,), (of_theirs,) = torch.autograd.grad(mine, x, g), torch.autograd.grad(theirs, x, g)
        assert torch.equal(of_mine, of_theirs)
        assert of_mine.stride() == torch.empty_like(x).stride()


def test_the_gradient_is_written_in_one_pass() -> None:
    x, g = torch.randn(4, 6, requires_grad=True), torch.ones(4, 3)
    for y in (ours.swiglu_packed(x), ours.glu(x)):
        with Calls() as calls:
            torch.autograd.grad(y, x, g)
        assert calls.names == ["torchactiv.gated_packed_backward.default"]


def test_only_the_input_is_saved() -> None:
    x, kept = torch.randn(4, 6, requires_grad=True), []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t) or t, lambda t: t):  # type: ignore[func-returns-value]
        ours.gated_packed(x)
    assert [t.data_ptr() for t in kept] == [x.data_ptr()]


@every_activation
@every_order
def test_derivatives(activation: str, gate_first: bool) -> None:
    x = sample((3, 4), seed=5).requires_grad_()
    call = lambda t: ours.gated_packed(t, activation, 1, gate_first)  # noqa: E731
    assert gradcheck(call, x, check_forward_ad=True, check_batched_grad=True)
    assert gradgradcheck(call, x)


def test_third_derivatives_are_those_of_the_halves() -> None:
    x = sample((2, 6)).requires_grad_()
    results = []
    for call in (ours.gated_packed, of_halves):
        result = call(x, "mish")
        for _ in range(3):
            (result,) = torch.autograd.grad(result.sin().sum(), x, create_graph=True)
        results.append(result)
    torch.testing.assert_close(*results, rtol=1e-10, atol=1e-10)


@every_order
def test_transforms(gate_first: bool) -> None:
    call = lambda t: ours.gated_packed(t, "gelu", -1, gate_first)  # noqa: E731
    theirs = lambda t: of_halves(t, "gelu", -1, gate_first)  # noqa: E731
    x = sample((5, 3, 8))
    torch.testing.assert_close(torch.func.vmap(call)(x), theirs(x))
    torch.testing.assert_close(torch.func.vmap(call, in_dims=1, out_dims=1)(x), theirs(x))
    mean = lambda f: lambda t: f(t).sin().mean()  # noqa: E731
    of_each = torch.func.vmap(torch.func.grad(mean(call)))(x)
    torch.testing.assert_close(of_each, torch.stack([torch.func.grad(mean(theirs))(t) for t in x]))
    row = x[0, 0]
    torch.testing.assert_close(torch.func.hessian(mean(call))(row), torch.func.hessian(mean(theirs))(row))
    torch.testing.assert_close(torch.func.jacfwd(call)(row), torch.func.jacrev(theirs)(row))


@pytest.mark.usefixtures("fresh_compiler")
def test_compiled() -> None:
    call = lambda t: ours.gated_packed(t, "gelu", 1)  # noqa: E731
    compiled = torch.compile(call, fullgraph=True, dynamic=True)
    for shape in ((3, 8), (5, 12)):
        x = torch.randn(shape, requires_grad=True)
        mine, theirs = compiled(x), call(x)
        torch.testing.assert_close(mine, theirs)
        g = torch.randn_like(theirs)
        torch.testing.assert_close(torch.autograd.grad(mine, x, g), torch.autograd.grad(theirs, x, g))


@pytest.mark.usefixtures("fresh_compiler")
def test_compiled_autograd() -> None:
    x = torch.randn(3, 8, requires_grad=True)
    (expected,) = torch.autograd.grad(of_halves(x, "elu").sum(), x)
    with torch._dynamo.compiled_autograd._enable(torch.compile(backend="aot_eager", fullgraph=True)):
        ours.gated_packed(x, "elu").sum().backward()
    torch.testing.assert_close(x.grad, expected)


class Gate(torch.nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return ours.gated_packed(x, "gelu_erf", 1, False)


def test_exported_and_scripted() -> None:
    x = torch.randn(3, 8)
    exported = torch.export.export(Gate(), (x,))
    assert "gated_packed" in str(exported.graph)
    torch.testing.assert_close(exported.module()(x), Gate()(x))
    file = io.BytesIO()
    torch.jit.save(torch.jit.script(Gate()), file)
    file.seek(0)
    assert torch.equal(torch.jit.load(file)(x), Gate()(x))


def test_opcheck() -> None:
    x = torch.randn(4, 6, requires_grad=True)
    torch.library.opcheck(torch.ops.torchactiv.gated_packed.default, (x, "elu", [2.0], -1, False))
    torch.library.opcheck(
        torch.ops.torchactiv.gated_packed_backward.default, (torch.randn(2, 6), x, "silu", [], 0, True)
    )


def test_glu_is_that_of_pytorch() -> None:
    x = sample((4, 6, 8)).requires_grad_()
    for dim in (-1, 0, 1):
        mine, theirs = ours.glu(x, dim), F.glu(x, dim)
        torch.testing.assert_close(mine, theirs)
        torch.testing.assert_close(torch.autograd.grad(mine.sum(), x), torch.autograd.grad(theirs.sum(), x))


def test_wrong_arguments() -> None:
    x, op = torch.randn(4, 6), torch.ops.torchactiv.gated_packed_backward
    with pytest.raises(ValueError, match="activation must name an operator of one tensor, got 'prelu'"):
        torch.ops.torchactiv.gated_packed(x, "prelu")
    with pytest.raises(ValueError, match="silu takes 0 numbers, got 1"):
        torch.ops.torchactiv.gated_packed(x, "silu", [1.0])
    with pytest.raises(RuntimeError, match="odd size 3 along dim=1"):
        op(torch.randn(4, 3), torch.randn(4, 3), "silu", [], 1)
    with pytest.raises(RuntimeError, match=r"expected grad_output of shape \[4, 3\] and Float, got shape \[3\]"):
        op(torch.randn(3), x)
    with pytest.raises(RuntimeError, match="and Double"):
        op(torch.randn(4, 3, dtype=torch.float64), x)
    with pytest.raises(RuntimeError, match="input must be a tensor of dtype float32"):
        torch.ops.torchactiv.gated_packed(torch.ones(4, 6, dtype=torch.int64))
    with pytest.raises(IndexError):
        ours.gated_packed(torch.tensor(1.0))
