"""DynamicReLU, MetaAconC and FReLU: their formulas written out, in every way of calling them."""

import copy
import io
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from operators import sample
from torch import Tensor, nn
from torch.autograd import gradcheck
from torchactiv import functional as ours
from torchactiv.conditional_modules import DynamicReLU, FReLU, MetaAconC

CHANNELS = 6
SHAPE = (3, CHANNELS, 5, 4)
KINDS: dict[str, Callable[..., nn.Module]] = {
    "DynamicReLU-A": lambda **options: DynamicReLU(CHANNELS, variant="A", **options),
    "DynamicReLU-B": lambda **options: DynamicReLU(CHANNELS, **options),
    "DynamicReLU-C": lambda **options: DynamicReLU(CHANNELS, variant="C", **options),
    "DynamicReLU-3": lambda **options: DynamicReLU(CHANNELS, pieces=3, **options),
    "MetaAconC": lambda **options: MetaAconC(CHANNELS, reduction=2, **options),
    "FReLU": lambda **options: FReLU(CHANNELS, **options),
    "FReLU-5": lambda **options: FReLU(CHANNELS, kernel_size=5, **options),
}
every_kind = pytest.mark.parametrize("kind", KINDS)
every_training = pytest.mark.parametrize("training", [True, False], ids=["training", "eval"])


def made(kind: str, dtype: torch.dtype = torch.float64) -> Any:
    """A module whose parameters and statistics are all apart from what they start from."""
    module = KINDS[kind](dtype=dtype)
    values = torch.Generator().manual_seed(1)
    for tensor in module.state_dict().values():
        if tensor.is_floating_point():  # positive, as variances must be
            tensor.copy_(torch.rand(tensor.shape, generator=values, dtype=dtype) + 0.1)
    for name, parameter in module.named_parameters():
        if "bn" not in name:
            parameter.data.sub_(0.6)
    if kind == "DynamicReLU-C":
        module.attention.weight.data.mul_(20)  # so that the attention reaches its bound somewhere
    return module


def normalised(x: Tensor, norm: Any) -> Tensor:
    """Batch normalisation written out, for channels along dimension 1."""
    others = [d for d in range(x.dim()) if d != 1]
    mean, variance = norm.running_mean, norm.running_var
    if norm.training:
        mean, variance = x.mean(others), x.var(others, correction=0)
    shape = [-1] + [1] * (x.dim() - 2)
    scale = norm.weight / (variance + norm.eps).sqrt()
    return (x - mean.view(shape)) * scale.view(shape) + norm.bias.view(shape)


def attention(module: Any, x: Tensor) -> Tensor:
    """Of variant C, of shape (N, 1, *)."""
    z = (x * module.attention.weight.view(-1, *[1] * (x.dim() - 2))).sum(1, keepdim=True) + module.attention.bias
    powers = (z / 10).exp()
    shares = powers / powers.sum(list(range(1, x.dim())), keepdim=True)
    return (shares * x[0, 0].numel() / 3).clamp(max=1)


def formula(module: Any, x: Tensor) -> Tensor:
    """What the papers say, in PyTorch's terms."""
    spatial = list(range(2, x.dim()))
    spread = [1] * len(spatial)
    if isinstance(module, FReLU):
        size = module.conv.weight.size(-1)
        windows = F.unfold(x, size, padding=(size - 1) // 2).view(x.size(0), CHANNELS, size * size, *x.shape[2:])
        weighted = windows * module.conv.weight.view(CHANNELS, -1, 1, 1)
        return torch.maximum(x, normalised(weighted.sum(2), module.bn))
    mean = x.mean(spatial) if spatial else x
    hidden = mean @ module.fc1.weight.T + module.fc1.bias
    if isinstance(module, MetaAconC):
        last = normalised(hidden, module.bn1) @ module.fc2.weight.T + module.fc2.bias
        beta = torch.sigmoid(normalised(last, module.bn2)).view(*last.shape, *spread)
        p1, p2 = module.p1.view(-1, *spread), module.p2.view(-1, *spread)
        return (p1 - p2) * x * torch.sigmoid(beta * (p1 - p2) * x) + p2 * x
    deltas = 2 * torch.sigmoid(F.relu(hidden) @ module.fc2.weight.T + module.fc2.bias) - 1
    deltas = deltas.view(x.size(0), 2, module.pieces, -1, *spread)  # sample, slope or intercept, piece, channel
    slopes = 1.0 * deltas[:, 0] + torch.eye(module.pieces)[0].view(-1, 1, *spread)
    intercepts = 0.5 * deltas[:, 1]
    if module.variant == "C":  # the coefficients are multiplied, as they are for each position
        weights = attention(module, x)[:, None]
        slopes, intercepts = slopes * weights, intercepts * weights
    return (slopes * x[:, None] + intercepts).amax(1)


@every_training
@every_kind
def test_values_and_gradients_are_those_of_the_formula(kind: str, training: bool) -> None:
    module = made(kind).train(training)
    x = sample(SHAPE).requires_grad_()
    tensors = (x, *module.parameters())
    mine, theirs = module(x), formula(module, x)
    torch.testing.assert_close(mine, theirs, rtol=1e-11, atol=1e-11)
    mine, theirs = (torch.autograd.grad(y.sin().sum(), tensors) for y in (mine, theirs))
    torch.testing.assert_close(mine, theirs, rtol=1e-9, atol=1e-9)


def test_attention_reaches_its_bound_in_these_tests() -> None:
    weights = attention(made("DynamicReLU-C"), sample(SHAPE))
    assert (weights == 1).any() and (weights < 1).any()


@pytest.mark.parametrize("spatial", [(), (7,), (2, 3, 4), (2, 1, 2, 3)], ids=len)
@pytest.mark.parametrize("kind", [kind for kind in KINDS if "FReLU" not in kind])
def test_any_number_of_spatial_dimensions(kind: str, spatial: tuple[int, ...]) -> None:
    module, x = made(kind), sample((3, CHANNELS, *spatial))
    if kind == "DynamicReLU-C" and not spatial:
        with pytest.raises(ValueError, match=r"variant C needs a spatial dimension, got \[3, 6\]"):
            module(x)
    else:
        torch.testing.assert_close(module(x), formula(module, x), rtol=1e-11, atol=1e-11)


@every_training
@every_kind
def test_empty_batch(kind: str, training: bool) -> None:
    x = torch.empty(0, CHANNELS, 5, 4, dtype=torch.float64, requires_grad=True)
    module = made(kind).train(training)
    result = module(x)
    assert result.shape == x.shape
    result.sum().backward()
    assert x.grad is not None and x.grad.shape == x.shape
    assert all(p.grad is not None and not p.grad.any() for p in module.parameters())


@every_kind
def test_gradcheck(kind: str) -> None:
    module = made(kind)
    names = [name for name, _ in module.named_parameters()]

    def call(x: Tensor, *parameters: Tensor) -> Tensor:
        result: Tensor = torch.func.functional_call(module, dict(zip(names, parameters, strict=True)), x)
        return result

    x = torch.randn(2, CHANNELS, 2, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    assert gradcheck(call, (x.requires_grad_(), *module.parameters()))


@pytest.mark.parametrize("variant", ["A", "B"])
def test_dynamic_relu_without_deltas_is_relu(variant: str) -> None:
    module = DynamicReLU(CHANNELS, variant=variant, dtype=torch.float64)
    nn.init.zeros_(module.fc2.weight)
    nn.init.zeros_(module.fc2.bias)
    x = sample(SHAPE)
    assert torch.equal(module(x), F.relu(x))


def test_dynamic_relu_without_deltas_and_scores_is_a_third_of_relu() -> None:
    module = DynamicReLU(CHANNELS, variant="C", dtype=torch.float64)
    assert module.attention is not None
    for layer in (module.fc2, module.attention):
        nn.init.zeros_(layer.weight)
    nn.init.zeros_(module.fc2.bias)
    x = sample(SHAPE)
    torch.testing.assert_close(module(x), F.relu(x) / 3)


def test_what_parameters_start_from() -> None:
    torch.manual_seed(0)
    acon, frelu = MetaAconC(4096), FReLU(1024, 5)
    for tensor, deviation in ((acon.p1, 1.0), (acon.p2, 1.0), (frelu.conv.weight, 0.01)):
        assert abs(tensor.mean()) < 0.06 * deviation and abs(tensor.std() / deviation - 1) < 0.06
    assert not torch.equal(acon.p1, acon.p2)
    before = [t.clone() for t in (acon.p1, acon.p2, frelu.conv.weight)]
    acon.reset_parameters()
    frelu.reset_parameters()
    assert not any(map(torch.equal, before, (acon.p1, acon.p2, frelu.conv.weight)))


def test_hidden_sizes() -> None:
    assert [DynamicReLU(c, reduction=r).fc1.out_features for c, r in ((64, 8), (64, 2), (8, 8))] == [8, 32, 4]
    assert [MetaAconC(c, r).fc1.out_features for c, r in ((512, 16), (64, 16), (64, 4))] == [32, 16, 16]
    assert [DynamicReLU(8, variant=v).fc2.out_features for v in "ABC"] == [4, 32, 32]


@every_kind
def test_channels_last(kind: str) -> None:
    module, x = made(kind, torch.float32), sample(SHAPE, dtype=torch.float32)
    result = module(x.contiguous(memory_format=torch.channels_last))
    assert result.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(result, module(x))


@every_kind
def test_autocast(kind: str) -> None:
    x = sample(SHAPE, dtype=torch.float32) / 16
    network = nn.Sequential(nn.Conv2d(CHANNELS, CHANNELS, 1), made(kind, torch.float32).eval())
    expected = network(x)
    with torch.autocast("cpu", torch.bfloat16):
        result = network(x)
    assert result.dtype == torch.bfloat16
    torch.testing.assert_close(result.float(), expected, rtol=0.05, atol=0.05)
    result.float().sum().backward()
    assert all(p.grad is not None and p.grad.dtype == torch.float32 for p in network.parameters())


@every_kind
def test_bfloat16(kind: str) -> None:
    module, x = made(kind, torch.float32).eval(), sample(SHAPE, dtype=torch.float32).bfloat16() / 16
    expected = module(x.float())
    result = module.bfloat16()(x)
    assert result.dtype == torch.bfloat16
    torch.testing.assert_close(result.float(), expected, rtol=0.05, atol=0.05)


@every_training
@every_kind
def test_scripted_saved_copied_and_loaded(kind: str, training: bool) -> None:
    module, x = made(kind, torch.float32).train(training), sample(SHAPE, dtype=torch.float32)
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(module), buffer)
    buffer.seek(0)
    loaded = KINDS[kind]().train(training)
    loaded.load_state_dict(module.state_dict())
    expected = copy.deepcopy(module)(x)
    for other in (torch.jit.load(buffer), copy.deepcopy(module), loaded):
        assert torch.equal(other(x), expected)


@every_kind
def test_traced_and_compiled(kind: str) -> None:
    module, x = made(kind, torch.float32).eval(), sample(SHAPE, dtype=torch.float32)
    for other in (torch.jit.trace(module, x), torch.compile(module, fullgraph=True, backend="aot_eager")):
        torch.testing.assert_close(other(x), module(x))


@pytest.mark.usefixtures("fresh_compiler")
@pytest.mark.parametrize("kind", ["DynamicReLU-A", "DynamicReLU-B", "DynamicReLU-C"])
def test_compiled_training(kind: str) -> None:
    """With the default backend, which relies on the strides that were foretold."""
    module, x = made(kind, torch.float32), sample(SHAPE, dtype=torch.float32).requires_grad_()
    tensors = (x, *module.parameters())
    results = [m(x) for m in (torch.compile(module, fullgraph=True), module)]
    torch.testing.assert_close(*results)
    torch.testing.assert_close(*(torch.autograd.grad(y.sin().sum(), tensors) for y in results))


@pytest.mark.parametrize("kind", ["DynamicReLU-A", "DynamicReLU-B", "DynamicReLU-C"])
def test_batches_of_any_size_are_exported(kind: str) -> None:
    module, x = made(kind).eval(), sample((3, *SHAPE[1:]))
    program = torch.export.export(module, (x,), dynamic_shapes=({0: torch.export.Dim("batch")},))
    for batch in (2, 5):
        other = sample((batch, *SHAPE[1:]), seed=batch)
        torch.testing.assert_close(program.module()(other), module(other))


@every_kind
def test_device_and_dtype(kind: str) -> None:
    module = KINDS[kind](device="meta", dtype=torch.float64)
    floats = [t for t in module.state_dict().values() if t.is_floating_point()]
    assert all(t.is_meta and t.dtype == torch.float64 for t in floats)


@pytest.mark.parametrize(
    "module,arguments",
    [
        (DynamicReLU(16, reduction=4, variant="C"), "channels=16, pieces=2, reduction=4, variant='C'"),
        (MetaAconC(8), "channels=8, reduction=16"),
        (FReLU(8, 5), "channels=8, kernel_size=5"),
    ],
)
def test_repr(module: nn.Module, arguments: str) -> None:
    first, second, *_ = repr(module).splitlines()
    assert (first, second) == (f"{type(module).__name__}(", f"  {arguments}")


def test_the_kernel_gets_coefficients_that_broadcast(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes: list[list[torch.Size]] = []
    kernel = ours.dynamic_relu

    def spy(*tensors: Tensor) -> Tensor:
        shapes.append([t.shape for t in tensors[1:]])
        return kernel(*tensors)

    monkeypatch.setattr(ours, "dynamic_relu", spy)
    for variant in "ABC":
        DynamicReLU(CHANNELS, variant=variant)(torch.ones(SHAPE))
    assert shapes == [[(2, 3, channels, 1, 1)] * 2 for channels in (1, CHANNELS, CHANNELS)]


@pytest.mark.parametrize(
    "call,error,message",
    [
        (lambda x: DynamicReLU(6, pieces=1), ValueError, "pieces must be between 2 and 20, got 1"),
        (lambda x: DynamicReLU(6, pieces=21), ValueError, "pieces must be between 2 and 20, got 21"),
        (lambda x: DynamicReLU(6, variant="D"), ValueError, "variant must be 'A', 'B' or 'C', got 'D'"),
        (lambda x: DynamicReLU(6)(x[0, 0, 0]), ValueError, r"DynamicReLU: .* \(N, C, \*\), got \[4\]"),
        (lambda x: DynamicReLU(5)(x), RuntimeError, "shapes"),
        (lambda x: DynamicReLU(7, variant="A")(x), RuntimeError, "shapes"),
        (lambda x: MetaAconC(6)(x[0, 0, 0]), ValueError, r"MetaAconC: .* \(N, C, \*\), got \[4\]"),
        (lambda x: MetaAconC(5)(x), RuntimeError, "shapes"),
        (lambda x: MetaAconC(6)(x[:1]), ValueError, "more than 1 value per channel when training"),
        (lambda x: FReLU(6, 4), ValueError, "kernel_size must be positive and odd, got 4"),
        (lambda x: FReLU(6, -1), ValueError, "kernel_size must be positive and odd, got -1"),
        (lambda x: DynamicReLU(6, reduction=0), ValueError, "DynamicReLU: reduction must be positive, got 0"),
        (lambda x: MetaAconC(6, reduction=0), ValueError, "MetaAconC: reduction must be positive, got 0"),
        (lambda x: FReLU(5)(x), RuntimeError, "channels"),
        (lambda x: FReLU(6)(x[0]), ValueError, "expected 4D input"),
    ],
)
def test_wrong_arguments(call: Callable[[Tensor], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call(sample(SHAPE, dtype=torch.float32))
