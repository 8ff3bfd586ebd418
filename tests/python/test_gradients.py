"""Derivatives of the first, second and third order, in reverse and forward mode, against finite differences."""

import math

import pytest
import torch
import torchactiv
from operators import CASES, Case, every_case, every_plain_case, of_each_operator, over, sample
from torch import Tensor
from torch.autograd import forward_ad, gradcheck, gradgradcheck

SHAPE = (2, 3, 4)


@every_case
def test_first_derivative(case: Case) -> None:
    tensors = case.inputs(SHAPE, requires_grad=True)
    assert gradcheck(
        case.forward, tensors, check_forward_ad=True, check_batched_grad=True, check_batched_forward_grad=True
    )


@every_case
def test_second_derivative(case: Case) -> None:
    tensors = case.inputs(SHAPE, requires_grad=True)
    assert gradgradcheck(
        case.forward, tensors, check_fwd_over_rev=True, check_rev_over_rev=True, check_batched_grad=True
    )


@every_case
def test_third_derivative(case: Case) -> None:
    tensors = case.inputs((2, 3), requires_grad=True)
    directions = [torch.rand_like(t) for t in tensors]

    def slope(*inputs: Tensor) -> Tensor:
        """The derivative along the directions."""
        gradients = torch.autograd.grad(case.forward(*inputs).sum(), inputs, create_graph=True)
        return torch.stack([(g * d).sum() for g, d in zip(gradients, directions, strict=True)]).sum()

    def curvature(*inputs: Tensor) -> tuple[Tensor, ...]:
        first = slope(*inputs)
        if not first.requires_grad:
            return tuple(i * 0 for i in inputs)
        second = torch.autograd.grad(first, inputs, create_graph=True, materialize_grads=True)
        return tuple(s + 0 * i for s, i in zip(second, inputs, strict=True))

    assert gradcheck(curvature, tensors)


@every_case
def test_third_derivative_agrees_with_pytorch(case: Case) -> None:
    def third(function: object) -> list[Tensor]:
        tensors = case.inputs((2, 3, 4), requires_grad=True)
        value = function(*tensors)  # type: ignore[operator]
        for _ in range(3):
            if not value.requires_grad:  # piecewise linear: the derivatives before were constants
                return [torch.zeros_like(t) for t in tensors]
            gradients = torch.autograd.grad(value.sum(), tensors, create_graph=True, materialize_grads=True)
            value = torch.cat([(g * g + g).flatten() for g in gradients])
        return [g.detach() for g in gradients]

    for ours, theirs in zip(
        third(case.forward), third(lambda *t: case.formula(case.operator.reference.value, *t)), strict=True
    ):
        torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-9)


def off_kinks(saved: Tensor) -> Tensor:
    """A result of relu is often 0 and one of hardtanh 1, just at the kink, where differences cannot tell the slope."""
    extreme = (saved == saved.min()) | (saved == saved.max())
    return torch.where(extreme, saved.mean(), saved).detach()


@of_each_operator
def test_backward_and_double_backward_are_operators_with_derivatives(case: Case) -> None:
    """Not only through forward: called by themselves, with every tensor requiring grad."""
    tensors = tuple(t.detach() for t in case.inputs(SHAPE))
    saved = tuple(off_kinks(t).requires_grad_() for t in case.saved(*tensors))
    gradient = sample(SHAPE, seed=5).requires_grad_()
    assert gradcheck(case.backward, (gradient, *saved), check_forward_ad=True)
    along = tuple(torch.rand_like(s, requires_grad=True) for s in saved)
    assert gradcheck(case.double_backward, (*along, gradient, *saved), check_forward_ad=True)


@every_case
def test_each_input_alone(case: Case) -> None:
    """Only one input requires grad: the others get none, and its own is the same as with all."""
    tensors = case.inputs(SHAPE, requires_grad=True)
    all_of_them = torch.autograd.grad(case.forward(*tensors).sum(), tensors)
    for i, expected in enumerate(all_of_them):
        frozen = [t.detach().clone() for t in tensors]
        frozen[i].requires_grad_()
        case.forward(*frozen).sum().backward()
        for j, tensor in enumerate(frozen):
            assert (tensor.grad is None) == (i != j)
        torch.testing.assert_close(frozen[i].grad, expected, rtol=0, atol=0)


@every_case
def test_each_tangent_alone(case: Case) -> None:
    """Only one input has a forward-mode tangent: the result's is the partial derivative times it."""
    tensors = case.inputs(SHAPE)
    partials = case.operator.reference.partials
    for i, tensor in enumerate(tensors):
        tangent = torch.rand_like(tensor)
        with forward_ad.dual_level():
            dual = [forward_ad.make_dual(t, tangent) if i == j else t for j, t in enumerate(tensors)]
            actual = forward_ad.unpack_dual(case.forward(*dual)).tangent
        expected = (
            case.formula(partials[i], *tensors)
            * case.aligned(*[tangent if i == j else t for j, t in enumerate(tensors)])[i]
        )
        torch.testing.assert_close(actual, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
@every_case
def test_a_second_derivative_is_the_same_where_a_third_may_follow(case: Case, dtype: torch.dtype) -> None:
    """At each element: kernel and composition are calculated in doubles, but for what a float holds as well."""
    data = torch.cat([sample((2, 5)), torch.tensor([[3e-8], [12.0]]).expand(2, 2, 1).flatten(1).double()], 1)
    tensors = case.join([data.to(dtype) for _ in case.data], case.parameters(data.to(dtype)))
    saved = case.saved(*(t.detach() for t in tensors))
    given = (*(torch.rand_like(s) for s in saved), sample(data.shape, seed=5).to(dtype), *saved)
    once = case.double_backward(*given)
    again = case.double_backward(*(t.clone().requires_grad_() for t in given))
    for kernel, composition in zip(once, again, strict=True):
        assert composition.dtype == kernel.dtype
        eps = torch.finfo(dtype).eps
        if kernel.shape == data.shape:  # the sums of parameters cancel
            torch.testing.assert_close(composition, kernel, rtol=4 * eps, atol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_third_derivative_of_celu_where_floats_overflow(dtype: torch.dtype) -> None:
    x = torch.tensor([2.0, 89.0, 100.0, 300.0], dtype=dtype)
    third = torch.func.vmap(torch.func.grad(torch.func.grad(torch.func.grad(torchactiv.functional.celu))))
    assert third(x).tolist() == [0.0] * 4


@every_case
def test_nothing_requires_grad(case: Case) -> None:
    tensors = case.inputs(requires_grad=True)
    with torch.no_grad():
        assert case.forward(*tensors).grad_fn is None
    assert case.forward(*(t.detach() for t in tensors)).grad_fn is None
    with torch.inference_mode():
        assert case.forward(*tensors).is_inference()


@every_plain_case
def test_the_node_is_named(case: Case) -> None:
    result = case.forward(*case.inputs(requires_grad=True))
    assert result.grad_fn is not None
    assert case.operator.name in result.grad_fn.name()
    assert len(result.grad_fn.next_functions) == len(case.operator.inputs)


@every_case
def test_gradients_accumulate(case: Case) -> None:
    """A tensor used twice gets the sum; a module used twice as well."""
    tensors = case.inputs(requires_grad=True)
    once = torch.autograd.grad(case.forward(*tensors).sum(), tensors)
    twice = torch.autograd.grad((case.forward(*tensors) + case.forward(*tensors)).sum(), tensors)
    for a, b in zip(once, twice, strict=True):
        torch.testing.assert_close(2 * a, b)


@every_case
def test_expanded_gradient(case: Case) -> None:
    """sum().backward() sends a gradient with strides of zero."""
    tensors = case.inputs(requires_grad=True)
    result = case.forward(*tensors)
    expanded = torch.autograd.grad(result, tensors, torch.ones(()).double().expand_as(result), retain_graph=True)
    dense = torch.autograd.grad(result, tensors, torch.ones_like(result))
    for a, b in zip(expanded, dense, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0)


@pytest.mark.parametrize("shape", [(), (1,), (0,), (2, 0, 3)], ids=str)
@every_case
def test_small_shapes(case: Case, shape: tuple[int, ...]) -> None:
    tensors = case.inputs(shape, requires_grad=True)
    result = case.forward(*tensors)
    gradients = torch.autograd.grad(result.sum(), tensors, create_graph=True)
    expected = torch.autograd.grad(case.builtin(*tensors).sum(), tensors)
    for gradient, theirs in zip(gradients, expected, strict=True):
        assert gradient.shape == theirs.shape
        torch.testing.assert_close(gradient, theirs)
    if gradients[0].requires_grad:
        second = torch.autograd.grad(sum(g.sum() for g in gradients), tensors, materialize_grads=True)
        assert [s.shape for s in second] == [t.shape for t in tensors]


@every_plain_case
def test_hooks_see_the_gradient(case: Case) -> None:
    tensors = case.inputs(requires_grad=True)
    seen = []
    result = case.forward(*tensors)
    assert result.grad_fn is not None
    result.grad_fn.register_hook(lambda inputs, outputs: seen.append((inputs, outputs)))
    gradients = torch.autograd.grad(result, tensors, torch.ones_like(result))
    ((inputs, outputs),) = seen
    assert torch.equal(outputs[0], torch.ones_like(result))
    assert all(torch.equal(a, b) for a, b in zip(inputs, gradients, strict=True))


@every_plain_case
def test_second_derivatives_are_the_kernel_s_where_a_third_may_follow(case: Case) -> None:
    """Bit for bit, in reverse mode and below torch.func; the composition is made only when it is differentiated."""
    tensors = case.inputs((3, 4, 5), requires_grad=True)
    first = torch.autograd.grad(case.forward(*tensors).sin().sum(), tensors, create_graph=True)
    total = torch.stack([(g * g).sum() for g in first]).sum()
    kernel = torch.autograd.grad(total, tensors, retain_graph=True, materialize_grads=True)
    with_graph = torch.autograd.grad(total, tensors, create_graph=True, materialize_grads=True)
    for a, b in zip(kernel, with_graph, strict=True):
        assert torch.equal(a, b)


def test_second_derivatives_of_torch_func_call_the_kernel() -> None:
    x = sample((5,))
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
        torch.func.vmap(torch.func.grad(torch.func.grad(torch.ops.torchactiv.mish.default)))(x)
    names = {event.name for event in profile.events()}
    assert "torchactiv::mish_double_backward" in names
    assert "aten::exp" not in names


@over([c for c in CASES if len(c.operator.inputs) == 1 and not c.operator.saves_output])
def test_double_backward_of_one_tensor_for_several(case: Case) -> None:
    """The gradient of a tensor that is given twice is the sum of both."""
    operator = getattr(torch.ops.torchactiv, f"{case.operator.name}_double_backward")
    g, x = sample((6,)).requires_grad_(), sample((6,), seed=2).requires_grad_()
    twice = torch.autograd.grad(sum(r.sin().sum() for r in operator(g, g, x, **case.keywords)), (g, x))
    v = g.detach().clone().requires_grad_()
    by_v, by_g, by_x = torch.autograd.grad(
        sum(r.sin().sum() for r in operator(v, g, x, **case.keywords)), (v, g, x), materialize_grads=True
    )
    torch.testing.assert_close(twice, (by_v + by_g, by_x))


FLAT_AT_INFINITY = ("arctan", "sqrt_softplus", "softsign", "tanh", "silu", "softplus", "mish", "gelu_erf", "lisht")


@pytest.mark.parametrize("name", FLAT_AT_INFINITY)
def test_second_derivatives_at_infinity_are_their_limits(name: str) -> None:
    x = torch.tensor([-math.inf, math.inf], dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(getattr(torch.ops.torchactiv, name)(x).sum(), x, create_graph=True)
    (curvature,) = torch.autograd.grad(slope.sum(), x)
    assert torch.equal(curvature, torch.zeros(2, dtype=torch.float64))


def test_both_zeros_have_the_same_second_derivative() -> None:
    x = torch.tensor([-0.0, 0.0], dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(torch.ops.torchactiv.lisht(x).sum(), x, create_graph=True)
    assert torch.equal(torch.autograd.grad(slope.sum(), x)[0], torch.full((2,), 2.0, dtype=torch.float64))


def test_third_derivatives_of_swiglu_far_out() -> None:
    gate = torch.tensor([-1000.0, -89.0, -60.0, 1.0, 50.0], requires_grad=True)
    (slope,) = torch.autograd.grad(torch.ops.torchactiv.swiglu(gate, torch.ones(5)).sum(), gate, create_graph=True)
    (second,) = torch.autograd.grad(slope.sum(), gate, create_graph=True)
    (third,) = torch.autograd.grad(second.sum(), gate)
    x = gate.detach().double().requires_grad_()
    (slope,) = torch.autograd.grad((x * torch.sigmoid(x)).sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(slope.sum(), x, create_graph=True)
    (expected,) = torch.autograd.grad(second.sum(), x)
    torch.testing.assert_close(third.double(), expected, rtol=1e-3, atol=1e-18)
