"""A learned parameter: a number, one element, one for each index along a dimension, or anything that broadcasts."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torchactiv.functional as ours
from operators import OPERATORS, Case, Operator, sample
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
@pytest.mark.parametrize("shape", [(64, 3, 4100), (2, 3, 17), (300, 70), (2, 2000)])
def test_gradients_are_summed_in_float(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    """By rows and by columns, in one block and in several; 16-bit gradients are rounded once."""
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
    for shape in ((2, 3, 1100), (1, 2, 2050)):
        x, gradient = (sample(shape, dtype=dtype, seed=seed) for seed in (0, 5))
        parameters = [p.detach().to(dtype).requires_grad_() for p in values(operator, (shape[1], 1))]
        wide = [t.detach().double().requires_grad_() for t in parameters]
        mine = torch.autograd.grad(call(operator, x, parameters), parameters, gradient)
        exact = torch.autograd.grad(call(operator, x.double(), wide), wide, gradient.double())
        unit = torch.finfo(dtype).eps
        for result, expected in zip(mine, exact, strict=True):
            torch.testing.assert_close(result.double(), expected, rtol=unit, atol=2e-3)
