"""Operators called past torch.ops: what the extension module takes, and what it leaves to torch.ops."""

import gc
import pathlib
import sysconfig
import weakref
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torchactiv.functional as F
from test_import import run
from torch.overrides import TorchFunctionMode
from torchactiv import calls


def recording() -> tuple[list[tuple[Any, ...]], Callable[..., Any]]:
    """What is called instead of the extension module, and the calls of it."""
    seen: list[tuple[Any, ...]] = []

    def in_general(*given: Any, **keywords: Any) -> str:
        seen.append((*given, *keywords.items()))
        return "in general"

    return seen, in_general


def operator(name: str) -> tuple[list[tuple[Any, ...]], Callable[..., Any]]:
    """The operator, and the calls that it leaves to others."""
    seen, in_general = recording()
    return seen, calls.operator_call(f"torchactiv::{name}", in_general)


def test_the_extension_module_is_built_where_python_has_headers() -> None:
    if not (pathlib.Path(sysconfig.get_path("include")) / "Python.h").is_file():
        pytest.skip("this Python has no headers")
    assert calls.operator_call.__module__ == "torchactiv._calls"


def test_without_the_extension_module_torch_ops_is_called() -> None:
    result = run(
        "import sys; sys.modules['torchactiv._calls'] = None\n"
        "import torch, torchactiv.functional as F, torchactiv.calls as calls\n"
        "zero = torch.zeros(1)\n"
        "print(calls.operator_call.__module__, F.softplus(zero, beta=2).item(), F.relu_(zero - 1).item(),"
        " torch.jit.script(F.mish)(zero).item())"
    )
    assert result.stdout.split() == ["torchactiv.calls", "0.3465735912322998", "0.0", "0.0"], result.stderr


x = torch.linspace(-3, 3, 8)
weight = torch.tensor([0.1, 0.2, 0.3, 0.4])
TAKEN: list[tuple[str, tuple[Any, ...]]] = [
    ("relu", (x,)),
    ("relu", (torch.nn.Parameter(x),)),
    ("softplus", (x, 0.5, 20.0)),
    ("softplus", (x,)),  # defaults
    ("gelu", (x,)),  # with a default that is given by name only
    ("glu", (x, 0)),
    ("prelu", (x.view(2, 4), weight)),
    ("gated", (x, x, "leaky_relu", [0.5])),
    ("gated", (x, x, "leaky_relu", (0.5,))),
    ("gated_packed", (x, "silu", [], -1, False)),
    ("rrelu", (x, 0.1, 0.2, False)),  # whose generator is none
    ("rrelu", (x, 0.1, 0.2, False, None)),
    ("layer_norm_act", (x.view(2, 4), [4], None, weight, 1e-5, "relu", [])),
    ("batch_norm_act", (x.view(2, 4), None, None, weight, None, True, 0.1, 1e-5, "tanh", [])),
]


@pytest.mark.parametrize(("name", "given"), TAKEN)
def test_results_are_those_of_torch_ops(name: str, given: tuple[Any, ...]) -> None:
    left, call = operator(name)
    torch.testing.assert_close(call(*given), getattr(torch.ops.torchactiv, name)(*given), rtol=0, atol=0)
    assert not left


def test_several_results_are_a_tuple_in_order() -> None:
    left, call = operator("add_rms_norm")
    found = call(x.view(2, 4), torch.ones(2, 4), weight, 1e-5)
    expected = torch.ops.torchactiv.add_rms_norm(x.view(2, 4), torch.ones(2, 4), weight, 1e-5)
    assert isinstance(found, tuple) and not left
    for mine, theirs in zip(found, expected, strict=True):
        assert torch.equal(mine, theirs)


class Subclass(torch.Tensor):
    pass


LEFT: list[tuple[str, tuple[Any, ...]]] = [
    ("relu", ()),
    ("relu", (x, x)),
    ("relu", (None,)),
    ("relu", (1.0,)),
    ("relu", (x.as_subclass(Subclass),)),
    ("softplus", (x, 1, 20.0)),
    ("softplus", (x, True, 20.0)),
    ("softplus", (x, torch.tensor(1.0), 20.0)),
    ("softplus", (x, None)),
    ("gelu", (x, "tanh")),
    ("glu", (x, 0.0)),
    ("glu", (x, True)),
    ("glu", (x, 2**63)),
    ("gated", (x, x, "\ud800")),
    ("gated", (x, x, b"relu")),
    ("gated", (x, x, "leaky_relu", [1])),
    ("gated", (x, x, "leaky_relu", 0.5)),
    ("gated_packed", (x, "silu", [], -1, 1)),
    ("rrelu", (x, 0.1, 0.2, False, torch.Generator())),
]


@pytest.mark.parametrize(("name", "given"), LEFT)
def test_what_is_left_comes_to_torch_ops_as_it_was_given(name: str, given: tuple[Any, ...]) -> None:
    left, call = operator(name)
    assert call(*given) == "in general"
    assert len(left) == 1 and all(mine is theirs for mine, theirs in zip(left[0], given, strict=True))


def test_keywords_are_left_to_torch_ops() -> None:
    left, call = operator("softplus")
    assert call(x, beta=2.0) == "in general"
    assert left == [(x, ("beta", 2.0))]


def test_modes_of_torch_function_see_the_operators() -> None:
    names: list[str] = []

    class Seeing(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            names.append(str(func))
            return func(*args, **(kwargs or {}))

    with Seeing():
        F.mish(x)
    assert any("torchactiv.mish" in name for name in names)


def test_results_and_arguments_are_let_go() -> None:
    given = torch.ones(3)
    result = F.relu(given)
    references = weakref.ref(given), weakref.ref(result)
    del given, result
    gc.collect()
    assert [reference() for reference in references] == [None, None]


def test_in_place_gives_the_tensor_itself() -> None:
    given = torch.tensor([-1.0, 2.0])
    assert F.relu_(given) is given and F.relu(given, inplace=True) is given
    assert torch.equal(given, torch.tensor([0.0, 2.0]))


def test_errors_are_those_of_torch_ops() -> None:
    for given in (torch.ones(2, dtype=torch.int64), torch.ones(2, dtype=torch.complex64)):
        with pytest.raises(NotImplementedError) as by_call:
            F.mish(given)
        with pytest.raises(NotImplementedError) as by_name:
            torch.ops.torchactiv.mish(given)
        assert str(by_call.value).splitlines()[0] == str(by_name.value).splitlines()[0]


def test_an_operator_whose_results_are_no_tensors_is_torch_ops_own() -> None:
    in_general = recording()[1]
    assert calls.operator_call("torchactiv::has_inverse", in_general) is in_general


def test_an_operator_that_is_none_is_refused() -> None:
    with pytest.raises(RuntimeError, match="no_such_function"):
        calls.operator_call("torchactiv::no_such_function", print)
    with pytest.raises(TypeError, match="a name and a function"):
        calls.operator_call("torchactiv::mish")  # type: ignore[call-arg]


normalised = calls.traceable("rms_norm_act")


def test_traceable_is_the_operator_in_graphs_and_scripts(fresh_compiler: None) -> None:
    def function(x: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = normalised(x, [8], None, 0.0, "leaky_relu", [0.5])
        return result

    expected = torch.ops.torchactiv.rms_norm_act(x, [8], None, 0.0, "leaky_relu", [0.5])
    compiled = torch.compile(function, backend="eager", fullgraph=True)
    scripted = torch.jit.script(function)
    for found in (function(x), compiled(x), scripted(x)):
        assert torch.equal(found, expected)
    assert "torchactiv::rms_norm_act" in str(scripted.graph)
