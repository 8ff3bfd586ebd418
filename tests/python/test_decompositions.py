"""Operators as graphs of PyTorch's own, and these in ONNX."""

import math
from pathlib import Path

import onnxruntime
import pytest
import torch
import torchactiv
import torchactiv.functional as ours
from operators import CASES, Case, every_case, sample
from torch import Tensor
from torch.export import ExportedProgram


class Call(torch.nn.Module):
    """A function of tensors, as a module."""

    def __init__(self, function) -> None:  # type: ignore[no-untyped-def]
        super().__init__()
        self.function = function

    def forward(self, *tensors: Tensor) -> Tensor:
        return self.function(*tensors)


def decomposed(function, tensors: tuple[Tensor, ...]) -> ExportedProgram:  # type: ignore[no-untyped-def]
    program = torch.export.export(Call(function), tensors).run_decompositions(torchactiv.decompositions())
    left = [str(node.target) for node in program.graph.nodes if "torchactiv" in str(node.target)]
    assert not left
    return program


@every_case
def test_every_operator(case: Case) -> None:
    tensors = tuple(t.detach() for t in case.inputs((3, 4, 5), dtype=torch.float64))
    actual = decomposed(case.forward, tensors).module()(*tensors)
    torch.testing.assert_close(actual, case.forward(*tensors), rtol=1e-9, atol=1e-9)


def test_those_of_pytorch_are_its_own() -> None:
    x = sample((3, 4), dtype=torch.float32)
    for name in ("mish", "gelu", "hardswish", "softplus", "elu", "leaky_relu", "logsigmoid"):
        program = decomposed(getattr(ours, name), (x,))
        assert [n.op for n in program.graph.nodes].count("call_function") == 1, name


COMPOUND = {
    "gated": lambda x: ours.gated(x, x + 1, "gelu"),
    "gated_packed": lambda x: ours.gated_packed(x, "mish", 1),
    "glu": lambda x: ours.glu(x, 1),
    "bias_act": lambda x: ours.bias_act(x, torch.ones(6), "silu"),
    "taaf": lambda x: ours.taaf(x, torch.ones(4), activation="tanh"),
    "layer_norm_act": lambda x: ours.layer_norm_act(x, (6,), activation="gelu"),
    "rms_norm_act": lambda x: ours.rms_norm_act(x, (6,), torch.ones(6), activation="silu"),
    "group_norm_act": lambda x: ours.group_norm_act(x, 2, activation="relu"),
    "instance_norm_act": lambda x: ours.instance_norm_act(x, activation="mish"),
    "add_layer_norm": lambda x: ours.add_layer_norm(x, x + 1, torch.ones(6))[0],
    "batch_norm_act": lambda x: ours.batch_norm_act(x, torch.zeros(4), torch.ones(4), activation="mish"),
    "crelu": lambda x: ours.crelu(x, 1),
}


@pytest.mark.parametrize("name", COMPOUND)
def test_compound_functions(name: str) -> None:
    x = sample((2, 4, 6), dtype=torch.float32)
    torch.testing.assert_close(decomposed(COMPOUND[name], (x,)).module()(x), COMPOUND[name](x))


def test_backward_is_there_as_well() -> None:
    operator = torch.ops.torchactiv.mish_backward.default
    program = decomposed(operator, (sample((3, 4)), sample((3, 4), seed=2)))
    tensors = sample((3, 4)), sample((3, 4), seed=2)
    torch.testing.assert_close(program.module()(*tensors), operator(*tensors))


def run_in_onnx(program: ExportedProgram, path: Path, x: Tensor) -> list[Tensor]:
    # The exporter's optimiser loses nodes where several are bounded alike.
    torch.onnx.export(program, (), path, dynamo=True, verbose=False, optimize=False)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return [torch.from_numpy(result) for result in session.run(None, {session.get_inputs()[0].name: x.numpy()})]


# onnxruntime has no erf and no arctangent of doubles, in which these are composed.
NOT_IN_ONNXRUNTIME = {"arctan", "gelu_clipped", "laplace", "phish", "serf"}


def test_in_onnx(tmp_path: Path) -> None:
    """Every function of one tensor, and compound ones, in one graph."""
    single = {case.operator.name: case.forward for case in reversed(CASES) if len(case.operator.inputs) == 1}
    functions = {name: f for name, f in (single | COMPOUND).items() if name not in NOT_IN_ONNXRUNTIME}
    x = sample((2, 4, 6), dtype=torch.float32)
    program = decomposed(lambda x: tuple(function(x) for function in functions.values()), (x,))
    results = run_in_onnx(program, tmp_path / "model.onnx", x)
    for name, actual in zip(functions, results, strict=True):
        torch.testing.assert_close(actual, functions[name](x), rtol=1e-4, atol=1e-5, msg=name)


def test_squares_at_the_ends_in_onnx(tmp_path: Path) -> None:
    """The exporter writes constants as floats: what bounds a square must be one."""
    functions = [getattr(ours, name) for name in ("isru", "isrlu", "bent_identity")]
    x = torch.tensor([math.inf, -math.inf, 3e38, -3e38, 1e25, -1e25, 2.0])
    program = decomposed(lambda x: tuple(function(x) for function in functions), (x,))
    results = run_in_onnx(program, tmp_path / "model.onnx", x)
    for function, actual in zip(functions, results, strict=True):
        torch.testing.assert_close(actual, function(x), rtol=1e-5, atol=1e-6)
