"""A learned parameter: a number, one element, one for each index along a dimension, or anything that broadcasts."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import torchactiv.functional as ours
from operators import OPERATORS, Case, Operator, sample
from refusals import refused
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

SHAPE = (3, 4, 5)
PARAMETRIC = [operator for operator in OPERATORS if operator.parameters and len(operator.data) == 1]
every_parametric = pytest.mark.parametrize("operator", PARAMETRIC, ids=lambda operator: operator.name)
every_with_dim = pytest.mark.parametrize(
    "operator", [o for o in PARAMETRIC if not o.drop_in], ids=lambda operator: operator.name
)


def call(operator: Operator, x: Tensor, parameters: list[Any], **options: Any) -> Tensor:
    """The function in torchactiv.functional."""
    return operator.function(x, *parameters, **operator.demanded, **options)


def values(operator: Operator, shape: tuple[int, ...], seed: int = 0) -> list[Tensor]:
    """Parameters near what they start from."""
    return [
        (p.initial + 0.5 + 0.1 * sample(shape, seed=seed + i)).requires_grad_()
        for i, p in enumerate(operator.parameters)
    ]


@every_parametric
def test_a_number_is_one_element(operator: Operator) -> None:
    x = sample(SHAPE)
    numbers = [p.initial + 0.5 for p in operator.parameters]
    expected = call(operator, x, [torch.full((), n, dtype=x.dtype) for n in numbers])
    assert torch.equal(call(operator, x, numbers), expected)


@every_parametric
@pytest.mark.parametrize("shapes", [[(3, 1, 1), (1,)], [(3, 4, 1), (4, 1)], [(3, 1, 5), ()], [SHAPE, (1, 5)]])
def test_shapes_that_broadcast(operator: Operator, shapes: list[tuple[int, ...]]) -> None:
    """Also where parameters differ in shape, and where what they vary along is not adjacent in memory."""
    x = sample(SHAPE).requires_grad_()
    parameters = [values(operator, shapes[i % 2], i)[i] for i in range(len(operator.parameters))]
    whole = [p.expand(SHAPE) for p in parameters]
    results = [call(operator, x, p) for p in (parameters, whole)]
    torch.testing.assert_close(*results, rtol=1e-12, atol=1e-12)
    for a, b in zip(*(torch.autograd.grad(r.sin().sum(), [x, *parameters]) for r in results), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-10)


@every_parametric
def test_floats_keep_their_digits_where_parameters_are_summed(operator: Operator) -> None:
    """The gradient of the data has the bits that it has where no parameter is broadcast."""
    x, gradient = sample((3, 257)).float().requires_grad_(), sample((3, 257), seed=1).float()
    parameters = [v.detach().float().requires_grad_() for v in values(operator, (1,))]
    whole = [p.detach().expand(x.shape).contiguous().requires_grad_() for p in parameters]
    summed, apart = (torch.autograd.grad(call(operator, x, p), [x, *p], gradient)[0] for p in (parameters, whole))
    assert torch.equal(summed, apart)


@every_with_dim
@pytest.mark.parametrize("dim", [0, 1, 2, -1])
def test_dim(operator: Operator, dim: int) -> None:
    x = sample(SHAPE)
    parameters = values(operator, (SHAPE[dim],))
    moved = call(operator, x.movedim(dim, 1), parameters, dim=1).movedim(1, dim)
    torch.testing.assert_close(call(operator, x, parameters, dim=dim), moved, rtol=1e-12, atol=1e-12)
    module = operator.module_class(SHAPE[dim], dim=dim, **operator.demanded).double()
    torch.testing.assert_close(torch.jit.script(module)(x), module(x))


@pytest.mark.parametrize(
    "operator", [o for o in OPERATORS if o.parameters and len(o.data) > 1], ids=lambda operator: operator.name
)
def test_several_data(operator: Operator) -> None:
    """Which broadcast against each other, and parameters against the first of them."""
    case = Case(operator, tuple(operator.arguments.values()))
    for shapes in (((4, 1, 5), (1, 3, 5)), ((4, 3, 5), (3, 1)), ((1, 3), (2, 1))):
        data = [sample(shape, seed=i).requires_grad_() for i, shape in enumerate(shapes)]
        tensors = case.join(data, [v.requires_grad_() for v in values(operator, (1,))])
        result = case.forward(*tensors)
        torch.testing.assert_close(result, case.formula(operator.reference.value, *tensors), rtol=1e-12, atol=1e-12)
        assert gradcheck(case.forward, tensors) and gradgradcheck(case.forward, tensors)
    data = [sample(SHAPE, seed=i) for i in range(len(operator.data))]
    for dim in (0, 1, 2, -1):
        parameters = [v.detach() for v in values(operator, (SHAPE[dim],))]
        moved = operator.function(*case.join([d.movedim(dim, 1) for d in data], parameters), dim=1).movedim(1, dim)
        torch.testing.assert_close(operator.function(*case.join(data, parameters), dim=dim), moved)


@pytest.mark.parametrize("dim", [0, -1])
def test_a_vector(dim: int) -> None:
    x, bias = sample((7,)).requires_grad_(), sample((7,), seed=1).requires_grad_()
    y = ours.bias_act(x, bias, "silu", dim)
    torch.testing.assert_close(y, torch.nn.functional.silu(x + bias))
    for a, b in zip(
        *(
            torch.autograd.grad(f, (x, bias), torch.ones(7, dtype=x.dtype))
            for f in (y, torch.nn.functional.silu(x + bias))
        ),
        strict=True,
    ):
        torch.testing.assert_close(a, b)


# Of gate and up. Both have the dimension -1; those that follow are tried where both have them.
BROADCAST = [
    ((2, 3, 3), (3, 3)),
    ((3, 3), (2, 3, 3)),
    ((2, 4, 3), (4, 3)),
    ((5, 1), (5, 3)),
    ((5, 3), (5, 1)),
    ((1, 3), (5, 1)),
    ((4, 3), (3,)),
    ((3,), (4, 3)),
    ((3,), (1,)),
    ((2, 1, 3, 1), (3, 1)),
    ((1,), ()),
    ((2, 3, 1, 5), (4, 5)),
    ((3, 4), (2, 4, 3, 1)),
]


@pytest.mark.parametrize("dim", [-1, -2, 0, 1, 2])
@pytest.mark.parametrize(("of_gate", "of_up"), BROADCAST, ids=str)
def test_biases_of_a_gate_that_broadcasts(of_gate: tuple[int, ...], of_up: tuple[int, ...], dim: int) -> None:
    """Each lies along dim of the tensor that it is added to."""
    gate, up = (sample(shape, seed=i).requires_grad_() for i, shape in enumerate((of_gate, of_up)))
    has_dim = [-t.dim() <= dim < t.dim() for t in (gate, up)]
    for biased in ((True, False), (False, True), (True, True)):
        if not all(has for has, wanted in zip(has_dim, biased, strict=True) if wanted):
            continue
        biases = [
            sample((t.size(dim),), seed=2 + i).requires_grad_() if wanted else None
            for i, (t, wanted) in enumerate(zip((gate, up), biased, strict=True))
        ]
        first, second = (
            t if bias is None else t + bias[(...,) + (None,) * (t.dim() - 1 - dim % t.dim())]
            for t, bias in zip((gate, up), biases, strict=True)
        )
        mine, theirs = ours.gated(gate, up, "silu", None, *biases, dim=dim), F.silu(first) * second
        torch.testing.assert_close(mine, theirs)
        given = [t for t in (gate, up, *biases) if t is not None]
        gradients = [torch.autograd.grad(y.sin().sum(), given, create_graph=True) for y in (mine, theirs)]
        torch.testing.assert_close(*gradients)
        seconds = [torch.autograd.grad(torch.stack([g.cos().sum() for g in gs]).sum(), given) for gs in gradients]
        torch.testing.assert_close(*seconds)


def with_up_bias(gate: Tensor, up: Tensor, bias: Tensor) -> Tensor:
    return ours.gated(gate, up, up_bias=bias)


@pytest.mark.usefixtures("fresh_compiler")
@pytest.mark.parametrize(("of_gate", "of_up"), BROADCAST, ids=str)
def test_biases_of_a_gate_that_broadcasts_in_graphs(of_gate: tuple[int, ...], of_up: tuple[int, ...]) -> None:
    gate, up, bias = (sample(shape, seed=i) for i, shape in enumerate((of_gate, of_up, of_up[-1:])))
    expected = F.silu(gate) * (up + bias)
    file = io.BytesIO()
    torch.jit.save(torch.jit.script(with_up_bias), file)
    file.seek(0)
    for graph in (
        torch.jit.load(file),
        torch.fx.symbolic_trace(with_up_bias),
        torch.compile(with_up_bias, fullgraph=True, dynamic=True, backend="aot_eager"),
    ):
        torch.testing.assert_close(graph(gate, up, bias), expected)
    batch = (torch.stack([gate] * 2), torch.stack([up] * 2), torch.stack([bias] * 2))
    torch.testing.assert_close(torch.vmap(with_up_bias)(*batch), torch.stack([expected] * 2))


def test_a_bias_that_fits_the_other_operand_only() -> None:
    wide, narrow, bias = sample((5, 3)), sample((5, 1)), sample((3,))
    for dim in (1, -1):
        with refused(RuntimeError, "gated", "up_bias", "3 elements", "[5, 1]", f"dim={dim}"):
            ours.gated(wide, narrow, up_bias=bias, dim=dim)
        with refused(RuntimeError, "gated", "gate_bias", "3 elements", "[5, 1]", f"dim={dim}"):
            ours.gated(narrow, wide, gate_bias=bias, dim=dim)
    with refused(RuntimeError, "gated_bias", "gate", "up", "[5, 3]", "[4, 3]", "broadcast"):
        ours.gated(wide, wide[:4], up_bias=bias)


class Foreign:
    """No tensor, but taken by all functions for itself."""

    @classmethod
    def __torch_function__(cls, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return function


@pytest.mark.parametrize(
    "operator",
    [o for o in PARAMETRIC if not any(isinstance(initial, tuple) for _, initial in o.learned)],
    ids=lambda operator: operator.name,
)
def test_what_stands_for_a_tensor(operator: Operator) -> None:
    x, packet = sample(SHAPE), getattr(torch.ops.torchactiv, operator.name)
    assert F.prelu(x, Foreign()) is torch.prelu and F.prelu(Foreign(), x) is torch.prelu  # type: ignore[arg-type,comparison-overlap]
    for options in [{}] if operator.drop_in else [{}, {"dim": -1}]:
        for foreign in range(len(operator.parameters)):
            given: list[Any] = [sample((1,)) for _ in operator.parameters]
            given[foreign] = Foreign()
            assert call(operator, x, given, **options) is packet
        for value in (0.5, sample((5,))):
            given = [value] * len(operator.parameters)
            assert call(operator, Foreign(), given, **options) is packet  # type: ignore[arg-type]


WRONG: list[Any] = ["0.5", [1.0], np.ones(3), np.ones(1), 1j]


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_what_is_no_parameter(wrong: Any) -> None:
    x = sample((2, 4))
    calls: list[tuple[str, str, Callable[[], object]]] = [
        ("gated", "gate_bias", lambda: ours.gated(x, x, gate_bias=wrong)),
        ("gated", "up_bias", lambda: ours.gated(x, x[0], up_bias=wrong)),
        ("bias_act", "bias", lambda: ours.bias_act(x, wrong)),
        ("gated_packed", "bias", lambda: ours.gated_packed(x, bias=wrong)),
        *(("taaf", name, lambda name=name: ours.taaf(x, **{name: wrong})) for name in ("alpha", "beta", "delta")),
        ("rational", "input", lambda: ours.rational(wrong, x, x)),
        ("rational", "numerator", lambda: ours.rational(x, wrong, x)),
        ("rational", "denominator", lambda: ours.rational(x, x, wrong)),
    ]
    for operator, name, refuse in calls:
        with refused(TypeError, operator, name, "Tensor", type(wrong).__name__):
            refuse()
    with refused(TypeError, "bias_act", "bias", "NoneType"):
        ours.bias_act(x, None)  # type: ignore[arg-type]


@pytest.mark.parametrize("dim", [None, 1.0, 0.5, "1"], ids=repr)
def test_what_is_no_dimension(dim: Any) -> None:
    x, weight = sample((2, 4)), sample((4,))
    calls: list[tuple[str, Callable[[], object]]] = [
        ("swish", lambda: ours.swish(x, weight, dim=dim)),
        ("swish", lambda: ours.swish(x, 0.5, dim=dim)),
        ("gated", lambda: ours.gated(x, x, up_bias=weight, dim=dim)),
        ("gated", lambda: ours.gated(x, x[0], up_bias=weight, dim=dim)),
        ("gated_packed", lambda: ours.gated_packed(x, dim=dim)),
        ("gated_packed", lambda: ours.gated_packed(x, dim=dim, bias=weight)),
        ("rational", lambda: ours.rational(x, weight, weight, dim=dim)),
    ]
    for operator, refuse in calls:
        with refused(TypeError, operator, "dim", "int", type(dim).__name__):
            refuse()
    assert torch.equal(ours.swish(x, weight, dim=np.int64(1)), ours.swish(x, weight, dim=1))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong,error,message",
    [
        (
            lambda x: ours.bias_act(x, torch.ones(3).double()),
            RuntimeError,
            "bias has 3 elements, but .* 5 along dim=-1",
        ),
        (lambda x: ours.bias_act(x, torch.ones(4).double(), dim=3), IndexError, "out of range"),
        (lambda x: ours.prelu(x, torch.ones(3).double()), RuntimeError, "prelu: weight has 3 elements"),
        (lambda x: ours.prelu(x, torch.ones(2, 1).double()), RuntimeError, "prelu: weight of shape .* not broadcast"),
        (lambda x: ours.prelu(x), TypeError, "weight"),
    ],
)
def test_what_does_not_fit(wrong: Callable[[Tensor], Tensor], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        wrong(sample(SHAPE))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize(
    "shape",
    [(64, 3, 4100), (9, 37, 256), (9, 21, 400), (2, 37, 200), (600, 128, 49), (2, 3, 17), (300, 70), (2, 2000)],
)
def test_gradients_are_summed_in_float(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    """By rows, short rows from memory too, and by columns, in one block and in several; 16 bits are rounded once."""
    x = sample(shape, dtype=dtype)
    weight = torch.linspace(0.1, 0.9, shape[1]).to(dtype)
    gradient = sample(shape, dtype=dtype, seed=5)
    mine = torch.ops.torchactiv.prelu_backward(gradient, x, weight)[1]
    exact = torch.ops.torchactiv.prelu_backward(gradient.double(), x.double(), weight.double())[1]
    magnitude = (gradient.double() * x.double()).abs().movedim(1, 0).flatten(1).sum(1)
    error = (mine.double() - exact).abs() - exact.abs() * torch.finfo(dtype).eps / 2
    assert (error <= 1e-6 * magnitude).all()


@every_parametric
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_sums_along_rows(operator: Operator, dtype: torch.dtype) -> None:
    """Rows of whole vectors and what is left over of them, in one block and in several: as in doubles."""
    for shape in ((2, 3, 1100), (1, 2, 2050), (2, 19, 210)):
        x, gradient = (sample(shape, dtype=dtype, seed=seed) for seed in (0, 5))
        parameters = [p.detach().to(dtype).requires_grad_() for p in values(operator, (shape[1], 1))]
        wide = [t.detach().double().requires_grad_() for t in parameters]
        mine = torch.autograd.grad(call(operator, x, parameters), parameters, gradient)
        exact = torch.autograd.grad(call(operator, x.double(), wide), wide, gradient.double())
        unit = torch.finfo(dtype).eps
        for result, expected in zip(mine, exact, strict=True):
            torch.testing.assert_close(result.double(), expected, rtol=unit, atol=2e-3)


@pytest.mark.parametrize("dim", [1, -1, 0])
def test_vmap_over_no_samples(dim: int) -> None:
    """Of which no size can be told from the count of elements."""
    x, channels = torch.ones(0, 2, 3, 4), (2, 3, 4)[dim]
    for result in (
        torch.func.vmap(lambda x, a: ours.pelu(x, a, 1.0, dim))(x, torch.ones(0, channels)),
        torch.func.vmap(lambda x, a: ours.bspline(x, a, dim=dim))(x, torch.ones(0, 5, channels)),
        torch.func.vmap(lambda x, a: ours.bias_act(x, a, dim=dim))(x, torch.ones(0, channels)),
    ):
        assert result.shape == x.shape
