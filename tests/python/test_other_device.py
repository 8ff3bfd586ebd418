"""Devices without kernels of their own, where the operators are compositions of PyTorch's.

The compositions are called directly on CPU tensors; and through the whole dispatcher, on a device made for the test,
which keeps its data on the CPU and knows nothing of the operators.
"""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import torchactiv
from layouts import Layout, every_layout
from operators import CASES, Case, as_tuple, every_case, every_in_place, every_operator, one_of_each_kind, sample
from operators import Operator as Described
from torch import Tensor
from torch.utils._pytree import tree_map

COMPOSITE = torch._C.DispatchKey.CompositeExplicitAutograd
DTYPES = (torch.float32, torch.float64, torch.bfloat16, torch.float16)
SPECIAL = (0.0, -0.0, 1.0, -1.0, 1e-30, -1e-30, 30.0, -30.0, 90.0, -90.0, float("inf"), -float("inf"), float("nan"))


def composite(case: Case) -> Case:
    """With the functions that other devices get."""
    return replace(case, key=COMPOSITE)


def laid_out(case: Case, layout: Layout, dtype: torch.dtype) -> tuple[Tensor, ...]:
    """The operator's inputs, with the data in that layout."""
    data = [layout(dtype, i) for i, _ in case.data]
    return case.join(data, case.parameters(data[0]))


def close(actual: Any, expected: Any) -> None:
    """Shapes, dtypes and values; in float64 to the accuracy that the documentation promises."""
    for a, e in zip(as_tuple(actual), as_tuple(expected), strict=True):
        precise = {"rtol": 1e-12, "atol": 1e-12} if e.dtype == torch.float64 else {}
        torch.testing.assert_close(a, e, equal_nan=True, **precise)


@every_operator
def test_another_device_gets_the_composition(operator: Described) -> None:
    """Each function is there for a device that is not known, its derivatives through autograd."""
    names = [operator.name, operator.name + ".out", operator.name + "_backward", operator.name + "_double_backward"]
    for name in [*names, *([operator.name + "_"] if operator.in_place else [])]:
        has_kernel = torch._C._dispatch_has_computed_kernel_for_dispatch_key
        for key in ("PrivateUse1", "AutogradPrivateUse1", "CUDA", "AutogradCUDA", "XPU", "MPS"):
            assert has_kernel(f"torchactiv::{name}", key), f"{name} on {key}"


@every_layout
@one_of_each_kind
def test_forward(case: Case, layout: Layout) -> None:
    tensors = laid_out(case, layout, torch.float64)
    close(composite(case).forward(*tensors), case.forward(*tensors))


@every_layout
@one_of_each_kind
def test_backward(case: Case, layout: Layout) -> None:
    tensors = (layout(torch.float64, 17), *case.saved(*laid_out(case, layout, torch.float64)))
    if tensors[0].numel() > 50_000:
        return  # the order of summation is another, and test_double_backward has the formulas
    close(composite(case).backward(*tensors), case.backward(*tensors))


@every_case
def test_double_backward(case: Case) -> None:
    saved = case.saved(*case.inputs((2, 3, 5)))
    along = tuple(sample(t.shape, seed=30 + i) for i, t in enumerate(saved))
    tensors = (*along, sample((2, 3, 5), seed=17), *saved)
    expected = case.double_backward(*tensors)
    close(composite(case).double_backward(*tensors), expected)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@every_case
def test_every_dtype(case: Case, dtype: torch.dtype) -> None:
    """Half types are computed in float and rounded once here as well."""
    tensors = case.inputs((4, 3, 40), dtype=dtype)
    saved, gradient = case.saved(*tensors), sample((4, 3, 40), dtype=dtype, seed=17)
    close(composite(case).forward(*tensors), case.forward(*tensors))
    backward = composite(case).backward(gradient, *saved)
    close(backward, case.backward(gradient, *saved))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@every_case
def test_special_values(case: Case, dtype: torch.dtype) -> None:
    """Zeros, infinities, NaN, and where exponentials overflow."""
    special = torch.tensor(SPECIAL, dtype=dtype)
    others = [torch.full_like(special, 0.5 + i) for i in range(len(case.operator.data) - 1)]
    tensors = case.join([special, *others], case.parameters(special))
    saved = case.saved(*tensors)
    close(composite(case).forward(*tensors), case.forward(*tensors))
    backward = composite(case).backward(torch.ones_like(special), *saved)
    close(as_tuple(backward)[0], case.backward(torch.ones_like(special), *saved)[0])


@every_case
def test_the_composition_is_differentiable(case: Case) -> None:
    """By itself, to the third order, as where PyTorch differentiates through what it is made of."""

    def derivatives(function: Callable[..., Tensor]) -> list[Tensor]:
        tensors = case.inputs((2, 3), requires_grad=True)
        value, result = function(*tensors), []
        for _ in range(3):
            if not value.requires_grad:
                return result
            gradients = torch.autograd.grad(value.sum(), tensors, create_graph=True, materialize_grads=True)
            result += [g.detach() for g in gradients]
            value = torch.cat([(g * g + g).flatten() for g in gradients])
        return result

    ours = derivatives(lambda *t: composite(case).forward(*t))
    expected = derivatives(case.forward)
    shared = min(len(ours), len(expected))
    assert shared >= len(case.operator.inputs)
    for a, e in zip(ours[:shared], expected[:shared], strict=True):
        torch.testing.assert_close(a, e, rtol=1e-9, atol=1e-9)
    assert not any(t.any() for t in [*ours[shared:], *expected[shared:]])  # the constants' derivatives, if made at all


@every_in_place
def test_in_place(case: Case) -> None:
    (x,) = case.inputs((3, 4))
    strided = x.clone().t()
    result = composite(case).in_place(strided)
    close(strided, case.forward(x.t()))
    assert result is strided and strided.stride() == (1, 4)


@every_case
def test_out(case: Case) -> None:
    tensors = case.inputs((4, 3))
    for out in (torch.empty(0, dtype=torch.float64), torch.empty(3, 4, dtype=torch.float64).t()):
        assert composite(case).out(*tensors, out=out) is out
        close(out, case.forward(*tensors))


@every_case
def test_errors_are_those_of_the_cpu(case: Case) -> None:
    tensors = tuple(t.int() for t in case.inputs())
    with pytest.raises(NotImplementedError) as on_cpu:
        case.forward(*tensors)
    with pytest.raises(NotImplementedError) as elsewhere:
        composite(case).forward(*tensors)
    assert str(elsewhere.value) == str(on_cpu.value)
    tensors, out = case.inputs(), torch.full((2, 3, 5), 7.0, dtype=torch.float32)
    with pytest.raises(RuntimeError, match=f"{case.operator.name}: out has dtype Float"):
        composite(case).out(*tensors, out=out)
    assert (out == 7).all()


class Elsewhere:
    """A device whose tensors have no memory of their own: each function runs on the CPU and its results are kept."""

    def __init__(self) -> None:
        from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

        _setup_privateuseone_for_python_backend("elsewhere")
        self.kept: dict[int, Tensor] = {}
        self.called: set[str] = set()
        self.library = torch.library.Library("_", "IMPL")
        self.library.fallback(self.run, "PrivateUse1")

    def put(self, tensor: Tensor) -> Tensor:
        """A tensor of the device with these values."""
        made: Tensor = torch._C._acc.create_empty_tensor(tensor.shape, tensor.dtype)
        # A clone: a contiguous view would begin somewhere in its memory, and get() reads from the beginning.
        self.kept[made.untyped_storage()._cdata] = tensor.detach().clone(memory_format=torch.contiguous_format)
        return made.requires_grad_(tensor.requires_grad)

    def get(self, tensor: Tensor) -> Tensor:
        """Its values."""
        assert tensor.device.type == "elsewhere"
        whole = self.kept[tensor.untyped_storage()._cdata]
        return whole.as_strided(tensor.shape, tensor.stride(), tensor.storage_offset())

    def run(self, function: Any, *arguments: Any, **keywords: Any) -> Any:
        """What every function of PyTorch does on this device."""
        self.called.add(str(function))

        def here(value: Any) -> Any:
            if isinstance(value, Tensor) and value.device.type == "elsewhere":
                return self.get(value)
            return torch.device("cpu") if isinstance(value, torch.device) else value

        if function is torch.ops.aten._copy_from.default:  # copy_, as every device has to provide it
            here(arguments[1]).copy_(here(arguments[0]))
            return arguments[1]
        result = function(*tree_map(here, arguments), **tree_map(here, keywords))
        given = dict(zip((a.name for a in function._schema.arguments), arguments, strict=False)) | keywords
        written = [given[a.name] for a in function._schema.arguments if a.is_write]
        if not written:
            return tree_map(lambda t: self.put(t) if isinstance(t, Tensor) else t, result)
        (tensor,) = written
        if tensor.shape != result.shape:  # a result that was made empty and grew
            tensor.data = self.put(result)
        return tensor


def on_another_device() -> None:
    """Every operator on `Elsewhere`: values, in place, out, and three derivatives."""
    device = Elsewhere()

    def derivatives(function: Callable[..., Tensor], tensors: tuple[Tensor, ...]) -> list[Tensor]:
        value, result = function(*tensors), []
        result.append(value)
        for _ in range(3):
            if not value.requires_grad:
                break
            gradients = torch.autograd.grad(value.sum(), tensors, create_graph=True, materialize_grads=True)
            result += gradients
            value = sum((g * g + g).sum() for g in gradients)  # type: ignore[assignment]
        return result

    for case in CASES:
        operator = case.operator
        tensors = tuple(t.detach().requires_grad_() for t in operator.stacked(case.inputs()))
        in_python = getattr(torchactiv.functional, operator.name)
        for function in (
            lambda *t, case=case: case.operator.overload()(*t, *case.values),
            lambda *t, case=case, in_python=in_python: in_python(*t, **case.keywords_in_python),
        ):
            expected = derivatives(function, tensors)
            actual = derivatives(function, tuple(device.put(t) for t in tensors))
            assert min(len(actual), len(expected)) > 1
            for a, e in zip(actual, expected, strict=False):
                torch.testing.assert_close(device.get(a), e.detach(), rtol=1e-9, atol=1e-9)
            shared = min(len(actual), len(expected))  # derivatives of constants may not be made at all
            assert not any(device.get(a).any() for a in actual[shared:])
            assert not any(e.any() for e in expected[shared:])
        out = device.put(torch.zeros(2, 3, 5, dtype=torch.float64))
        operator.overload("", "out")(*(device.put(t.detach()) for t in tensors), *case.values, out=out)
        torch.testing.assert_close(device.get(out), expected[0].detach())
        if case.operator.in_place:
            x = device.put(tensors[0])
            y = x * 1
            torch.testing.assert_close(device.get(case.in_place(y)), expected[0].detach())
            (gradient,) = torch.autograd.grad(y.sum(), x)
            torch.testing.assert_close(device.get(gradient), expected[1].detach())
    assert device.called and not any("torchactiv" in name for name in device.called)
    print("the same as on the CPU")


def test_a_device_that_knows_nothing_of_the_operators() -> None:
    """In a process of its own, for a process has one such device for good."""
    program = "import test_other_device; test_other_device.on_another_device()"
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parent, capture_output=True, text=True, check=False
    )
    assert result.stdout.strip().endswith("the same as on the CPU"), result.stderr
