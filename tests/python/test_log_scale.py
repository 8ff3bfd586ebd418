"""Modules that keep logarithms of their parameters (alpha_logscale), as those of BigVGAN."""

import copy
from collections.abc import Callable

import pytest
import torch
import torchactiv
from operators import sample
from torch import Tensor, fx, nn
from torchactiv.nn import Snake, SnakeBeta

MODULES: dict[str, type[nn.Module]] = {
    entry["module"]: getattr(torchactiv.nn, entry["module"])
    for entry in torchactiv.catalogue()
    if entry.get("logscale")
}
every_module = pytest.mark.parametrize("name", MODULES)
SHAPE = (2, 3, 5)


def of_bigvgan(x: Tensor, state: dict[str, Tensor]) -> Tensor:
    """Its forward, of (batch, channels, time); 1e-9 keeps it from dividing by 0."""
    alpha, beta = (state.get(name, state["alpha"])[None, :, None].exp() for name in ("alpha", "beta"))
    return x + (1.0 / (beta + 1e-9)) * torch.sin(x * alpha) ** 2


def test_which_have_it() -> None:
    assert list(MODULES.values()) == [Snake, SnakeBeta]


@every_module
def test_a_state_of_bigvgan(name: str) -> None:
    module = MODULES[name](3, alpha_logscale=True, dtype=torch.float64)
    names = [parameter for parameter, _ in module.named_parameters()]
    state = {n: torch.tensor([-1.0, 0.5, 2.0], dtype=torch.float64) + i for i, n in enumerate(names)}
    assert all(torch.equal(start, torch.zeros_like(start)) for start in module.parameters())
    assert str(module.load_state_dict(state)) == "<All keys matched successfully>"
    x = sample(SHAPE)
    torch.testing.assert_close(module(x), of_bigvgan(x, state), rtol=1e-8, atol=1e-8)
    learned = {n: p.clone().requires_grad_() for n, p in state.items()}
    (expected,) = [torch.autograd.grad(of_bigvgan(x, learned).sin().sum(), list(learned.values()))]
    results = torch.autograd.grad(module(x).sin().sum(), list(module.parameters()))
    torch.testing.assert_close(results, expected, rtol=1e-7, atol=1e-7)


@every_module
def test_the_function_is_the_same(name: str) -> None:
    plain, logarithmic = (MODULES[name](alpha_logscale=flag) for flag in (False, True))
    x = sample(SHAPE).float()
    torch.testing.assert_close(logarithmic(x), plain(x))


def test_what_they_start_from() -> None:
    module = SnakeBeta(2, alpha_init=2.0, beta_init=0.5, alpha_logscale=True)
    torch.testing.assert_close(module.alpha.exp(), torch.full((2,), 2.0))
    torch.testing.assert_close(module.beta.exp(), torch.full((2,), 0.5))
    with torch.no_grad():
        module.alpha.fill_(7)
    module.reset_parameters()
    torch.testing.assert_close(module.alpha.exp(), torch.full((2,), 2.0))
    assert Snake(init=2.0).alpha.item() == 2.0
    assert MODULES["Snake"](device="meta", alpha_logscale=True).alpha.is_meta


@pytest.mark.parametrize("start", [0.0, -1.0, float("nan")])
def test_what_has_no_logarithm(start: float) -> None:
    with pytest.raises(ValueError, match=f"Snake: with alpha_logscale init must be positive, got {start}"):
        Snake(init=start, alpha_logscale=True)
    with pytest.raises(ValueError, match=f"SnakeBeta: with alpha_logscale beta_init must be positive, got {start}"):
        SnakeBeta(beta_init=start, alpha_logscale=True)
    Snake(init=start), SnakeBeta(beta_init=start)


@every_module
def test_representation(name: str) -> None:
    assert repr(MODULES[name](3)) == f"{name}(num_parameters=3, dim=1)"
    assert repr(MODULES[name](3, alpha_logscale=True)) == f"{name}(num_parameters=3, dim=1, alpha_logscale=True)"


WAYS: dict[str, Callable[[nn.Module], Callable[[Tensor], Tensor]]] = {
    "script": torch.jit.script,
    "fx": fx.symbolic_trace,
    "compile": lambda module: torch.compile(module, backend="aot_eager", fullgraph=True),
    "deepcopy": copy.deepcopy,
    "make": lambda module: torchactiv.nn.make(type(module).__name__, num_parameters=3, alpha_logscale=True),
}


@pytest.mark.usefixtures("fresh_compiler")
@pytest.mark.parametrize("way", WAYS)
@every_module
def test_ways_of_running_them(name: str, way: str) -> None:
    module, x = MODULES[name](3, alpha_logscale=True), sample(SHAPE).float()
    torch.testing.assert_close(WAYS[way](module)(x), module(x))
