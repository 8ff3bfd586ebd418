"""The modules of gates and of taaf, around any activation of one tensor."""

import copy
import io

import pytest
import torch
import torch.nn.functional as F
import torchactiv
import torchactiv.functional as ours
from operators import sample

SHAPE = (3, 4, 70)  # more than one block, and not whole vectors


def test_taaf_module() -> None:
    module, x = torchactiv.nn.TAAF("gelu", num_parameters=4), sample(SHAPE, dtype=torch.float32)
    torch.testing.assert_close(module(x), F.gelu(x), rtol=1e-5, atol=1e-6)
    assert list(module.state_dict()) == ["alpha", "beta", "gamma", "delta"]
    assert torch.equal(torch.jit.script(module)(x), module(x))
    assert repr(module) == "TAAF(activation='gelu_erf', num_parameters=4, dim=1)"
    module(x).sum().backward()
    assert all(p.grad is not None and p.grad.shape == (4,) for p in module.parameters())


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", ["SwiGLU", "GEGLU", "ReGLU", "MishGLU", "BilinearGLU"])
def test_blocks(name: str, packed: bool) -> None:
    block = getattr(torchactiv.nn, name)(6, 10, 5, bias=True, packed=packed)
    x = torch.randn(3, 6)
    gate, up = block.gate_up_proj(x).chunk(2, -1) if packed else (block.gate_proj(x), block.up_proj(x))
    activation = getattr(ours, block.activation)
    torch.testing.assert_close(block(x), block.down_proj(activation(gate) * up))
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(block), buffer)
    buffer.seek(0)
    for other in (torch.jit.load(buffer), torch.jit.trace(block, x), copy.deepcopy(block)):
        assert torch.equal(other(x), block(x))


@pytest.mark.parametrize("packed", [False, True])
def test_blocks_take_arguments(packed: bool) -> None:
    arguments = {"activation": "leaky_relu", "arguments": [0.3], "packed": packed}
    block, x = torchactiv.nn.GatedFeedForward(6, 10, **arguments), torch.randn(3, 6)
    gate, up = block.gate_up_proj(x).chunk(2, -1) if packed else (block.gate_proj(x), block.up_proj(x))
    torch.testing.assert_close(block(x), block.down_proj(F.leaky_relu(gate, 0.3) * up))
    assert torch.equal(torch.jit.script(block)(x), block(x))
    assert repr(block).splitlines()[1] == "  activation='leaky_relu', arguments=[0.3]"


def test_taaf_module_takes_arguments() -> None:
    module, x = torchactiv.nn.TAAF("threshold", arguments=[0.5, -2.0]), torch.randn(3, 6)
    assert torch.equal(module(x), F.threshold(x, 0.5, -2.0))
    assert torch.equal(torch.jit.script(module)(x), module(x))
    assert repr(module) == "TAAF(activation='threshold', num_parameters=1, dim=1, arguments=[0.5, -2.0])"


@pytest.mark.parametrize(
    ("activation", "arguments", "error", "message"),
    [
        ("prelu", None, ValueError, "activation must name an operator of one tensor, got 'prelu'"),
        ("snake", None, ValueError, "activation must name an operator of one tensor, got 'snake'"),
        ("maxout", None, ValueError, "activation must name an operator of one tensor, got 'maxout'"),
        ("threshold", None, ValueError, "threshold takes 2 numbers, got 0"),
        ("silu", [1.0], ValueError, "silu takes 0 numbers, got 1"),
        ("celu", [0.0], RuntimeError, "alpha must not be 0, got alpha=0"),
    ],
)
def test_constructors_refuse_what_forward_would(
    activation: str, arguments: list[float] | None, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        torchactiv.nn.TAAF(activation, arguments=arguments)
    with pytest.raises(error, match=message):
        torchactiv.nn.GatedFeedForward(2, 3, activation=activation, arguments=arguments)


def test_a_block_loads_the_weights_of_llama() -> None:
    names = {"gate_proj.weight": (11, 6), "up_proj.weight": (11, 6), "down_proj.weight": (6, 11)}
    weights = {name: torch.randn(shape) for name, shape in names.items()}
    block = torchactiv.nn.SwiGLU(6, 11)
    block.load_state_dict(weights)
    x = torch.randn(2, 6)
    hidden = F.silu(x @ weights["gate_proj.weight"].T) * (x @ weights["up_proj.weight"].T)
    torch.testing.assert_close(block(x), hidden @ weights["down_proj.weight"].T)


def test_swish_without_its_parameter_is_silu() -> None:
    assert torchactiv.nn.TAAF("swish").activation == "silu"
    assert torchactiv.nn.GatedFeedForward(2, 3, activation="swish").activation == "silu"
