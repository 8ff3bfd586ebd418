"""torch.library.opcheck: schema, autograd registration, fake tensors and AOT dispatch of every overload."""

import pytest
import torch
from operators import Case, in_place_of_each_kind, one_of_each_kind
from torch import Tensor

CHECKS = ("test_schema", "test_autograd_registration", "test_faketensor", "test_aot_dispatch_dynamic")


def passes(overload: object, arguments: tuple[object, ...], keywords: dict[str, Tensor] | None = None) -> None:
    results = torch.library.opcheck(overload, arguments, keywords, test_utils=CHECKS)  # type: ignore[arg-type]
    assert results == dict.fromkeys(CHECKS, "SUCCESS")


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize("shape", [(2, 3, 4), ()], ids=str)
@one_of_each_kind
def test_forward(case: Case, shape: tuple[int, ...], dtype: torch.dtype) -> None:
    inputs = case.inputs(shape, dtype=dtype, requires_grad=True)
    passes(case.operator.overload(), (*inputs, *case.values))


@one_of_each_kind
def test_strided(case: Case) -> None:
    inputs = [t.detach().transpose(0, -1).requires_grad_() if t.dim() > 1 else t for t in case.inputs((3, 3, 3))]
    passes(case.operator.overload(), (*inputs, *case.values))


@one_of_each_kind
def test_backward(case: Case) -> None:
    inputs = tuple(t.detach() for t in case.inputs((2, 3, 4)))
    saved = tuple(t.requires_grad_() for t in case.saved(*inputs))
    gradient = torch.rand(2, 3, 4, dtype=torch.float64, requires_grad=True)
    passes(case.operator.overload("_backward"), (gradient, *saved, *case.values))


@one_of_each_kind
def test_double_backward(case: Case) -> None:
    saved = case.saved(*case.inputs((2, 3, 4)))
    gradient = torch.rand(2, 3, 4, dtype=torch.float64)
    along = tuple(torch.rand_like(t) for t in saved)
    passes(case.operator.overload("_double_backward"), (*along, gradient, *saved, *case.values))


@in_place_of_each_kind
def test_in_place(case: Case) -> None:
    inputs = tuple(t.detach() for t in case.inputs((2, 3, 4)))
    passes(case.operator.overload("_"), (*inputs, *case.values))


@one_of_each_kind
def test_out(case: Case) -> None:
    inputs = case.inputs((2, 3, 4))
    out = torch.empty_like(inputs[0])
    passes(case.operator.overload("", "out"), (*inputs, *case.values), {"out": out})
