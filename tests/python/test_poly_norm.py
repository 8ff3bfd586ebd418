"""poly_norm and its module: the authors' formula, in every dtype and way of calling them."""

import io
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torchactiv
import torchactiv.functional as ours
from operators import same_bits, sample
from refusals import refused
from torch import Tensor
from torchactiv.nn import PolyNorm

SHAPE = (3, 4, 5)

every_short = pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)


def formula(x: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-6) -> Tensor:
    """As in the authors' code, for any number of weights."""
    powers = [x ** (weight.numel() - k) for k in range(weight.numel())]
    normalised = [p / (p.square().mean(-1, keepdim=True) + eps).sqrt() for p in powers]
    return sum((w * n for w, n in zip(weight, normalised, strict=True)), bias)


def randoms(count: int, dtype: torch.dtype = torch.float64) -> Tensor:
    """Of about the size that weights have."""
    return (0.5 * torch.randn(count, generator=torch.Generator().manual_seed(count))).to(dtype).requires_grad_()


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 9])
@pytest.mark.parametrize("shape", [SHAPE, (7,), (2, 1), (3, 0)], ids=str)
def test_values_and_both_derivatives(shape: tuple[int, ...], count: int) -> None:
    inputs = ((sample(shape) / 4).requires_grad_(), randoms(count), randoms(1))
    mine, expected = ours.poly_norm(*inputs), formula(*inputs)
    torch.testing.assert_close(mine, expected, rtol=1e-11, atol=1e-11)
    gradients = [torch.autograd.grad(y.sin().sum(), inputs, create_graph=True) for y in (mine, expected)]
    torch.testing.assert_close(*gradients, rtol=1e-9, atol=1e-9)
    second = [torch.autograd.grad(torch.stack([g.sin().sum() for g in gs]).sum(), inputs) for gs in gradients]
    torch.testing.assert_close(*second, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("scale", [0.01, 1, 100, 1000, 10000])
@every_short
def test_16_bit_types_are_rounded_once(dtype: torch.dtype, scale: float) -> None:
    """Within half a unit of the formula in doubles, and what floats lose of it."""
    x = (scale * torch.randn(16, 64, generator=torch.Generator().manual_seed(0))).to(dtype).requires_grad_()
    short = (x, randoms(3, dtype), randoms(1, dtype))
    exact = [t.detach().double().requires_grad_() for t in short]
    result, expected = ours.poly_norm(*short), formula(*exact)
    unit = torch.finfo(dtype).eps / 2
    torch.testing.assert_close(result.double(), expected, rtol=1.01 * unit, atol=2e-6)
    gradient = sample(SHAPE).flatten()[:16, None].expand(16, 64).to(dtype)
    found = torch.autograd.grad(result, short, gradient)
    wanted = torch.autograd.grad(expected, exact, gradient.double())
    for actual, derivative in zip(found, wanted, strict=True):
        float_error = 1e-6 * derivative.abs().max().item()
        denormal = torch.finfo(dtype).smallest_normal * torch.finfo(dtype).eps
        torch.testing.assert_close(actual.double(), derivative, rtol=1.01 * unit, atol=float_error + denormal)


def test_what_is_kept_for_backward() -> None:
    """The input, its cube, and what is small."""
    x = torch.randn(64, 256).requires_grad_()
    kept: dict[int, Tensor] = {}

    def keep(tensor: Tensor) -> Tensor:
        if tensor.numel() >= x.numel():
            kept[tensor.data_ptr()] = tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        PolyNorm()(x)
    assert kept.pop(x.data_ptr()) is not None
    (cube,) = kept.values()
    torch.testing.assert_close(cube, x**3)


@pytest.mark.parametrize("lower", [torch.bfloat16, torch.float16], ids=str)
def test_autocast(lower: torch.dtype) -> None:
    """The result is that of tensors in the lower precision, whose coefficients it would not hold."""
    x, weight, bias = (t.detach().float() for t in (1000 * sample(SHAPE), randoms(3), randoms(1)))
    expected = ours.poly_norm(x.to(lower), weight.to(lower), bias.to(lower))
    for data in (x, x.to(lower)):
        parameters = (weight.clone().requires_grad_(), bias.clone().requires_grad_())
        with torch.autocast("cpu", lower):
            result = ours.poly_norm(data, *parameters)
        assert same_bits(result.detach(), expected)
        assert [g.dtype for g in torch.autograd.grad(result.sum(), parameters)] == [torch.float32] * 2
    with torch.autocast("cpu", lower):
        assert ours.poly_norm(x.double(), weight.double(), bias.double()).dtype == torch.float64


def test_vmap() -> None:
    x, weights, biases = sample((6, *SHAPE)), torch.stack([randoms(3)] * 6), torch.arange(6.0).double()[:, None]
    batched = torch.vmap(ours.poly_norm)(x, weights, biases)
    torch.testing.assert_close(batched, torch.stack(list(map(ours.poly_norm, x, weights, biases))))


def test_module() -> None:
    module, x = PolyNorm(), sample(SHAPE, dtype=torch.float32)
    assert list(module.state_dict()) == ["weight", "bias"] and repr(module) == "PolyNorm(eps=1e-06)"
    torch.testing.assert_close(module(x), formula(x, torch.full([3], 1 / 3), torch.zeros(1)))


def test_scripted_saved_and_exported() -> None:
    module, x = PolyNorm(), sample(SHAPE, dtype=torch.float32)
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(module), buffer)
    buffer.seek(0)
    assert torch.equal(torch.jit.load(buffer)(x), module(x))
    assert torch.equal(torch.export.export(module, (x,)).module()(x), module(x))


@pytest.mark.parametrize("backend", ["aot_eager", "inductor"])
@pytest.mark.usefixtures("fresh_compiler")
def test_compiled_training(backend: str) -> None:
    inputs = (sample(SHAPE, dtype=torch.float32).requires_grad_(), randoms(3, torch.float32), randoms(1, torch.float32))
    compiled = torch.compile(ours.poly_norm, fullgraph=True, backend=backend)
    results = [f(*inputs) for f in (compiled, ours.poly_norm)]
    torch.testing.assert_close(*results)
    torch.testing.assert_close(*(torch.autograd.grad(y.sin().sum(), inputs) for y in results))


@pytest.mark.usefixtures("fresh_compiler")
def test_compiled_under_autocast() -> None:
    module, x = PolyNorm(), sample(SHAPE, dtype=torch.float32)
    compiled = torch.compile(module, fullgraph=True, backend="aot_eager")
    with torch.autocast("cpu", torch.bfloat16):
        assert same_bits(compiled(x).detach(), module(x).detach())


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x, w, b: ours.poly_norm(x[0, 0, 0], w, b), ValueError, "input must have a dimension"),
        (lambda x, w, b: ours.poly_norm(x, x, b), ValueError, r"weight must have .* the shape \[3, 4, 5\]"),
        (lambda x, w, b: ours.poly_norm(x, w[:0], b), ValueError, r"weight must have .* the shape \[0\]"),
        (lambda x, w, b: ours.poly_norm(x, w, w), RuntimeError, r"bias must have one element, got the shape \[3\]"),
        (
            lambda x, w, b: ours.poly_norm(x, w.double(), b),
            RuntimeError,
            r"weight is torch.float64, but must have the dtype of input, torch.float32",
        ),
        (lambda x, w, b: ours.poly_norm(x, w, b.half()), RuntimeError, "bias is torch.float16, but must have"),
        (lambda x, w, b: ours.poly_norm(x.bfloat16(), w, b), RuntimeError, "weight is torch.float32, but must have"),
        (
            lambda x, w, b: ours.poly_norm(x, w.to("meta"), b),
            RuntimeError,
            "expected all tensors to be on the same device, but input is on cpu and weight is on meta",
        ),
        (lambda x, w, b: ours.poly_norm(x, w, b.to("meta")), RuntimeError, "input is on cpu and bias is on meta"),
        (lambda x, w, b: ours.poly_norm(x, w, b, -1.0), ValueError, "eps must be non-negative, got -1.0"),
        (lambda x, w, b: ours.poly_norm(x, w, b, float("nan")), ValueError, "eps must be non-negative, got nan"),
        (lambda x, w, b: PolyNorm(-1.0)(x), ValueError, "eps must be non-negative"),
        (lambda x, w, b: ours.poly_norm(x.long(), w.long(), b.long()), NotImplementedError, "'torch.int64'"),
    ],
)
def test_wrong_arguments(call: Callable[..., Tensor], error: type[Exception], message: str) -> None:
    x, weight, bias = sample(SHAPE, dtype=torch.float32), torch.ones(3), torch.ones(1)
    with pytest.raises(error, match=f"poly_norm.*{message}"):
        call(x, weight, bias)


@pytest.mark.parametrize("wrong", [[1.0], None, 1.0, "text"], ids=repr)
def test_what_is_no_tensor_or_no_number(wrong: Any) -> None:
    given = {"input": sample(SHAPE), "weight": torch.ones(3), "bias": torch.ones(1)}
    for name in given:
        with refused(TypeError, "poly_norm", name, "Tensor", type(wrong).__name__):
            ours.poly_norm(**given | {name: wrong})
    for number in ("text", None, torch.ones(2)):
        with refused(TypeError, "poly_norm", "eps", "Number", type(number).__name__):
            ours.poly_norm(**given, eps=number)  # type: ignore[arg-type]
    exact = {name: tensor.double() for name, tensor in given.items()}
    assert torch.equal(ours.poly_norm(**exact, eps=torch.tensor(1)), ours.poly_norm(**exact, eps=1))  # type: ignore[arg-type]


def test_meta() -> None:
    module = PolyNorm(device="meta")
    assert module(torch.empty(SHAPE, device="meta")).shape == SHAPE


def test_it_is_found_by_name() -> None:
    assert isinstance(torchactiv.nn.make("polynorm"), PolyNorm)
