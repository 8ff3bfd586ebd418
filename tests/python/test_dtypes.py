"""Each dtype, and several together; half types are rounded once from the exact value."""

import itertools

import pytest
import torch
from operators import CASES, Case, every_case, every_parametric, every_shared_case, over, sample
from rounding import error_in_ulp, every_half, ulp
from torch import Tensor

DTYPES = (torch.float32, torch.float64, torch.bfloat16, torch.float16)
HALF_TYPES = (torch.bfloat16, torch.float16)
every_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=str)
every_half_type = pytest.mark.parametrize("dtype", HALF_TYPES, ids=str)
several_data = over([c for c in CASES if len(c.operator.data) > 1 and not c.operator.parameters])


@every_dtype
@every_case
def test_dtype_is_kept(case: Case, dtype: torch.dtype) -> None:
    tensors = case.inputs(dtype=dtype, requires_grad=True)
    result = case.forward(*tensors)
    assert result.dtype == dtype
    gradients = torch.autograd.grad(result.sum(), tensors, create_graph=True)
    assert [g.dtype for g in gradients] == [dtype] * len(tensors)
    if any(g.requires_grad for g in gradients):
        total = sum(g.float().sum() for g in gradients if g.requires_grad)
        second = torch.autograd.grad(total, tensors, materialize_grads=True)
        assert [s.dtype for s in second] == [dtype] * len(tensors)


def _with_others(case: Case, first: Tensor) -> list[tuple[Tensor, ...]]:
    """Every number as first input, with each of the row's values for the others; a channel for each number."""
    names = [i.name for i in case.operator.inputs[1:]]
    samples = case.operator.reference.samples
    result = []
    for values in zip(*(samples[name] for name in names), strict=True) if names else [()]:
        others = [torch.full_like(first, value) for value in values]
        result.append(
            case.join(
                [t[None] for t, i in zip([first, *others], case.operator.inputs, strict=True) if not i.is_parameter],
                [t for t, i in zip([first, *others], case.operator.inputs, strict=True) if i.is_parameter],
            )
        )
    return result


@every_half_type
@every_shared_case
def test_every_half_is_rounded_once(case: Case, dtype: torch.dtype) -> None:
    for tensors in _with_others(case, every_half(dtype)):
        expected = case.rounded.formula(case.operator.reference.value, *(t.double() for t in tensors))
        errors = error_in_ulp(case.forward(*tensors), expected)
        assert errors.max() <= 0.501, f"{errors.max()} ulp at {tensors[0].flatten()[errors.argmax()]}"


@every_half_type
@every_shared_case
def test_every_half_gradient_is_rounded_once(case: Case, dtype: torch.dtype) -> None:
    """Up to what the float that is rounded may be off near zeros of the derivative.

    Of a rounded result that is saved it is the slope there: it may have been rounded onto a kink, such as hardtanh's.
    """
    for tensors in _with_others(case, every_half(dtype)):
        saved = case.saved(*tensors)
        for actual, partial in zip(
            case.backward(torch.ones_like(tensors[0]), *saved), case.operator.reference.partials, strict=True
        ):
            expected = case.rounded.formula(partial, *(t.double() for t in tensors)).reshape(actual.shape)
            errors = error_in_ulp(actual, expected)
            if case.operator.saves_output:
                of_result = case.rounded.formula(partial, saved[0].double())
                errors = torch.where(actual == of_result, 0, errors)
            allowed = 0.501 + (expected.abs() < 1 / 16) * 2.0**-27 / ulp(expected, dtype)
            worst = (errors - allowed).argmax()
            assert (errors <= allowed).all(), f"{errors.flatten()[worst]} ulp at {tensors[0].flatten()[worst]}"


@every_half_type
@every_case
def test_half_gradients_are_those_of_double(case: Case, dtype: torch.dtype) -> None:
    """Through autograd, with a gradient that is not one, and sums over parameters not made in half precision."""
    tensors = case.inputs((4, 3, 1001), dtype=dtype, requires_grad=True)
    doubles = [t.detach().double().requires_grad_() for t in tensors]
    gradient = sample((4, 3, 1001), dtype=dtype, seed=7)
    actual = torch.autograd.grad(case.forward(*tensors), tensors, gradient)
    expected = torch.autograd.grad(case.builtin(*doubles), doubles, gradient.double())
    data = [d.detach() for d, i in zip(doubles, case.operator.inputs, strict=True) if not i.is_parameter]
    factor = torch.stack(data).abs().amax(0).clamp(min=1)
    for a, e, t in zip(actual, expected, case.operator.inputs, strict=True):
        if case.operator.saves_output and not t.is_parameter:
            continue  # the rounding of the saved result is in it; test_every_half_gradient_is_rounded_once
        # A sum of floats may be off by a few of their ulp, which are 2^-16 (bfloat16) or 2^-13 of the half type's.
        if t.is_parameter:
            allowed = torch.full_like(e, 0.55)
        else:  # and what the float may be off near zeros of the derivative, which grows with its factors
            allowed = 0.51 + 2.0**-26 * gradient.double().abs() * factor / ulp(e, dtype)
        errors = error_in_ulp(a, e)
        assert (errors <= allowed).all(), f"{t.name}: {(errors - allowed).max()} ulp too many"


@several_data
def test_data_of_different_dtypes_is_promoted(case: Case) -> None:
    for dtypes in itertools.product(DTYPES, repeat=len(case.operator.data)):
        tensors = [t.to(d).requires_grad_() for t, d in zip((x.detach() for x in case.inputs()), dtypes, strict=True)]
        common = tensors[0].dtype
        for t in tensors[1:]:
            common = torch.promote_types(common, t.dtype)
        result = case.forward(*tensors)
        assert result.dtype == common
        promoted = [t.detach().to(common).requires_grad_() for t in tensors]
        expected = case.forward(*promoted)
        assert torch.equal(result, expected)
        gradients = torch.autograd.grad(result.sum(), tensors)
        theirs = torch.autograd.grad(expected.sum(), promoted)
        for gradient, their, tensor in zip(gradients, theirs, tensors, strict=True):
            assert gradient.dtype == tensor.dtype
            assert torch.equal(gradient, their.to(tensor.dtype))


@several_data
def test_zero_dimensional_data_promotes_as_in_pytorch(case: Case) -> None:
    """In PyTorch a 0-dimensional tensor does not widen the dtype of one with dimensions."""
    first, *others = case.inputs((5,), dtype=torch.float32)
    scalars = [torch.tensor(0.5, dtype=torch.float64) for _ in others]
    assert case.forward(first, *scalars).dtype == case.builtin(first, *scalars).dtype
    for tensor, scalar in zip(others, [torch.tensor(0.5, dtype=torch.float64)] * len(others), strict=True):
        assert case.forward(scalar, tensor).dtype == case.builtin(scalar, tensor).dtype


@every_parametric
def test_parameters_must_have_the_dtype_of_the_data(case: Case) -> None:
    for data, parameter in itertools.permutations(DTYPES, 2):
        tensors = [
            t.to(parameter if i.is_parameter else data)
            for t, i in zip(case.inputs(), case.operator.inputs, strict=True)
        ]
        with pytest.raises(RuntimeError, match=case.operator.parameters[0].tensor):
            case.forward(*tensors)


@every_half_type
@every_case
def test_overflow_gives_infinity(case: Case, dtype: torch.dtype) -> None:
    """A result too large for the half type is infinite, as PyTorch's, not a wrapped number."""
    largest = torch.finfo(dtype).max
    tensors = tuple(torch.full((1,), largest if not i.is_parameter else 1.0, dtype=dtype) for i in case.operator.inputs)
    assert torch.equal(case.forward(*tensors), case.builtin(*(t.double() for t in tensors)).to(dtype))
