"""What overwrites its argument: `<op>_`, inplace=True of functions and modules."""

from collections.abc import Callable

import pytest
import torch
from layouts import every_writable_layout
from operators import (
    CASES,
    OPERATORS,
    Case,
    every_builtin,
    every_case,
    every_in_place,
    every_plain_case,
    in_place_of_each_kind,
    same_bits,
    sample,
)
from torch import Tensor
from torch.autograd import forward_ad

InPlace = Callable[[Case, Tensor], Tensor]

WAYS: dict[str, InPlace] = {
    "operator": lambda case, x: case.in_place(x),
    "function": lambda case, x: case.operator.function(x, **case.keywords, inplace=True),
    "module": lambda case, x: case.module(x, inplace=True)(x),
}
every_way = pytest.mark.parametrize(
    ("case", "way"),
    [
        pytest.param(case, way, id=f"{case}-{name}")
        for case in CASES
        for name, way in WAYS.items()
        if (case.operator.inplace_argument if name != "operator" else case.operator.in_place)
    ],
)


@every_builtin
def test_results_may_be_overwritten_where_those_of_pytorch_may(case: Case) -> None:
    """As in x * relu6(x + 3).div_(6), the hard swish of many a model."""

    def gradients(function: Callable[..., Tensor]) -> tuple[Tensor, ...]:
        inputs = case.inputs(requires_grad=True)
        result = function(*(t * 1 for t in inputs))
        return torch.autograd.grad(result.div_(6).sum(), inputs)

    try:
        expected = gradients(case.builtin)
    except RuntimeError as error:
        assert "modified by an inplace operation" in str(error)
        return
    torch.testing.assert_close(gradients(case.forward), expected)


def test_the_argument_exists_where_there_is_something_to_write() -> None:
    for operator in OPERATORS:
        assert operator.in_place or not operator.inplace_argument
        assert hasattr(torch.ops.torchactiv, operator.name + "_") == operator.in_place


@every_way
def test_result_is_the_argument(case: Case, way: InPlace) -> None:
    (x,) = case.inputs()
    expected = case.forward(x.clone())
    assert way(case, x) is x
    assert same_bits(x, expected)
    assert x._version == 1


@every_way
def test_without_inplace_nothing_is_written(case: Case, way: InPlace) -> None:
    """The default of functions and modules; also what inplace=False says."""
    (x,) = case.inputs()
    before = x.clone()
    results = [case.forward(x), case.operator.function(x, **case.keywords), case.module(x)(x)]
    if case.operator.inplace_argument:
        results += [case.operator.function(x, **case.keywords, inplace=False), case.module(x, inplace=False)(x)]
    assert all(same_bits(r, results[0]) and r.data_ptr() != x.data_ptr() for r in results)
    assert same_bits(x, before) and x._version == 0


@every_way
def test_derivatives(case: Case, way: InPlace) -> None:
    """To the third order the same as those of the function that returns its result."""

    def derivatives(function: Callable[[Tensor], Tensor]) -> list[Tensor]:
        (x,) = case.inputs(requires_grad=True)
        value, result = function(x * 1), []
        for _ in range(3):
            (gradient,) = torch.autograd.grad(value.sum(), x, create_graph=True)
            result.append(gradient.detach())
            value = gradient * gradient + gradient + x
        return result

    for ours, expected in zip(derivatives(lambda x: way(case, x)), derivatives(case.forward), strict=True):
        torch.testing.assert_close(ours, expected, rtol=1e-13, atol=1e-13)


@every_way
def test_tangent(case: Case, way: InPlace) -> None:
    (x,), tangent = case.inputs(), sample((2, 3, 5), seed=9)
    with forward_ad.dual_level():
        expected = forward_ad.unpack_dual(case.forward(forward_ad.make_dual(x, tangent))).tangent
        actual = forward_ad.unpack_dual(way(case, forward_ad.make_dual(x.clone(), tangent.clone()))).tangent
    assert torch.equal(actual, expected)


@every_in_place
def test_tangent_of_the_gradient(case: Case) -> None:
    """Forward mode over reverse mode: what is kept for backward has the tangent of the argument."""

    def curvature(function: Callable[[Tensor], Tensor]) -> Tensor | None:
        (x,), tangent = case.inputs(requires_grad=True), sample((2, 3, 5), seed=9)
        with forward_ad.dual_level():
            y = function(forward_ad.make_dual(x, tangent) * 1)
            (gradient,) = torch.autograd.grad(y.sin().sum(), x, create_graph=True)
            result: Tensor | None = forward_ad.unpack_dual(gradient).tangent
            return result

    actual, expected = curvature(case.in_place), curvature(case.forward)
    assert actual is not None and expected is not None
    torch.testing.assert_close(actual, expected, rtol=1e-13, atol=1e-13)


@every_way
def test_part_of_a_tensor(case: Case, way: InPlace) -> None:
    """A view is written, what is beside it is not, and the gradient of the whole knows."""
    (x,) = case.inputs((4, 6), requires_grad=True)
    whole = x * 1
    way(case, whole[:, 1:4])
    expected = torch.cat([x[:, :1], case.forward(x[:, 1:4]), x[:, 4:]], 1)
    assert same_bits(whole.detach(), expected.detach())
    weights = sample((4, 6), seed=3)
    ours, theirs = (torch.autograd.grad(t, x, weights)[0] for t in (whole, expected))
    torch.testing.assert_close(ours, theirs, rtol=0, atol=0)


@every_way
def test_leaf_without_grad_mode(case: Case, way: InPlace) -> None:
    """As with PyTorch's own, a leaf may be overwritten where no graph is built."""
    (x,) = case.inputs(requires_grad=True)
    expected = case.forward(x.detach().clone())
    with torch.no_grad():
        assert way(case, x) is x
    assert torch.equal(x.detach(), expected) and x.is_leaf and x.requires_grad


@every_in_place
def test_what_another_function_saved_is_noticed(case: Case) -> None:
    """exp saves its result; overwriting it must fail in backward and not give a wrong gradient."""
    (x,) = case.inputs(requires_grad=True)
    y = x.exp()
    case.in_place(y)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


@every_plain_case
def test_what_the_operator_saved_is_noticed(case: Case) -> None:
    """Overwriting what backward reads is an error; overwriting the rest is not."""
    for i in range(len(case.operator.inputs) + 1):
        leaves = case.inputs(requires_grad=True)
        tensors = [t * 1 for t in leaves]
        result = case.forward(*tensors)
        victim = [*tensors, result][i]
        with torch.no_grad():
            victim.mul_(2)
        is_result = i == len(case.operator.inputs)
        if is_result == case.operator.saves_output:
            with pytest.raises(RuntimeError, match="modified by an inplace operation"):
                torch.autograd.grad(result.sum(), leaves)
        else:
            torch.autograd.grad(result.sum(), leaves)


@every_case
def test_backward_twice_needs_retain_graph(case: Case) -> None:
    """The saved tensors are given back after backward, and PyTorch's error says so."""
    tensors = case.inputs(requires_grad=True)
    value = case.forward(*tensors).sum()
    first = torch.autograd.grad(value, tensors, retain_graph=True)
    second = torch.autograd.grad(value, tensors)
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
    with pytest.raises(RuntimeError, match="second time"):
        torch.autograd.grad(value, tensors)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
@every_writable_layout
@in_place_of_each_kind
def test_every_layout_in_place(case: Case, layout: Callable[[torch.dtype, int], Tensor], dtype: torch.dtype) -> None:
    x = layout(dtype, 0)
    storage = torch.empty(0, dtype=dtype).set_(x.untyped_storage())
    before, strides = storage.clone(), x.stride()
    expected = before.as_strided(x.shape, strides, x.storage_offset())
    expected.copy_(case.forward(x.contiguous()))
    case.in_place(x)
    assert same_bits(storage, before) and x.stride() == strides


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32], ids=str)
@pytest.mark.parametrize("bound", [0.1, 0.7, 1.3])
def test_results_at_a_bound_that_was_rounded_have_no_slope(dtype: torch.dtype, bound: float) -> None:
    """Rounded inwards, the bound that is the result would be taken for an element between both."""
    x = torch.tensor([-5.0, 0.0, 5.0], dtype=dtype, requires_grad=True)
    torch.ops.torchactiv.hardtanh_(x * 1, -bound, bound).sum().backward()
    assert torch.equal(x.grad, torch.tensor([0.0, 1.0, 0.0], dtype=dtype))  # type: ignore[arg-type]
