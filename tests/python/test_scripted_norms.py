"""Functions of normalisations called in TorchScript, which compiles others in their place."""

import inspect

import pytest
import torch
import torchactiv.functional as F
from operators import same_bits
from test_torchscript import reloaded, scripted
from torch import Tensor
from torchactiv import scripted_norms

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

NAMES = [name for name in scripted_norms.__all__ if name != "scripted_as"]
CALLS = [
    "batch_norm_act(x, mean, var, w, w, True)",
    "batch_norm_act(x, mean, var, activation='gelu')",
    "batch_norm_act(x, None, None, training=True, memory_efficient=True, activation='leaky_relu', residual=x)",
    "batch_norm_act(x, None, None, w, w, True, activation='leaky_relu', activation_arguments={'negative_slope': 0.3})",
    "layer_norm_act(x, [5], activation='hardtanh', activation_arguments={'max_val': 2.0, 'min_val': 0.5})",
    "rms_norm_act(x, [4, 5], eps=1e-3, activation='silu')",
    "group_norm_act(x, 2, w, w, 1e-3, 'threshold', activation_arguments={'threshold': 0.5, 'value': 2.0})",
    "instance_norm_act(x, mean, var, w, w)",
    "instance_norm_act(x, mean, var, use_input_stats=False, activation='elu', activation_arguments={'alpha': 0.5})",
    "add_rms_norm(x, x.cos(), torch.cat([w, w[:1]]))",
    "add_rms_norm(x, x.cos(), w[:, None].expand(4, 5), 1e-3)",
    "add_layer_norm(x, x.cos(), torch.cat([w, w[:1]]), None, 1e-3)",
    "add_layer_norm(x, x.cos(), torch.cat([w, w[:1]]), torch.cat([w, mean[:1]]))",
]


def inputs() -> tuple[Tensor, ...]:
    torch.manual_seed(0)
    return torch.randn(3, 4, 5, requires_grad=True), torch.randn(4, requires_grad=True), torch.zeros(4), torch.ones(4)


def script(call: str) -> torch.jit.ScriptFunction:
    arguments = ", ".join(f"{name}: torch.Tensor" for name in ("x", "w", "mean", "var"))
    return scripted(f"def f({arguments}):\n    return torchactiv.functional.{call}\n")


@pytest.mark.parametrize("call", CALLS)
def test_as_in_python(call: str) -> None:
    for function in (script(call), reloaded(script(call))):
        for _ in range(3):  # the profiling executor compiles at the second run
            x, w, mean, var = inputs()
            results = function(x, w, mean, var)
            expected_mean, expected_var = torch.zeros(4), torch.ones(4)
            names = {"torch": torch, "x": x, "w": w, "mean": expected_mean, "var": expected_var}
            expected = eval(call, vars(F), names)
            assert same_bits(mean, expected_mean) and same_bits(var, expected_var)
            both = (results, expected) if isinstance(expected, tuple) else ((results,), (expected,))
            for result, exact in zip(*both, strict=True):
                assert same_bits(result, exact)
                (mine,), (theirs,) = (
                    torch.autograd.grad(y.square().sum(), x, retain_graph=True) for y in (result, exact)
                )
                torch.testing.assert_close(mine, theirs)


@pytest.mark.parametrize("name", NAMES)
def test_the_signatures_are_the_same(name: str) -> None:
    """But for keywords of any name, and for what is keyword-only."""

    def parameters(module: object) -> list[tuple[str, object]]:
        described = inspect.signature(getattr(module, name)).parameters.values()
        return [(p.name, p.default) for p in described if p.kind is not p.VAR_KEYWORD]

    assert parameters(scripted_norms) == parameters(F)


@pytest.mark.parametrize(
    ("activation", "given", "message"),
    [
        ("elu", {"beta": 1.0}, "elu has no argument 'beta'; it takes alpha"),
        ("mish", {"beta": 1.0}, "mish has no argument 'beta'; it takes no arguments"),
        ("threshold", {"value": 1.0}, "threshold needs its argument 'threshold'"),
        ("unheard", {"alpha": 1.0}, "activation must name an operator, got 'unheard'"),
        ("prelu", None, "activation must name an operator of one tensor, got 'prelu'"),
    ],
)
def test_what_is_refused(activation: str, given: dict[str, float] | None, message: str) -> None:
    function = torch.jit.script(F.layer_norm_act)
    with pytest.raises(RuntimeError, match=message):
        function(torch.ones(2, 3), [3], activation=activation, activation_arguments=given)
