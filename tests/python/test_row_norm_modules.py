"""LayerNormAct, RMSNormAct, GroupNormAct, InstanceNormAct and sums are PyTorch's modules with something behind them."""

import copy
import io
from typing import Any

import pytest
import torch
import torch.nn.functional as F
import torchactiv.nn as ours
from operators import sample
from torch import Tensor, nn

MODULES: dict[str, tuple[type, type, tuple[Any, ...], dict[str, Any], tuple[int, ...]]] = {
    "layer": (ours.LayerNormAct, nn.LayerNorm, (6,), {}, (4, 3, 6)),
    "layer, shape": (ours.LayerNormAct, nn.LayerNorm, ((3, 6), 0.1), {"bias": False}, (4, 3, 6)),
    "layer, plain": (ours.LayerNormAct, nn.LayerNorm, (6,), {"elementwise_affine": False}, (4, 3, 6)),
    "rms": (ours.RMSNormAct, nn.RMSNorm, (6,), {}, (4, 3, 6)),
    "rms, plain": (ours.RMSNormAct, nn.RMSNorm, (6, 0.1), {"elementwise_affine": False}, (4, 3, 6)),
    "group": (ours.GroupNormAct, nn.GroupNorm, (3, 6), {}, (4, 6, 5, 3)),
    "group, plain": (ours.GroupNormAct, nn.GroupNorm, (3, 6), {"affine": False}, (4, 6, 5, 3)),
    "group, no bias": (ours.GroupNormAct, nn.GroupNorm, (3, 6), {"bias": False}, (4, 6, 5, 3)),
    "instance 1d": (ours.InstanceNormAct1d, nn.InstanceNorm1d, (3,), {"affine": True}, (4, 3, 6)),
    "instance 2d": (ours.InstanceNormAct2d, nn.InstanceNorm2d, (3,), {"track_running_stats": True}, (4, 3, 6, 5)),
    "instance 3d": (ours.InstanceNormAct3d, nn.InstanceNorm3d, (3,), {}, (4, 3, 2, 6, 5)),
    "instance, no batch": (ours.InstanceNormAct2d, nn.InstanceNorm2d, (3,), {}, (3, 6, 5)),
}
every_module = pytest.mark.parametrize("mine,theirs,arguments,options,shape", MODULES.values(), ids=MODULES.keys())


def varied(module: nn.Module) -> nn.Module:
    torch.manual_seed(0)
    for parameter in module.parameters():
        nn.init.normal_(parameter)
    return module


@every_module
def test_as_pytorch_s_module(
    mine: Any, theirs: Any, arguments: tuple[Any, ...], options: dict[str, Any], shape: tuple[int, ...]
) -> None:
    module, pytorch_s = mine(*arguments, activation="tanh", **options), varied(theirs(*arguments, **options))
    assert list(module.state_dict()) == list(pytorch_s.state_dict())
    module.load_state_dict(pytorch_s.state_dict())
    for training in (True, True, False):
        module.train(training), pytorch_s.train(training)
        x = sample(shape, seed=training + 1).float()
        torch.testing.assert_close(module(x), torch.tanh(pytorch_s(x)))
        torch.testing.assert_close(dict(module.named_buffers()), dict(pytorch_s.named_buffers()))
    assert repr(module) == repr(pytorch_s).replace(theirs.__name__, mine.__name__)[:-1] + ", activation='tanh')"


@pytest.mark.usefixtures("fresh_compiler")
@pytest.mark.parametrize("activation", ["silu", "prelu"])
@every_module
def test_script_compile_and_export(
    mine: Any,
    theirs: Any,
    arguments: tuple[Any, ...],
    options: dict[str, Any],
    shape: tuple[int, ...],
    activation: str,
) -> None:
    module, x = varied(mine(*arguments, activation=activation, **options)), sample(shape).float()
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(copy.deepcopy(module)), buffer)
    buffer.seek(0)
    others = [torch.jit.load(buffer), torch.compile(copy.deepcopy(module), fullgraph=True)]
    results = []
    for other in [module, *others]:
        leaf = x.clone().requires_grad_()
        y = other(leaf)
        results.append((y, *torch.autograd.grad(y.square().sum(), [leaf, *other.parameters()])))
    for other in results[1:]:
        torch.testing.assert_close(other, results[0], rtol=1e-4, atol=1e-4)
    exported = torch.export.export(copy.deepcopy(module).eval(), (x,))
    torch.testing.assert_close(exported.module()(x), module.eval()(x))


@pytest.mark.usefixtures("fresh_compiler")
@pytest.mark.parametrize("mine,theirs", [(ours.AddRMSNorm, nn.RMSNorm), (ours.AddLayerNorm, nn.LayerNorm)])
def test_sums(mine: Any, theirs: Any) -> None:
    module, pytorch_s = varied(mine(6)), varied(theirs(6))
    assert list(module.state_dict()) == list(pytorch_s.state_dict())
    x, residual = sample((4, 6)).float(), sample((4, 6), seed=1).float()
    scripted, compiled = torch.jit.script(copy.deepcopy(module)), torch.compile(copy.deepcopy(module), fullgraph=True)
    for form in (module, scripted, compiled):
        output, total = form(x, residual)
        torch.testing.assert_close(total, x + residual)
        torch.testing.assert_close(output, pytorch_s(x + residual))


@pytest.mark.usefixtures("fresh_compiler")
def test_compiled_transformer_block() -> None:
    """Forward and backward through sums that two layers read."""
    torch.manual_seed(0)

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm, self.mix, self.feed = ours.AddRMSNorm(8), nn.Linear(8, 8), nn.Linear(8, 8)

        def forward(self, x: Tensor) -> Tensor:
            y, x = self.norm(self.mix(x), x)
            return x + self.feed(y)

    block, x = Block(), torch.randn(4, 8)
    compiled = torch.compile(copy.deepcopy(block), fullgraph=True, dynamic=True)
    results = []
    for function in (block, compiled):
        leaf = x.clone().requires_grad_()
        function(leaf).square().sum().backward()
        results.append((leaf.grad, [p.grad for p in function.parameters()]))
    torch.testing.assert_close(*results)


@pytest.mark.usefixtures("fresh_compiler")
def test_compiled_autograd() -> None:
    x, w = (sample(shape).requires_grad_() for shape in ((4, 6), (6,)))

    def found() -> tuple[Tensor, ...]:
        y = torch.ops.torchactiv.layer_norm_act(x, [6], w, None, 1e-5, "elu", [0.5])
        return torch.autograd.grad(y.square().sum(), (x, w))

    expected = found()
    with torch._dynamo.compiled_autograd._enable(torch.compile(backend="eager")):
        torch.testing.assert_close(found(), expected)


def test_half_types_with_parameters_in_floats() -> None:
    module = ours.LayerNormAct(64, activation="silu")
    x = torch.randn(4, 64, dtype=torch.bfloat16)
    y = module(x)
    assert y.dtype == torch.bfloat16
    torch.testing.assert_close(y.float(), F.silu(F.layer_norm(x.float(), (64,))), rtol=1e-2, atol=1e-2)


def test_learned_activations_are_modules() -> None:
    module = ours.GroupNormAct(2, 6, activation="prelu", num_parameters=6)
    assert [name for name, _ in module.named_parameters()] == ["weight", "bias", "act.weight"]
