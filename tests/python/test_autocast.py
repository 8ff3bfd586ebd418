"""Under torch.autocast an operator runs in the dtype in which PyTorch's own runs, and its gradients come back."""

import itertools

import pytest
import torch
from operators import Case, every_parametric, in_place_of_each_kind, one_of_each_kind, same_bits, sample
from torch import Tensor

LOWER = (torch.bfloat16, torch.float16)
DENORMALS = {torch.bfloat16: 0.0, torch.float16: 4 * 2.0**-24}  # a few times the least number, where it is near
every_lower = pytest.mark.parametrize("lower", LOWER, ids=str)


def autocast(dtype: torch.dtype, enabled: bool = True) -> torch.autocast:
    """On the device of the tests."""
    return torch.autocast("cpu", dtype=dtype, enabled=enabled)


@every_lower
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
@one_of_each_kind
def test_dtype_is_that_of_pytorch(case: Case, dtype: torch.dtype, lower: torch.dtype) -> None:
    tensors = case.inputs(dtype=dtype)
    with autocast(lower):
        result = case.forward(*tensors)
        # With parameters it is as prelu, the one function of PyTorch that has them.
        expected = lower if case.operator.parameters else case.builtin(*tensors).dtype
    assert result.dtype == expected
    assert same_bits(result, case.forward(*(t.to(result.dtype) for t in tensors)))


@every_lower
@one_of_each_kind
def test_double_is_left_alone(case: Case, lower: torch.dtype) -> None:
    """autocast is for single and half precision: who asks for double gets it."""
    tensors = case.inputs(dtype=torch.float64)
    with autocast(lower):
        result, expected = case.forward(*tensors), case.builtin(*tensors)
    assert result.dtype == expected.dtype == torch.float64
    assert same_bits(result, case.forward(*tensors))


@every_lower
@every_parametric
def test_parameters_of_another_dtype_are_cast(case: Case, lower: torch.dtype) -> None:
    """The usual network: data in the lower precision from the layer before, parameters in float32."""
    tensors = case.inputs(dtype=torch.float32)
    for dtypes in itertools.product((torch.float32, lower), repeat=len(tensors)):
        mixed = tuple(t.to(d).requires_grad_() for t, d in zip(tensors, dtypes, strict=True))
        with autocast(lower):
            result = case.forward(*mixed)
        assert result.dtype == lower
        assert same_bits(result.detach(), case.forward(*(t.detach().to(lower) for t in mixed)))
        gradients = torch.autograd.grad(result.sum(), mixed)
        assert [g.dtype for g in gradients] == list(dtypes)


@every_lower
@one_of_each_kind
def test_gradients_are_those_of_the_cast(case: Case, lower: torch.dtype) -> None:
    tensors = case.inputs(dtype=torch.float32, requires_grad=True)
    with autocast(lower):
        result = case.forward(*tensors)
    gradient = sample(result.shape, dtype=result.dtype, seed=7)
    actual = torch.autograd.grad(result, tensors, gradient)
    cast = [t.to(result.dtype) for t in tensors]
    expected = torch.autograd.grad(case.forward(*cast), tensors, gradient)
    assert all(same_bits(a, e) for a, e in zip(actual, expected, strict=True))
    assert all(a.dtype == torch.float32 for a in actual)


@every_lower
@one_of_each_kind
def test_second_derivative_inside(case: Case, lower: torch.dtype) -> None:
    """With backward under autocast as well, where its operators see tensors of several dtypes."""
    tensors = case.inputs(dtype=torch.float32, requires_grad=True)

    def second() -> list[Tensor]:
        small = case.forward(*tensors).float().square().mean() / 64  # lest half precision overflow
        gradients = torch.autograd.grad(small, tensors, create_graph=True)
        total = sum(g.float().square().mean() for g in gradients)
        return [t.float() for t in torch.autograd.grad(total, tensors)]

    with autocast(lower):
        actual = second()
    for a, e in zip(actual, second(), strict=True):
        torch.testing.assert_close(a, e, rtol=0.05, atol=0.05 * float(e.abs().max()) + DENORMALS[lower])


@every_lower
@in_place_of_each_kind
def test_in_place_keeps_the_dtype(case: Case, lower: torch.dtype) -> None:
    (x,) = case.inputs(dtype=torch.float32)
    expected = case.forward(x)
    with autocast(lower):
        case.in_place(x)
    assert same_bits(x, expected)


@every_lower
@one_of_each_kind
def test_out_keeps_the_dtype(case: Case, lower: torch.dtype) -> None:
    tensors = case.inputs(dtype=torch.float32)
    with autocast(lower):
        out = case.out(*tensors, out=torch.empty(0))
    assert same_bits(out, case.forward(*tensors))


@every_lower
@one_of_each_kind
def test_a_module_between_linear_layers(case: Case, lower: torch.dtype) -> None:
    """Each linear layer gives the lower dtype, and all parameters of the network get gradients in theirs."""
    torch.manual_seed(0)
    before = torch.nn.ModuleList([torch.nn.Linear(4, 3) for _ in case.operator.data])
    network = torch.nn.ModuleList([before, case.module(torch.empty(1, 3)), torch.nn.Linear(3, 2)])
    with torch.no_grad():  # away from what parameters start from, where some slopes are 0
        for parameter in network[1].parameters():
            parameter -= 0.25
    x = 8 * torch.randn(8, 4)
    with autocast(lower):
        hidden = network[1](*(layer(x) for layer in before))
        result = network[2](hidden)
    assert hidden.dtype == result.dtype == lower
    result.float().square().sum().backward()
    assert all(p.grad is not None and p.grad.dtype == torch.float32 and p.grad.any() for p in network.parameters())


@one_of_each_kind
def test_switched_off(case: Case) -> None:
    tensors = case.inputs(dtype=torch.float32)
    with autocast(torch.bfloat16), autocast(torch.bfloat16, enabled=False):
        result = case.forward(*tensors)
    assert same_bits(result, case.forward(*tensors))
