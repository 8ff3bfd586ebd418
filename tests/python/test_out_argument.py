"""The argument out= of functions, which some of those in torch.nn.functional have that are made in C++."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torchactiv
from operators import CASES, OPERATORS, Case, same_bits, sample
from torch import Tensor

WITH_OUT = [case for case in CASES if case.operator.out_argument]
every_case_with_out = pytest.mark.parametrize("case", WITH_OUT, ids=str)
Written = Callable[..., Tensor]


def takes_out(function: Callable[..., Any], *given: Any) -> bool:
    try:
        function(*given, out=torch.empty(3))
    except TypeError:
        return False
    return True


@pytest.mark.parametrize(
    "name", [o.name for o in OPERATORS if hasattr(torch.nn.functional, o.name) and not o.demanded] + ["gelu"]
)
def test_it_exists_where_pytorch_has_it(name: str) -> None:
    ours, theirs = getattr(torchactiv.functional, name), getattr(torch.nn.functional, name)
    given = (torch.ones(3), torch.ones(1)) if name == "prelu" else (torch.ones(3),)
    assert takes_out(ours, *given) == takes_out(theirs, *given)


def gelus() -> list[Any]:
    return [
        pytest.param(lambda x, out=None, a=a: torchactiv.functional.gelu(x, approximate=a, out=out), id=f"gelu-{a}")
        for a in ("none", "tanh")
    ]


@pytest.mark.parametrize(
    "function",
    [
        *(
            pytest.param(lambda x, out=None, c=c: c.operator.function(x, **c.keywords, out=out), id=str(c))
            for c in WITH_OUT
        ),
        *gelus(),
    ],
)
def test_the_result_is_written_there(function: Written) -> None:
    x = sample((3, 5), dtype=torch.float32)
    out = torch.full((3, 5), 7.0)
    assert function(x, out=out) is out
    assert same_bits(out, function(x))
    columns = torch.full((5, 3), 7.0).T
    assert same_bits(function(x, out=columns), out)
    assert columns.stride() == (1, 3)
    assert function(x, out=torch.empty(0)).shape == x.shape


@every_case_with_out
def test_no_gradient_is_recorded(case: Case) -> None:
    x = sample((3,), dtype=torch.float32).requires_grad_()
    out = torch.full((3,), 7.0)
    with pytest.raises(RuntimeError, match="out="):
        case.operator.function(x, **case.keywords, out=out)
    assert (out == 7).all() and out._version == 0
    with torch.no_grad():
        assert not case.operator.function(x, **case.keywords, out=out).requires_grad


@every_case_with_out
def test_another_dtype_is_refused(case: Case) -> None:
    out = torch.zeros(3, dtype=torch.int64)
    with pytest.raises(RuntimeError, match=case.operator.name):
        case.operator.function(torch.ones(3), **case.keywords, out=out)
    assert out._version == 0


def softplus_to(x: Tensor, out: Tensor) -> Tensor:
    return torchactiv.functional.softplus(x, 2.0, out=out)


def gelu_to(x: Tensor, out: Tensor) -> Tensor:
    return torchactiv.functional.gelu(x, "tanh", out=out)


@pytest.mark.parametrize("function", [softplus_to, gelu_to])
def test_scripts_and_graphs(function: Written, fresh_compiler: None) -> None:
    x = sample((3, 5), dtype=torch.float32)
    expected = function(x, torch.empty(3, 5))
    for variant in (torch.jit.script(function), torch.compile(function, fullgraph=True, backend="aot_eager")):
        out = torch.zeros(3, 5)
        assert same_bits(variant(x, out), expected)
        assert same_bits(out, expected)
