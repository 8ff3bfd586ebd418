"""torch.compile, torch.export, AOTInductor and compiled autograd: one graph, the same results."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import torchactiv
from operators import CASES, OPERATORS, Case, in_place_of_each_kind, one_of_each_kind
from torch import Tensor

pytestmark = pytest.mark.usefixtures("fresh_compiler")


class Network(torch.nn.Module):
    """The mean of every operator of the catalogue."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = torch.nn.ModuleList(
            [next(c for c in CASES if c.operator is o).module(torch.empty(1, 8)) for o in OPERATORS]
        )
        self.gates = [len(o.data) for o in OPERATORS]

    def forward(self, x: Tensor) -> Tensor:
        layers = zip(self.layers, self.gates, strict=True)
        results = [layer(*[x * (1 + 0.5 * i) for i in range(count)]) for layer, count in layers]
        return torch.stack(results).mean(0)


def step(function: Callable[..., Tensor], inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """The result, and the gradients of the inputs."""
    result = function(*inputs)
    return result, *torch.autograd.grad(result.square().sum(), inputs)


@pytest.mark.parametrize("dynamic", [False, True], ids=["static", "dynamic"])
@one_of_each_kind
def test_one_graph_forward_and_backward(case: Case, dynamic: bool) -> None:
    """fullgraph raises at a graph break; AOTAutograd traces backward as well."""
    compiled = torch.compile(case.forward, fullgraph=True, dynamic=dynamic, backend="aot_eager")
    for shape in ((2, 3, 4), (5, 3, 6)):
        inputs = case.inputs(shape, requires_grad=True)
        for ours, eager in zip(step(compiled, inputs), step(case.forward, inputs), strict=True):
            torch.testing.assert_close(ours, eager)
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == (1 if dynamic else 2)


@in_place_of_each_kind
def test_in_place(case: Case) -> None:
    def function(x: Tensor) -> Tensor:
        y = x * 2
        case.in_place(y)
        return y + 1

    (x,) = case.inputs(requires_grad=True)
    compiled = torch.compile(function, fullgraph=True, backend="aot_eager")
    for ours, eager in zip(step(compiled, (x,)), step(function, (x,)), strict=True):
        torch.testing.assert_close(ours, eager)


@in_place_of_each_kind
def test_in_place_on_an_argument(case: Case) -> None:
    """The caller sees what was written."""
    (x,) = case.inputs()
    expected = case.forward(x.clone())
    torch.compile(case.in_place, fullgraph=True, backend="aot_eager")(x)
    torch.testing.assert_close(x, expected)


def test_inductor() -> None:
    torch.manual_seed(0)
    network, x = Network(), torch.randn(4, 8, requires_grad=True)
    compiled = torch.compile(network, fullgraph=True)
    for ours, eager in zip(step(compiled, (x,)), step(network, (x,)), strict=True):
        torch.testing.assert_close(ours, eager)


@pytest.mark.usefixtures("fresh_compiler")
def test_inductor_of_gradients_in_other_layouts() -> None:
    """It takes the strides that the meta kernels tell for granted: of halves, and of transposed coefficients."""

    def gate(x: Tensor) -> Tensor:
        return torchactiv.functional.swiglu(*x.chunk(2, 1)).transpose(1, 2).cos()

    def lines(x: Tensor) -> Tensor:
        return torchactiv.functional.apl(x[:, 0], x[:3, 1:3, 0].t(), x[:3, 3:5, 1].t())

    for function in (gate, lines):
        (x,) = (torch.randn(3, 6, 3, requires_grad=True),)
        expected = torch.autograd.grad(function(x).sum(), x)
        actual = torch.autograd.grad(torch.compile(function, fullgraph=True)(x).sum(), x)
        torch.testing.assert_close(actual, expected)


@pytest.mark.parametrize("name", ["mish", "LeakyReLU", "hard-swish", "silu_", "geglu"])
def test_functions_by_name(name: str) -> None:
    """Of activations, in place and beyond the catalogue; the graph is that of the function itself."""

    def function(x: Tensor, name: str) -> Tensor:
        y = x * 2
        return torchactiv.get(name)(y, y) if name == "geglu" else torchactiv.get(name)(y)

    x = torch.randn(4)
    compiled = torch.compile(function, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(x, name), function(x, name))
    torch.testing.assert_close(compiled(x, "tanh"), torch.tanh(x * 2))  # another name, another graph


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("leaky-relu", {"negative_slope": 0.2}), ("GELU", {}), ("swiglu", {}), ("mish", {"inplace": True})],
)
def test_modules_by_name(name: str, arguments: dict[str, object]) -> None:
    """Those without parameters, which PyTorch does not make in a graph."""

    def function(x: Tensor) -> Tensor:
        y = x * 2
        return torchactiv.nn.make(name, **arguments)(*([y, y] if name == "swiglu" else [y]))

    x = torch.randn(4)
    compiled = torch.compile(function, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(x), function(x))


def test_an_unknown_name_in_a_graph() -> None:
    with pytest.raises(Exception, match="unknown activation 'mihs'; did you mean 'mish'"):
        torch.compile(lambda x: torchactiv.get("mihs")(x), fullgraph=True, backend="eager")(torch.ones(2))


@one_of_each_kind
def test_compiled_autograd(case: Case) -> None:
    inputs = case.inputs(requires_grad=True)
    expected = step(case.forward, inputs)[1:]
    with torch._dynamo.compiled_autograd._enable(torch.compile(backend="aot_eager", fullgraph=True)):
        case.forward(*inputs).square().sum().backward()
    assert torch._dynamo.utils.counters["compiled_autograd"]["captures"] == 1
    for tensor, gradient in zip(inputs, expected, strict=True):
        torch.testing.assert_close(tensor.grad, gradient)


def test_compiled_autograd_of_several_graphs() -> None:
    """In which the same operators stand."""
    mish = torchactiv.functional.mish
    with torch._dynamo.compiled_autograd._enable(torch.compile(backend="eager")):
        for function in (mish, lambda x: mish(x).sin(), lambda x: mish(mish(x))):
            x = torch.randn(4, requires_grad=True)
            (mine,) = torch.autograd.grad(function(x).sum(), x)
            torch.testing.assert_close(mine, torch.func.grad(lambda x, f=function: f(x).sum())(x.detach()))


@one_of_each_kind
def test_export(case: Case) -> None:
    """Saved, loaded, and with a batch of another size."""

    class Module(torch.nn.Module):
        def forward(self, *inputs: Tensor) -> Tensor:
            return case.forward(*inputs)

    inputs = case.inputs((2, 3, 4), dtype=torch.float32)
    batch = torch.export.Dim("batch")
    shapes = tuple(None if i.is_parameter else {0: batch} for i in case.operator.inputs)
    buffer = io.BytesIO()
    torch.export.save(torch.export.export(Module(), inputs, dynamic_shapes={"inputs": shapes}), buffer)
    buffer.seek(0)
    program = torch.export.load(buffer)
    names = [str(n.target) for n in program.graph.nodes if n.op == "call_function"]
    assert names == [f"torchactiv.{case.operator.name}.default"]
    larger = case.inputs((5, 3, 4), dtype=torch.float32)
    torch.testing.assert_close(program.module()(*larger), case.forward(*larger), rtol=0, atol=0)


def test_aot_inductor(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network, x = Network().eval(), torch.randn(4, 8)
    with torch.no_grad():
        program = torch.export.export(network, (x,))
        package = torch._inductor.aoti_compile_and_package(program, package_path=str(tmp_path / "network.pt2"))
        result = torch._inductor.aoti_load_package(package)(x)
        torch.testing.assert_close(result, network(x))
