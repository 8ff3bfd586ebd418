"""TorchScript: scripted, traced, saved, loaded, frozen and optimised, with and without gradients."""

import io
import subprocess
import sys

import pytest
import torch
import torchactiv
from operators import CASES, Case, in_place_of_each_kind, one_of_each_kind, same_bits
from torch import Tensor

# torch.jit.script says itself, at every call, that torch.compile is to be preferred.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def reloaded(module: torch.jit.ScriptModule) -> torch.jit.ScriptModule:
    buffer = io.BytesIO()
    torch.jit.save(module, buffer)
    buffer.seek(0)
    return torch.jit.load(buffer)


def network(case: Case, data: tuple[Tensor, ...]) -> torch.nn.Module:
    """The case's module between two linear layers; a gate takes two of them."""

    class Network(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.before = torch.nn.ModuleList([torch.nn.Linear(6, 3) for _ in data])
            self.activation = case.module(torch.empty(1, 3))
            self.after = torch.nn.Linear(3, 2)

    class OfOne(Network):
        def forward(self, x: Tensor) -> Tensor:
            return self.after(self.activation(self.before[0](x)))

    class OfTwo(Network):
        def forward(self, x: Tensor) -> Tensor:
            return self.after(self.activation(self.before[0](x), self.before[1](x)))

    torch.manual_seed(0)
    return {1: OfOne, 2: OfTwo}[len(data)]()


def made(case: Case, how: str) -> tuple[torch.nn.Module, torch.jit.ScriptModule, Tensor]:
    module = network(case, tuple(torch.empty(1, 3) for _ in case.data))
    x = torch.randn(5, 6)
    script = torch.jit.script(module) if how == "script" else torch.jit.trace(module, x)
    return module, script, x


every_way = pytest.mark.parametrize("how", ["script", "trace"])


@every_way
@one_of_each_kind
def test_same_result_and_gradients_after_saving(case: Case, how: str) -> None:
    module, script, x = made(case, how)
    loaded = reloaded(script)
    for _ in range(3):  # the profiling executor compiles at the second run
        assert same_bits(loaded(x), module(x))
    ours = torch.autograd.grad(loaded(x).square().sum(), list(loaded.parameters()))
    theirs = torch.autograd.grad(module(x).square().sum(), list(module.parameters()))
    assert len(ours) == len(theirs) > 0
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b)


@every_way
@one_of_each_kind
def test_frozen_and_optimised(case: Case, how: str) -> None:
    module, script, x = made(case, how)
    frozen = torch.jit.freeze(script.eval())
    optimised = torch.jit.optimize_for_inference(frozen)
    with torch.no_grad():
        for _ in range(3):
            torch.testing.assert_close(frozen(x), module(x))
            torch.testing.assert_close(optimised(x), module(x))
    assert f"torchactiv::{case.operator.name}" in str(reloaded(frozen).graph)


@one_of_each_kind
def test_a_scripted_function(case: Case) -> None:
    """By torch.ops and by torchactiv.functional, which scripting inlines."""
    inputs = [t.float() for t in case.inputs((2, 3, 4))]
    expected = case.forward(*inputs)
    names = [f"x{i}" for i in range(len(inputs))]
    for function, keywords in (
        ("torch.ops.torchactiv", case.keywords),
        ("torchactiv.functional", case.keywords_in_python),
    ):
        numbers = [f"{name}={value}" for name, value in keywords.items()]
        source = f"def f({', '.join(n + ': torch.Tensor' for n in names)}):\n"
        source += f"    return {function}.{case.operator.name}({', '.join([*names, *numbers])})\n"
        unit = scripted(source)
        assert same_bits(unit(*inputs), expected)


def scripted(source: str) -> torch.jit.ScriptFunction:
    """Scripts a function given as text; TorchScript reads the source by its file."""
    import linecache

    name = f"<torchscript-{hash(source)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    scope: dict[str, object] = {"__name__": __name__, "torch": torch, "torchactiv": torchactiv}
    exec(compile(source, name, "exec"), scope)
    return torch.jit.script(scope["f"])


@pytest.mark.parametrize(
    "call",
    [
        "softplus(x, 1, 20)",
        "softplus(x, beta=2)",
        "softshrink(x, 1)",
        "hardshrink(x, 1)",
        "celu_(x, 2)",
        "elu_(x, 2)",
        "hardtanh_(x, 0, 1)",
        "leaky_relu_(x, 2)",
        "rrelu_(x, 0, 1)",
        "threshold_(x, 0, 1)",
    ],
)
def test_whole_numbers_in_a_script(call: str) -> None:
    """Where torch.nn.functional takes them."""
    x = torch.linspace(-3, 3, 20)
    mine, theirs = (
        scripted(f"def f(x: torch.Tensor):\n    return {namespace}.functional.{call}\n")
        for namespace in ("torchactiv", "torch.nn")
    )
    torch.testing.assert_close(mine(x.clone()), theirs(x.clone()))


@pytest.mark.parametrize("call", ["elu(x, 2)", "rrelu(x, 0, 1)", "pelu(x, 1, 2)", "swish(x, 2, dim=0)", "taaf(x, 2)"])
def test_whole_numbers_beyond_pytorchs(call: str) -> None:
    x = torch.linspace(-3, 3, 20)
    script = scripted(f"def f(x: torch.Tensor):\n    return torchactiv.functional.{call}\n")
    assert same_bits(script(x), eval(call, vars(torchactiv.functional), {"x": x}))


@in_place_of_each_kind
def test_in_place_in_a_script(case: Case) -> None:
    numbers = "".join(f", {name}={value}" for name, value in case.keywords.items())
    source = "def f(x: torch.Tensor):\n    y = x + 1\n"
    source += f"    torch.ops.torchactiv.{case.operator.name}_(y{numbers})\n    return y\n"
    function = scripted(source)
    (x,) = case.inputs((2, 3, 4))
    assert same_bits(function(x), case.forward(x + 1))


def test_a_process_without_python_package_but_with_the_library(tmp_path: object) -> None:
    """A script file needs nothing but torch.ops.load_library, as a C++ program or a server would do."""
    module = torch.nn.ModuleList([c.module(torch.empty(1, 3)) for c in CASES if len(c.operator.data) == 1])

    class Chain(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = module

        def forward(self, x: Tensor) -> Tensor:
            for layer in self.layers:
                x = layer(x)
            return x

    chain, x = Chain(), torch.randn(4, 3)
    file, data = f"{tmp_path}/chain.pt", f"{tmp_path}/data.pt"
    torch.jit.save(torch.jit.script(chain), file)
    torch.save({"x": x, "y": chain(x).detach()}, data)
    (library,) = [p for p in torch.ops.loaded_libraries if "torchactiv" in p]
    program = f"""
import sys, torch
torch.ops.load_library({library!r})
assert "torchactiv" not in sys.modules
tensors = torch.load({data!r})
assert torch.equal(torch.jit.load({file!r})(tensors["x"]), tensors["y"])
"""
    subprocess.run([sys.executable, "-c", program], check=True)
