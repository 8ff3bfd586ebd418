"""torch.fx.symbolic_trace: the graph of every module computes what the module does, in training and in evaluation."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torchactiv.functional as F
import torchactiv.nn as ours
from operators import CASES, OPERATORS, Case, sample
from torch import Tensor, fx, nn

Made = Callable[[], nn.Module]
ROWS, MAPS = (6, 4, 5), (4, 4, 6, 6)

# What the catalogue of operators does not have, with the shape of its input.
OTHERS: dict[str, tuple[Made, tuple[int, ...]]] = {
    "ABN": (lambda: ours.ABN(4), ROWS),
    "AlphaDropout": (lambda: ours.AlphaDropout(), ROWS),
    "BatchNormAct1d": (lambda: ours.BatchNormAct1d(4), ROWS),
    "BatchNormAct2d": (lambda: ours.BatchNormAct2d(4, activation="prelu", momentum=None), MAPS),
    "BatchNormAct3d": (lambda: ours.BatchNormAct3d(4, activation="elu", memory_efficient=True), (4, 4, 2, 3, 3)),
    "BilinearGLU": (lambda: ours.BilinearGLU(5, 8), ROWS),
    "CReLU": (lambda: ours.CReLU(), ROWS),
    "DynamicReLU": (lambda: ours.DynamicReLU(4, variant="C"), MAPS),
    "FReLU": (lambda: ours.FReLU(4), MAPS),
    "GEGLU": (lambda: ours.GEGLU(5, 8, packed=True), ROWS),
    "GELU": (lambda: ours.GELU("tanh"), ROWS),
    "GLU": (lambda: ours.GLU(1), ROWS),
    "GatedFeedForward": (lambda: ours.GatedFeedForward(5, 8), ROWS),
    "GroupNormAct": (lambda: ours.GroupNormAct(2, 4, activation="prelu"), MAPS),
    "InPlaceABN": (lambda: ours.InPlaceABN(4), MAPS),
    "InPlaceABNSync": (lambda: ours.InPlaceABNSync(4), MAPS),
    "InstanceNormAct1d": (lambda: ours.InstanceNormAct1d(4), ROWS),
    "InstanceNormAct2d": (lambda: ours.InstanceNormAct2d(4, track_running_stats=True), MAPS),
    "InstanceNormAct3d": (lambda: ours.InstanceNormAct3d(4), (4, 4, 2, 3, 3)),
    "LayerNormAct": (lambda: ours.LayerNormAct(5, activation="silu"), ROWS),
    "Maxout": (lambda: ours.Maxout(2), ROWS),
    "MetaAconC": (lambda: ours.MetaAconC(4), MAPS),
    "MishGLU": (lambda: ours.MishGLU(5, 8), ROWS),
    "PolyNorm": (lambda: ours.PolyNorm(), ROWS),
    "RMSNormAct": (lambda: ours.RMSNormAct(5), ROWS),
    "RReLU": (lambda: ours.RReLU(), ROWS),
    "Rational": (lambda: ours.Rational(version="D", num_parameters=4), ROWS),
    "ReGLU": (lambda: ours.ReGLU(5, 8), ROWS),
    "SwiGLU": (lambda: ours.SwiGLU(5, 8), ROWS),
    "SyncBatchNormAct": (lambda: ours.SyncBatchNormAct(4), ROWS),
    "TAAF": (lambda: ours.TAAF("relu", num_parameters=5, dim=-1), ROWS),
}
OF_TWO: dict[str, Made] = {"AddLayerNorm": lambda: ours.AddLayerNorm(5), "AddRMSNorm": lambda: ours.AddRMSNorm(5)}


class OfOne(nn.Module):
    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, x: Tensor) -> Any:
        return self.module(x * 1)


class OfTwo(OfOne):
    def forward(self, x: Tensor, y: Tensor) -> Any:  # type: ignore[override]
        return self.module(x * 1, y)


def network(module: nn.Module, count: int) -> nn.Module:
    return (OfOne, OfTwo)[count - 1](module)


def gradients(result: Any, model: nn.Module) -> list[Tensor | None]:
    tensors = result if isinstance(result, tuple) else (result,)
    parameters = list(model.parameters())
    return list(torch.autograd.grad(sum(t.sin().sum() for t in tensors), parameters, allow_unused=True))


def assert_the_same(module: nn.Module, *inputs: Tensor) -> None:
    """Results, gradients and statistics."""
    for training in (True, False):
        model = network(copy.deepcopy(module).train(training), len(inputs))
        traced = fx.symbolic_trace(copy.deepcopy(model))
        for _ in range(2):
            torch.manual_seed(0)
            expected = model(*inputs)
            torch.manual_seed(0)
            result = traced(*inputs)
            torch.testing.assert_close(result, expected, rtol=0, atol=0)
            if list(model.parameters()):
                torch.testing.assert_close(gradients(result, traced), gradients(expected, model), rtol=0, atol=0)
        torch.testing.assert_close(dict(traced.named_buffers()), dict(model.named_buffers()))


def test_no_module_is_left_out() -> None:
    operators = {operator.module for operator in OPERATORS}
    assert operators | OTHERS.keys() | OF_TWO.keys() | {"make"} == set(ours.__all__)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_modules_of_operators(case: Case) -> None:
    shapes = [ROWS] * len(case.operator.data)
    assert_the_same(case.module(torch.empty(ROWS)), *(sample(s, seed=i).float() for i, s in enumerate(shapes)))


@pytest.mark.parametrize("operator", [o for o in OPERATORS if o.along_channels], ids=lambda operator: operator.name)
def test_parameters_along_the_last_dimension(operator: Any) -> None:
    module = operator.module_class(5, dim=-1, **operator.demanded)
    assert_the_same(module, *(sample(ROWS, seed=i).float() for i in range(len(operator.data))))


@pytest.mark.parametrize("name", OTHERS)
def test_other_modules(name: str) -> None:
    make, shape = OTHERS[name]
    torch.manual_seed(0)
    assert_the_same(make(), sample(shape).float())


@pytest.mark.parametrize("name", OF_TWO)
def test_modules_of_two_tensors(name: str) -> None:
    assert_the_same(OF_TWO[name](), sample(ROWS).float(), sample(ROWS, seed=1).float())


NORMALISATIONS = [name for name in OTHERS if ("Norm" in name and name != "PolyNorm") or "ABN" in name]


@pytest.mark.parametrize("name", NORMALISATIONS)
def test_normalisations_are_nodes(name: str) -> None:
    """So a graph that was traced in training follows eval(), and batches are counted when it runs."""
    make, shape = OTHERS[name]
    module = make()
    traced = fx.symbolic_trace(OfOne(copy.deepcopy(module)))
    for step in range(3):
        module.train(step < 2), traced.train(step < 2)
        x = sample(shape, seed=step).float()
        torch.testing.assert_close(traced(x), module(x.clone()), rtol=0, atol=0)
        buffers = {key.removeprefix("module."): value for key, value in traced.named_buffers()}
        torch.testing.assert_close(buffers, dict(module.named_buffers()), rtol=0, atol=0)
    assert [node.target for node in traced.graph.nodes if node.op == "call_module"] == ["module"]


@pytest.mark.parametrize("name", [*NORMALISATIONS, *OF_TWO, "RReLU", "Rational"])
def test_hooks_run_with_the_graph(name: str) -> None:
    """Once, and not while it is traced; as those of PyTorch's normalisations."""
    make, shape = OTHERS.get(name) or (OF_TWO[name], ROWS)
    module, calls = make().eval(), []
    inputs = [sample(shape, seed=seed).float() for seed in range(2 if name in OF_TWO else 1)]
    module.register_forward_pre_hook(lambda module, given: calls.append(type(given[0])))
    module.register_forward_hook(lambda module, given, result: (result[0] * 2, *result[1:]))
    expected = network(module, len(inputs))(*inputs)
    traced = fx.symbolic_trace(network(module, len(inputs)))
    assert [node.target for node in traced.graph.nodes if node.op == "call_module"] == ["module"]
    torch.testing.assert_close(traced(*inputs), expected, rtol=0, atol=0)
    assert calls == [Tensor, Tensor]


class Doubled(ours.BatchNormAct1d):
    def forward(self, input: Tensor, residual: Tensor | None = None) -> Tensor:
        return 2 * super().forward(input, residual)


def test_a_subclass_is_one_node() -> None:
    module, x = Doubled(4), sample(ROWS).float()
    torch.testing.assert_close(fx.symbolic_trace(OfOne(module))(x), module(x), rtol=0, atol=0)


def test_a_residual() -> None:
    module = ours.BatchNormAct2d(4, activation="silu")
    assert_the_same(module, sample(MAPS).float(), sample(MAPS, seed=1).float())


class ByName(OfOne):
    def forward(self, x: Tensor, y: Tensor) -> Any:  # type: ignore[override]
        return self.module(input=x, residual=y)


def test_arguments_by_name() -> None:
    model, inputs = ByName(ours.BatchNormAct1d(4)), (sample(ROWS).float(), sample(ROWS, seed=1).float())
    torch.testing.assert_close(fx.symbolic_trace(model)(*inputs), model(*inputs), rtol=0, atol=0)


# With parameters that are traced as well, that are tensors, and that are numbers.
FUNCTIONS: list[Callable[..., Tensor]] = [
    lambda x, w: F.prelu(x, w),
    lambda x, w: F.snake(x, w, dim=-2),
    lambda x, w: F.dynamic_tanh(x, 0.5, w, 0.25, dim=1),
    lambda x, w: F.prelu(x, torch.tensor([0.1, 0.2, 0.3, 0.4])) * w.sum(),
    lambda x, w: F.pelu(x, torch.tensor([1.0, 0.5, 2.0, 1.0]), 0.5, dim=-2) * w.sum(),
    lambda x, w: F.taaf(x, 2.0, w, activation="silu"),
    lambda x, w: F.apl(x, w.expand(2, 4), w.expand(2, 4), dim=-2),
    lambda x, w: F.batch_norm_act(x, None, None, w, training=True, activation="elu", alpha=0.5),
    lambda x, w: F.batch_norm_act(x, None, None, None, w, True, activation="prelu", activation_arguments={"weight": w}),
    lambda x, w: F.poly_norm(x, w, w[:1]),
]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions(function: Callable[..., Tensor]) -> None:
    x, w = sample(ROWS).float(), torch.tensor([0.5, 1.0, 2.0, 0.25])
    torch.testing.assert_close(fx.symbolic_trace(function)(x, w), function(x, w), rtol=0, atol=0)


def test_one_graph_for_inputs_of_any_rank() -> None:
    module = ours.DynamicTanh(5, dim=-1)
    traced = fx.symbolic_trace(module)
    for shape in ((5,), (3, 5), (2, 3, 5)):
        x = sample(shape).float()
        torch.testing.assert_close(traced(x), module(x), rtol=0, atol=0)
    with pytest.raises(RuntimeError, match=r"weight has 5 elements, but input of shape .* has 4 along dim=-1"):
        traced(torch.ones(2, 3, 4))


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m)), fx.symbolic_trace])
def test_a_graph_is_copied_and_traced_again(duplicate: Callable[[nn.Module], nn.Module]) -> None:
    traced = fx.symbolic_trace(nn.Sequential(ours.PReLU(4), ours.BatchNormAct1d(4, activation="prelu")).eval())
    x = sample(ROWS).float()
    torch.testing.assert_close(duplicate(traced)(x), traced(x), rtol=0, atol=0)
