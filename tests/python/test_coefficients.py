"""Coefficients: parameters of which there may be any number, in one tensor whose first dimension counts them."""

import inspect
import io
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torchactiv.functional as ours
from operators import CASES, OPERATORS, Operator, sample
from torch import Tensor, nn
from torch.autograd import gradcheck, gradgradcheck
from torchactiv import _registry
from torchactiv import nn as modules
from torchactiv.nn import Rational

SHAPE = (3, 4, 5)
COUNTED = [operator for operator in OPERATORS if operator.has_coefficients]
every_counted = pytest.mark.parametrize("operator", COUNTED, ids=lambda operator: operator.name)
per_channel = pytest.mark.parametrize("channels", [None, SHAPE[1]], ids=["shared", "per_channel"])


def tensors(operator: Operator, channels: int | None = None, dtype: torch.dtype = torch.float64) -> list[Tensor]:
    """Data, and what the schema takes besides."""
    parameters = [p.values(i, channels or 1) for i, p in enumerate(operator.parameters)]
    slices = [p if channels or operator.parameters[i].sample is None else p[0] for i, p in enumerate(parameters)]
    return [t.to(dtype).requires_grad_() for t in operator.stacked([sample(SHAPE), *slices])]


@every_counted
@per_channel
def test_opcheck(operator: Operator, channels: int | None) -> None:
    torch.library.opcheck(operator.overload(), tuple(tensors(operator, channels)), dict(operator.demanded))


@every_counted
@per_channel
def test_gradcheck_to_second_order(operator: Operator, channels: int | None) -> None:
    inputs = tensors(operator, channels)
    function = operator.overload()
    assert gradcheck(function, inputs, check_forward_ad=True, check_batched_grad=True, check_batched_forward_grad=True)
    assert gradgradcheck(function, inputs, check_batched_grad=True)


@every_counted
@pytest.mark.parametrize("dim", [0, 1, 2, -1])
def test_dim(operator: Operator, dim: int) -> None:
    x, *rest = tensors(operator, SHAPE[dim])
    function = getattr(ours, operator.name)
    moved = function(x.movedim(dim, 1), *rest, dim=1).movedim(1, dim)
    torch.testing.assert_close(function(x, *rest, dim=dim), moved, rtol=1e-12, atol=1e-12)


@every_counted
def test_shapes_that_broadcast(operator: Operator) -> None:
    """Behind the dimension that counts: per sample and channel, per position, or one of all."""
    x, *rest = tensors(operator)
    counted = [operator.inputs[members[0]].sample is not None for members in list(operator.tensors.values())[1:]]
    for shape in ((3, 4, 1), (1, 5), SHAPE, (1, 1, 1)):
        ones = [1] * len(shape)
        missing = [1] * (len(SHAPE) - len(shape))
        full, whole = [], []
        for t, is_counted in zip(rest, counted, strict=True):
            counts = [t.size(0)] if is_counted else []
            full.append(t.view(*counts, *ones) * (1 + 0.1 * sample(shape, seed=9)))
            whole.append(full[-1].reshape(*counts, *missing, *shape).expand(*counts, *SHAPE))
        results = [operator.overload()(x, *given) for given in (full, whole)]
        torch.testing.assert_close(*results, rtol=1e-12, atol=1e-12)
        gradients = [torch.autograd.grad(r.sin().sum(), [x, *rest], retain_graph=True) for r in results]
        for a, b in zip(*gradients, strict=True):
            torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-10)


@every_counted
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize("length", [67, 1100], ids=["columns", "rows"])
def test_counts_that_modules_start_with(operator: Operator, dtype: torch.dtype, length: int) -> None:
    """They have loops of their own but in double, for parameters that are constant along rows and for others."""
    channels, numbers = 4, list(operator.arguments.values())
    x = sample((2, channels, length), dtype=dtype)
    learned = [
        (0.1 * torch.arange(channels) + torch.tensor(initial)[..., None]).to(dtype)[..., None]
        for _, initial in operator.learned
    ]
    gradient = torch.ones_like(x)
    backward = operator.overload("_backward")

    def evaluate(dtype: torch.dtype, parameters: list[Tensor]) -> tuple[Tensor, ...]:
        given = [t.to(dtype) for t in (x, *parameters)]
        return (operator.overload()(*given, *numbers), *backward(gradient.to(dtype), *given, *numbers))

    mine = evaluate(dtype, learned)
    exact = evaluate(torch.float64, learned)
    for found, expected in zip(mine, exact, strict=True):
        torch.testing.assert_close(
            found, expected.to(dtype), rtol=4 * torch.finfo(dtype).eps, atol=3e-6 * length, equal_nan=True
        )
    varying = evaluate(dtype, [p.expand(*p.shape[:-1], x.size(-1)).contiguous() for p in learned])
    assert torch.equal(mine[0].nan_to_num(7), varying[0].nan_to_num(7))
    assert torch.equal(mine[1].nan_to_num(7), varying[1].nan_to_num(7))


@every_counted
def test_vmap_over_each_input(operator: Operator) -> None:
    """One at a time, with the batch in front and behind, and all at once."""
    inputs = [t.detach() for t in tensors(operator, SHAPE[1])]
    function = operator.overload()
    batched = [torch.stack([t, 0.9 * t, 1.1 * t]) for t in inputs]
    choices: list[list[int | None]] = [[0 if j == i else None for j in range(len(inputs))] for i in range(len(inputs))]
    for dims in [*choices, [0] * len(inputs)]:
        given = [t if d is None else b for t, b, d in zip(inputs, batched, dims, strict=True)]
        expected = torch.stack(
            [function(*(t if d is None else t[k] for t, d in zip(given, dims, strict=True))) for k in range(3)]
        )
        torch.testing.assert_close(torch.vmap(function, tuple(dims))(*given), expected)
        last = tuple(None if d is None else -1 for d in dims)
        behind = [t if d is None else t.movedim(0, -1) for t, d in zip(given, dims, strict=True)]
        torch.testing.assert_close(torch.vmap(function, last)(*behind), expected)
    slopes = torch.vmap(torch.func.jacrev(lambda *t: function(*t).sum(), 1))(*batched)
    for k in range(3):
        leaves = [b[k].clone().requires_grad_() for b in batched]
        torch.testing.assert_close(slopes[k], torch.autograd.grad(function(*leaves).sum(), leaves[1])[0])


@every_counted
def test_compiled_and_exported(operator: Operator) -> None:
    """Without a graph break, for data of any batch size."""
    x, *rest = [t.detach() for t in tensors(operator, SHAPE[1], torch.float32)]

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rest = nn.ParameterList(rest)

        def forward(self, x: Tensor) -> Tensor:
            result: Tensor = getattr(ours, operator.name)(x, *self.rest)
            return result

    torch._dynamo.reset()  # which counts how often this code was compiled, for each operator once
    network = Network()
    expected = network(x)
    compiled = torch.compile(network, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(x), expected)
    gradients = [torch.autograd.grad(f(x).sin().sum(), list(network.parameters())) for f in (network, compiled)]
    torch.testing.assert_close(*gradients)
    batch = torch.export.Dim("batch", min=2)
    exported = torch.export.export(network, (x,), dynamic_shapes=({0: batch},)).module()
    torch.testing.assert_close(exported(x[:2]), expected[:2])


@every_counted
def test_results_do_not_depend_on_threads(operator: Operator) -> None:
    rest = tensors(operator, SHAPE[1], torch.float32)[1:]
    many = torch.randn(64, SHAPE[1], 3001, generator=torch.Generator().manual_seed(0)).requires_grad_()
    threads = torch.get_num_threads()
    found = []
    try:
        for count in (1, 2):
            torch.set_num_threads(count)
            result = operator.overload()(many, *rest)
            found.append((result, *torch.autograd.grad(result.sin().sum(), [many, *rest])))
    finally:
        torch.set_num_threads(threads)
    assert all(torch.equal(a, b) for a, b in zip(*found, strict=True))


@every_counted
def test_signature(operator: Operator) -> None:
    described = inspect.signature(getattr(ours, operator.name)).parameters
    assert list(described) == [*operator.tensors, *operator.arguments, "dim"]
    assert described["dim"].default == 1
    coefficients = [
        name for name, members in operator.tensors.items() if operator.inputs[members[0]].sample is not None
    ]
    assert all(described[name].default is inspect.Parameter.empty for name in coefficients)


@every_counted
@pytest.mark.parametrize("num_parameters", [1, 4])
def test_module(operator: Operator, num_parameters: int) -> None:
    """Its parameters are what the function takes; scripted, saved and loaded it is the same."""
    module = operator.module_class(num_parameters=num_parameters, dtype=torch.float64)
    x = sample(SHAPE)
    names = list(operator.tensors)[1:]
    assert [name for name, _ in module.named_parameters()] == names
    assert module.state_dict().keys() == set(names)
    for name in names:
        assert getattr(module, name).shape[-1] == num_parameters or num_parameters == 1
    expected = getattr(ours, operator.name)(x, *(getattr(module, name) for name in names))
    assert torch.equal(module(x), expected)
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(module), buffer)
    buffer.seek(0)
    assert torch.equal(torch.jit.load(buffer)(x), expected)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(1)
    module.reset_parameters()
    assert torch.equal(module(x), expected)
    elsewhere = operator.module_class(num_parameters=3, device="meta", dtype=torch.bfloat16)
    assert all(p.is_meta and p.dtype == torch.bfloat16 and p.shape[-1] == 3 for p in elsewhere.parameters())


@every_counted
def test_properties_are_those_of_the_module(operator: Operator) -> None:
    """As it starts."""
    claimed = _registry.find(operator.name)["properties"]
    module = operator.module_class(dtype=torch.float64)
    with torch.no_grad():
        near = module(torch.linspace(-40, 40, 80_001, dtype=torch.float64))
        far = module(torch.tensor([-1e8, 1e8], dtype=torch.float64)).abs().max()
    assert claimed["both_signs"] == bool((near < -1e-9).any() and (near > 1e-9).any())
    assert claimed["bounded"] == bool(far <= 1.01 * near.abs().max())
    assert claimed["monotonic"] == bool((near.diff() > -1e-9).all())


@every_counted
def test_curves_are_the_module_and_its_slope(operator: Operator) -> None:
    from torchactiv import _plot

    x, y, slope = _plot.curve(_registry.find(operator.name), points=2001)
    module, leaf = operator.module_class().double(), x.clone().requires_grad_()
    expected = module(leaf)
    torch.testing.assert_close(y, expected.detach())
    torch.testing.assert_close(slope, torch.autograd.grad(expected.sum(), leaf)[0])


@every_counted
@pytest.mark.parametrize("dtype", [torch.int64, torch.bool, torch.complex64], ids=str)
def test_dtype_that_is_no_real_number(operator: Operator, dtype: torch.dtype) -> None:
    for i, name in enumerate(operator.tensors):
        wrong = [t.detach().to(dtype) if j == i else t for j, t in enumerate(tensors(operator))]
        with pytest.raises(NotImplementedError, match=f"{operator.name}.*{name} must be a tensor of dtype float32"):
            operator.overload()(*wrong)


@pytest.mark.parametrize(
    "wrong,error,message",
    [
        (lambda x: ours.apl(x, torch.ones(2).double(), torch.ones(3).double()), RuntimeError, "as many pieces"),
        (lambda x: ours.apl(x, torch.ones(0).double(), torch.ones(0).double()), RuntimeError, "one at least"),
        (
            lambda x: ours.apl(x, torch.ones(()).double(), torch.ones(1).double()),
            RuntimeError,
            "apl: a must have a dim",
        ),
        (lambda x: ours.apl(x, torch.ones(21).double(), torch.ones(21).double()), RuntimeError, "at most 40 param"),
        (lambda x: ours.apl(x, torch.ones(2), torch.ones(2)), RuntimeError, "a is Float, but .* Double"),
        (lambda x: ours.apl(x, torch.ones(2, 3).double(), torch.ones(2, 4).double()), RuntimeError, "a has 3 elements"),
        (
            lambda x: ours.apl(x, torch.ones(2, 3).double(), torch.ones(2).double(), dim=-1),
            RuntimeError,
            r"apl: a has the shape \[2, 3\], but .* 5 along dim=-1",
        ),
        (
            lambda x: ours.dynamic_relu(x, torch.ones(2, 4, 1, 1).double(), torch.ones(2).double()),
            RuntimeError,
            "slopes of shape .* does not broadcast",
        ),
        (lambda x: ours.bspline(x, torch.ones(3).double()), RuntimeError, "at least 4"),
        (lambda x: ours.bspline(x, torch.ones(5).double(), 1.0, 1.0), ValueError, "low must be less than high"),
        (
            lambda x: ours.bspline(x, torch.ones(5).double(), 0.0, float("inf")),
            ValueError,
            "low and high must be finite, got .*high=inf",
        ),
        (lambda x: ours.rational(x, torch.ones(12).double(), torch.ones(2).double()), RuntimeError, "at most 10"),
        (lambda x: ours.rational(x, torch.ones(3).double(), torch.ones(3).double(), "E"), ValueError, "got 'E'"),
        (lambda x: Rational(version="E"), ValueError, "version must be .*, got 'E'"),
        (lambda x: Rational("sine"), ValueError, "approximate must be one of elu, .*, got 'sine'"),
    ],
)
def test_what_does_not_fit(wrong: Callable[[Tensor], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        wrong(sample(SHAPE))


@pytest.mark.parametrize(
    "make,error,message",
    [
        (lambda: modules.BSpline(low=1, high=0), ValueError, "low must be less than high, got low=1, high=0"),
        (lambda: modules.BSpline(init=[0.0] * 2), RuntimeError, "at least 4 elements"),
        (lambda: modules.KANEdge(coefficients_init=[0.0] * 3), RuntimeError, "at least 4 elements"),
        (lambda: modules.APL(a_init=[], b_init=[]), RuntimeError, "one at least"),
        (lambda: modules.APL(a_init=[1.0], b_init=[1.0, 2.0]), RuntimeError, "as many pieces as each other"),
        (lambda: modules.Polynomial(init=[1.0] * 41), RuntimeError, "at most 40 parameters for an element"),
    ],
)
def test_constructors_refuse_what_forward_would(
    make: Callable[[], nn.Module], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        make()


@every_counted
def test_double_backward_refuses_other_counts(operator: Operator) -> None:
    """Without reading what is not there."""
    case = next(c for c in CASES if c.operator is operator)
    saved = case.saved(*case.inputs((4, 3)))
    stacked = operator.stacked(saved)
    function = getattr(torch.ops.torchactiv, operator.name + "_double_backward")
    counted = [operator.inputs[members[0]].sample is not None for members in operator.tensors.values()]
    along = [t[:1] if several else t for t, several in zip(stacked, counted, strict=True)]
    with pytest.raises(RuntimeError, match=f"{operator.name}_double_backward: grad_grad_.* as many coefficients as"):
        function(*along, torch.ones(4, 3, dtype=torch.float64), *stacked, *case.values)


@every_counted
def test_docstrings_say_how_many_there_may_be(operator: Operator) -> None:
    assert "at most 40 for an element" in inspect.getdoc(getattr(ours, operator.name))  # type: ignore[operator]
