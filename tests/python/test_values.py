"""Results and gradients are right: against PyTorch's functions in double, against the exact value in float, and at the
ends of the number line."""

import math
from dataclasses import replace

import pytest
import torch
from operators import Case, as_tuple, every_builtin, every_case, every_parametric, sample
from reference_language import exact
from references import BY_NAME
from rounding import error_in_ulp, many_floats
from torchactiv import functional

SPECIAL = (0.0, -0.0, math.inf, -math.inf, 1e-45, -1e-45, 1e-38, -1e-38, 3.4028234663852886e38, -3.4028234663852886e38)


@every_builtin
def test_double_agrees_with_pytorch(case: Case) -> None:
    ours = case.inputs((5, 3, 401), requires_grad=True)
    theirs = [t.detach().clone().requires_grad_() for t in ours]
    gradient = sample((5, 3, 401), seed=9)
    a, b = case.forward(*ours), case.builtin(*theirs)
    torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-15)
    for x, y in zip(torch.autograd.grad(a, ours, gradient), torch.autograd.grad(b, theirs, gradient), strict=True):
        torch.testing.assert_close(x, y, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["snake", "snake_beta", "sinlu"])
def test_doubles_beyond_the_floats_have_an_angle(name: str) -> None:
    """Of a small multiple, which is added to them by a large one."""
    x, small = (torch.tensor([pair], dtype=torch.float64) for pair in ((1e50, 3e60), (1e-51, 2e-61)))
    sine = torch.sin(small * x)
    result, added = {
        "snake": lambda: (functional.snake(x, small), sine**2 / small),
        "snake_beta": lambda: (functional.snake_beta(x, small, small), sine**2 / small),
        "sinlu": lambda: (functional.sinlu(x, x, small), x * sine),
    }[name]()
    torch.testing.assert_close(result, x + added, rtol=1e-12, atol=0)


@every_case
def test_double_agrees_with_the_formula(case: Case) -> None:
    tensors = case.inputs((7, 3, 101), requires_grad=True)
    result = case.forward(*tensors)
    torch.testing.assert_close(result, case.formula(case.operator.reference.value, *tensors), rtol=1e-12, atol=1e-15)
    arriving = sample((7, 3, 101), seed=9)
    gradients = torch.autograd.grad(result, tensors, arriving)
    for gradient, partial, aligned in zip(
        gradients, case.operator.reference.partials, case.aligned(*tensors), strict=True
    ):
        of_each = arriving * case.formula(partial, *tensors)
        expected = of_each.sum_to_size(aligned.shape).reshape(gradient.shape)
        torch.testing.assert_close(gradient, expected, rtol=1e-12, atol=1e-12)


def _points(case: Case, first: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """The first input, with a constant for each other one."""
    samples = case.operator.reference.samples
    others = [torch.full((1,), samples[i.name][0], dtype=first.dtype) for i in case.operator.inputs[1:]]
    return (
        first,
        *(o if i.is_parameter else o.expand_as(first) for o, i in zip(others, case.operator.inputs[1:], strict=True)),
    )


@every_case
def test_float_is_within_an_ulp(case: Case) -> None:
    tensors = _points(case, many_floats())
    expected = case.rounded.formula(case.operator.reference.value, *(t.double() for t in tensors))
    errors = error_in_ulp(case.forward(*tensors), expected)
    assert errors.max() <= 1.0, f"{errors.max()} ulp at {tensors[0][errors.argmax()]}"


@every_case
def test_float_gradient_is_within_two_ulp_or_small(case: Case) -> None:
    points = _points(case, many_floats())
    # Every point is a channel, lest the gradients of parameters are summed.
    tensors = [
        t.expand_as(points[0]) if i.is_parameter else t[None] for t, i in zip(points, case.operator.inputs, strict=True)
    ]
    gradients = case.backward(torch.ones_like(tensors[0]), *case.saved(*tensors))
    for gradient, partial in zip(gradients, case.operator.reference.partials, strict=True):
        expected = case.rounded.formula(partial, *(t.double() for t in tensors)).reshape(gradient.shape)
        errors, distance = error_in_ulp(gradient, expected), (gradient.double() - expected).abs()
        bad = (errors > 2.0) & ~((expected.abs() < 1 / 16) & (distance <= 2.0**-27))
        assert not bad.any(), f"{errors[bad].max()} ulp at {tensors[0].reshape(bad.shape)[bad][errors[bad].argmax()]}"


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@every_case
def test_limits(case: Case, dtype: torch.dtype) -> None:
    tensors = _points(case, torch.tensor(SPECIAL, dtype=dtype))
    others = {name: float(t[0]) for name, t in zip(case.operator.reference.inputs[1:], tensors[1:], strict=True)}
    numbers = (case if dtype == torch.float64 else case.rounded).keywords
    result = case.forward(*tensors)
    for x, actual in zip(tensors[0].tolist(), result, strict=True):
        limit = exact(case.operator.reference.value, {case.operator.reference.inputs[0]: x, **others, **numbers})
        expected = torch.tensor(float(limit), dtype=torch.float64)
        allowed = 8 if dtype == torch.float64 else 1
        equal = torch.equal(actual.double(), expected) or (actual.isnan() and expected.isnan())
        assert equal or error_in_ulp(actual, expected) <= allowed, (x, actual, limit)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16], ids=str)
@every_builtin
def test_zero_and_infinity_keep_the_sign_that_pytorch_gives(case: Case, dtype: torch.dtype) -> None:
    tensors = _points(case, torch.tensor([0.0, -0.0, math.inf], dtype=dtype))
    # In double: for floats PyTorch's gelu depends on whether the CPU has a kernel of oneDNN's, which loses the sign.
    ours, theirs = case.forward(*tensors), case.builtin(*(t.double() for t in tensors)).to(dtype)
    ours, theirs = ours[~theirs.isnan()], theirs[~theirs.isnan()]  # test_limits has what replaces PyTorch's NaN
    signs = [t[:2].signbit() for t in (ours, theirs)]  # at zero; at infinity test_limits has the sign of the limit
    assert torch.equal(ours, theirs) and torch.equal(*signs), (ours, theirs)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16], ids=str)
@every_case
def test_nan_stays(case: Case, dtype: torch.dtype) -> None:
    """In the value, and in the gradient of the data for a NaN in data or gradient, in vectors and in their tails."""
    for size in (1, 67):
        tensors = [t.detach().requires_grad_() for t in _points(case, torch.full((size,), math.nan, dtype=dtype))]
        result = case.forward(*tensors)
        assert result.isnan().all()
        first = as_tuple(torch.autograd.grad(result, tensors, torch.ones_like(result)))[0]
        assert first.isnan().all()


@pytest.mark.parametrize("incoming", [math.inf, -math.inf, math.nan], ids=str)
@every_builtin
def test_infinite_and_nan_gradients_go_where_pytorch_lets_them(case: Case, incoming: float) -> None:
    # At 0 the gradient of prelu's weight is 0 here, where PyTorch multiplies 0 by infinity.
    for point in (-3.0, -0.5, 0.5, 3.0) if case.operator.parameters else (-3.0, -0.5, -0.0, 0.0, 0.5, 3.0):
        tensors = [t.detach().requires_grad_() for t in _points(case, torch.tensor([point], dtype=torch.float64))]
        gradient = torch.tensor([incoming], dtype=torch.float64)
        ours, theirs = (torch.autograd.grad(f(*tensors), tensors, gradient) for f in (case.forward, case.builtin))
        for a, b in zip(ours, theirs, strict=True):
            torch.testing.assert_close(a, b, equal_nan=True)


@every_case
def test_one_nan_does_not_spread(case: Case) -> None:
    tensors = case.inputs((67,), dtype=torch.float32)
    whole = case.forward(*tensors)
    tensors[0][13] = math.nan
    result = case.forward(*tensors)
    assert result.isnan().nonzero().flatten().tolist() == [13]
    assert torch.equal(result[:13], whole[:13]) and torch.equal(result[14:], whole[14:])


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16], ids=str)
def test_a_gate_of_what_is_infinite_has_an_infinite_slope(dtype: torch.dtype) -> None:
    for up, sign in ((math.inf, 1.0), (-math.inf, -1.0)):
        gate = torch.tensor([1.5, 2.0, 5.0, 20.0, 200.0], dtype=dtype, requires_grad=True)
        y = functional.swiglu(gate, torch.full((5,), up, dtype=dtype))
        assert torch.autograd.grad(y.sum(), gate)[0].tolist() == [sign * math.inf] * 5


def _moved(actual: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return (actual - other).abs() > 1e-9 * actual.abs()


@every_parametric
def test_nan_in_a_parameter_shows_wherever_the_value_depends_on_it(case: Case) -> None:
    tensors = list(case.inputs((67, 1)))
    value = case.forward(*tensors)
    for i, described in enumerate(case.operator.inputs):
        if described.is_parameter:
            moved, broken = (
                case.forward(*tensors[:i], changed, *tensors[i + 1 :])
                for changed in (tensors[i] * 0.6 + 0.003, torch.full_like(tensors[i], math.nan))
            )
            depends = _moved(value, moved)
            assert depends.any() and broken[depends].isnan().all(), described.name


@every_case
def test_nan_for_a_number_is_refused_or_shows_wherever_the_value_depends_on_it(case: Case) -> None:
    """Unless PyTorch has the function and takes NaN for something."""
    tensors = case.inputs((67, 1))
    value = case.forward(*tensors)
    for k, number in enumerate(case.values):
        moved, broken = (
            replace(case, values=(*case.values[:k], changed, *case.values[k + 1 :]))
            for changed in (number * 1.01 + 0.003, math.nan)
        )
        try:
            result = broken.forward(*tensors)
        except (RuntimeError, ValueError) as error:
            assert f"{list(case.operator.arguments)[k]}=nan" in str(error)
        else:
            shows = result.isnan() | ~_moved(value, moved.forward(*tensors))
            same = case.operator.reference.builtin is not None and torch.equal(result, broken.builtin(*tensors))
            assert shows.all() or same, list(case.operator.arguments)[k]


def test_golu_of_unusual_arguments() -> None:
    x = torch.tensor([-30.0, -17.0, -10.0])
    assert torch.equal(torch.ops.torchactiv.golu(x, 1.0, -2.0, 1.0), torch.full((3,), -torch.inf))
    assert torch.equal(torch.ops.torchactiv.golu(x, 1.0, 1e-8, 1.0)[0], torch.tensor(-0.0))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32], ids=str)
@pytest.mark.parametrize("name", ["pelu", "mpelu"])
def test_parameters_that_turn_the_exponential_around(name: str, dtype: torch.dtype) -> None:
    """Their gradient is e^|x| - 1, which is beyond 16 bits here."""
    x = torch.tensor([[-95.0, -200.0, -1000.0]], dtype=dtype)
    first, second = torch.ones(3, dtype=dtype, requires_grad=True), -torch.ones(3, dtype=dtype)
    values = getattr(torch.ops.torchactiv, name)(x, first, second.requires_grad_())
    assert values.isposinf().all()
    (gradient,) = torch.autograd.grad(values, first, torch.ones_like(values))
    assert (gradient > 3e4).all()


# What is missing from a rounded quotient of doubles can be told by a fused multiply-add only; e^q multiplies it by q.
_FUSES = torch.backends.cpu.get_cpu_capability() != "DEFAULT"
_MOST_ULP = {torch.float64: 8 if _FUSES else 64, torch.float32: 2}


def _near_exact(name: str, x: torch.Tensor, argument: float) -> None:
    """The value and the slope, at x that may lead beyond the floats."""
    reference, tensor = BY_NAME[name], x.requires_grad_()
    argument = torch.tensor(argument, dtype=x.dtype).item()
    value = getattr(torch.ops.torchactiv, name)(tensor, argument)
    (slope,) = torch.autograd.grad(value.sum(), tensor)
    for actual, expression in ((value, reference.value), (slope, *reference.partials)):
        limits = [exact(expression, {"x": point, reference.arguments[0]: argument}) for point in x.tolist()]
        expected = torch.tensor([float(limit) for limit in limits], dtype=torch.float64)
        in_ulp = error_in_ulp(actual.detach(), expected)
        bad = (actual.double() != expected) & (in_ulp > _MOST_ULP[x.dtype])
        assert not bad.any(), (x[bad], actual[bad], expected[bad])


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize("alpha", [-0.01, -1.0, -100.0, -1e-20])
def test_celu_of_a_negative_alpha_grows_until_it_overflows(alpha: float, dtype: torch.dtype) -> None:
    quotients = [1e-3, 1.0, 16.5, 50.0, 59.0, 61.0, 80.0, 87.9, 800.0, 1000.0, math.inf]
    _near_exact("celu", torch.tensor(quotients, dtype=dtype) * alpha, alpha)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize("beta", [1e11, 1e19, 1e25, -1e30, 1e37, 3e38])
def test_e_swish_of_a_large_beta(beta: float, dtype: torch.dtype) -> None:
    points = [-100.0, -95.0, -80.0, -50.0, -10.0, 0.0, 1.0, 5.0, 10.0, 50.0]
    _near_exact("e_swish", torch.tensor(points, dtype=dtype), beta)
