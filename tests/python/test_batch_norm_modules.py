"""BatchNormAct1d, 2d and 3d are PyTorch's modules with an activation, in every way of running them; and errors."""

import copy
import io
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
import torchactiv
import torchactiv.functional as ours
from operators import sample
from torch import Tensor, nn
from torchactiv.nn import BatchNormAct1d, BatchNormAct2d, BatchNormAct3d

RANKS = {
    "1d": (BatchNormAct1d, nn.BatchNorm1d, (6, 3)),
    "1d with length": (BatchNormAct1d, nn.BatchNorm1d, (6, 3, 5)),
    "2d": (BatchNormAct2d, nn.BatchNorm2d, (6, 3, 5, 4)),
    "3d": (BatchNormAct3d, nn.BatchNorm3d, (6, 3, 2, 5, 4)),
}
every_rank = pytest.mark.parametrize("mine,theirs,shape", RANKS.values(), ids=RANKS.keys())
OPTIONS: list[dict[str, Any]] = [
    {},
    {"affine": False},
    {"track_running_stats": False},
    {"momentum": None},
    {"momentum": 0.25, "eps": 0.1},
]
every_option = pytest.mark.parametrize("options", OPTIONS, ids=str)


def batches(shape: tuple[int, ...]) -> list[Tensor]:
    return [sample(shape, seed=seed).float() for seed in range(4)]


@every_option
@every_rank
def test_as_pytorch_s_module(mine: Any, theirs: Any, shape: tuple[int, ...], options: dict[str, Any]) -> None:
    """Also after the state_dict went from one to the other, in training, frozen and in evaluation."""
    ours_module, pytorch_s = mine(3, activation="tanh", **options), theirs(3, **options)
    for steps in (batches(shape), batches(shape)):
        for x in steps:
            torch.testing.assert_close(ours_module(x), torch.tanh(pytorch_s(x)), rtol=1e-5, atol=1e-5)
        for name, value in pytorch_s.state_dict().items():
            torch.testing.assert_close(ours_module.state_dict()[name], value)
        ours_module.eval(), pytorch_s.eval()
        for x in batches(shape):
            torch.testing.assert_close(ours_module(x), torch.tanh(pytorch_s(x)), rtol=1e-5, atol=1e-5)
        state = copy.deepcopy(pytorch_s.state_dict())
        pytorch_s.load_state_dict(ours_module.state_dict())
        ours_module.load_state_dict(state)
        ours_module.train(), pytorch_s.train()


@pytest.mark.parametrize("activation", ["silu", "prelu", "gelu"])
def test_script_and_compile(activation: str) -> None:
    torch.manual_seed(0)
    module = BatchNormAct2d(3, activation=activation)
    for training in (True, False):
        module.train(training)
        script = torch.jit.script(copy.deepcopy(module))
        buffer = io.BytesIO()
        torch.jit.save(script, buffer)
        buffer.seek(0)
        loaded, compiled = torch.jit.load(buffer), torch.compile(copy.deepcopy(module), fullgraph=True)
        for x in batches((6, 3, 5, 4)):
            expected = module(x)
            torch.testing.assert_close(loaded(x), expected)
            torch.testing.assert_close(compiled(x), expected)
        for other in (loaded, compiled):
            buffers = {name.removeprefix("_orig_mod."): value for name, value in other.named_buffers()}
            torch.testing.assert_close(buffers, dict(module.named_buffers()))


def test_compiled_gradients() -> None:
    module = BatchNormAct2d(3, activation="silu")
    compiled = torch.compile(copy.deepcopy(module), fullgraph=True)
    x = sample((6, 3, 5, 4)).float()
    results = []
    for function in (module, compiled):
        input = x.clone().requires_grad_()
        function(input).square().sum().backward()
        results.append((input.grad, *(p.grad for p in function.parameters())))
    torch.testing.assert_close(results[0], results[1])


def test_compiled_autograd() -> None:
    x, weight = sample((6, 3, 5)).requires_grad_(), torch.ones(3, dtype=torch.float64, requires_grad=True)

    def gradients() -> tuple[Tensor, ...]:
        y = ours.batch_norm_act(x, None, None, weight, training=True, activation="elu", alpha=0.5)
        return torch.autograd.grad(y.square().sum(), (x, weight))

    expected = gradients()
    with torch._dynamo.compiled_autograd._enable(torch.compile(backend="eager")):
        torch.testing.assert_close(gradients(), expected)


@pytest.mark.parametrize("training", [True, False])
def test_export(training: bool) -> None:
    module, x = (
        BatchNormAct2d(3, activation="leaky_relu", negative_slope=0.2).train(training),
        sample((6, 3, 5, 4)).float(),
    )
    program = torch.export.export(copy.deepcopy(module), (x,))
    torch.testing.assert_close(program.module()(x), module(x))
    torch.testing.assert_close(program.run_decompositions().module()(x), module(x))


def test_operators_are_sound() -> None:
    x, weight = sample((4, 3, 5)).requires_grad_(), torch.rand(3, dtype=torch.float64, requires_grad=True)
    ops = torch.ops.torchactiv
    mean, variance = torch.zeros(3, dtype=torch.float64), torch.ones(3, dtype=torch.float64)
    numbers = (None, weight, None, 1e-5, "tanh", [], False)
    torch.library.opcheck(ops.batch_norm_act_training.default, (x, *numbers))
    torch.library.opcheck(ops.batch_norm_act_inference.default, (x, mean, variance, *numbers))
    for backward in (ops.batch_norm_act_training_backward, ops.batch_norm_act_inference_backward):
        torch.library.opcheck(backward.default, (sample((4, 3, 5)), x, mean, variance, *numbers))


def test_autocast() -> None:
    """Half types with parameters of float32, as a convolution gives them."""
    network = nn.Sequential(nn.Conv2d(3, 8, 3), BatchNormAct2d(8, activation="silu"))
    with torch.autocast("cpu", torch.bfloat16):
        y = network(torch.randn(4, 3, 9, 9))
    assert y.dtype == torch.bfloat16
    y.float().sum().backward()
    assert network[1].weight.grad is not None
    assert network[1].weight.grad.dtype == torch.float32


def test_the_representation() -> None:
    shown = "3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True"
    assert repr(BatchNormAct2d(3, activation="SiLU")) == f"BatchNormAct2d({shown}, activation='silu')"
    assert "activation='leaky_relu', arguments=[0.2]" in repr(
        BatchNormAct1d(3, activation="LeakyReLU", negative_slope=0.2)
    )


ERRORS: list[tuple[type[Exception], str, dict[str, Any]]] = [
    (ValueError, "more than 1 value per channel when training, got input of shape", {"input": torch.ones(1, 3)}),
    (ValueError, "eps must be positive during training, got 0", {"eps": 0.0}),
    (ValueError, "eps must be non-negative, got -1", {"eps": -1.0}),
    (ValueError, "unknown activation 'rellu'", {"activation": "rellu"}),
    (TypeError, "activation must be a name, such as 'relu', or 'identity' for none, got None", {"activation": None}),
    (TypeError, r"activation must be a name.*, got ReLU\(\)", {"activation": nn.ReLU()}),
    (TypeError, "activation must be a name.*, got <class .*ReLU", {"activation": nn.ReLU}),
    (TypeError, "elu has no argument 'weight'", {"activation": "elu", "activation_arguments": {"weight": 1.0}}),
    (
        TypeError,
        "elu's 'alpha' is given twice, by name and in activation_arguments",
        {"activation": "elu", "alpha": 1.0, "activation_arguments": {"alpha": 1.0}},
    ),
    (TypeError, "elu has no argument 'beta'; it takes alpha", {"activation": "elu", "beta": 1.0}),
    (TypeError, "threshold needs its argument 'value'", {"activation": "threshold", "threshold": 1.0}),
    (
        RuntimeError,
        r"running_mean of shape \[2\] must have one dimension of 3",
        {"running_mean": torch.ones(2), "running_var": torch.ones(3)},
    ),
    (
        RuntimeError,
        r"running_var of shape \[2\] must have one",
        {"running_mean": torch.ones(3), "running_var": torch.ones(2)},
    ),
    (RuntimeError, r"weight of shape \[1, 3\] must have one dimension of 3", {"weight": torch.ones(1, 3)}),
    (RuntimeError, r"bias of shape \[4\] must have one dimension of 3", {"bias": torch.ones(4)}),
    (RuntimeError, "weight is Double, but must have the dtype of input", {"weight": torch.ones(3).double()}),
    (RuntimeError, "input must have at least 2 dimensions", {"input": torch.ones(3)}),
    (RuntimeError, "running_mean must be given unless training=True", {"training": False}),
    (NotImplementedError, "input must be a tensor of dtype", {"input": torch.ones(4, 3, dtype=torch.int64)}),
    (TypeError, "training must be bool, got 'False'", {"training": "False"}),
    (TypeError, "training must be bool, got None", {"training": None}),
    (TypeError, "memory_efficient must be bool, got 'no'", {"memory_efficient": "no"}),
    (TypeError, "activation_arguments must be a mapping .*, got 0.2", {"activation_arguments": 0.2}),
]


@pytest.mark.parametrize("error,message,wrong", ERRORS, ids=[row[1][:30] for row in ERRORS])
def test_errors(error: type[Exception], message: str, wrong: dict[str, Any]) -> None:
    arguments: dict[str, Any] = {"input": torch.ones(4, 3), "running_mean": None, "running_var": None, "training": True}
    with pytest.raises(error, match=message) as raised:
        ours.batch_norm_act(**(arguments | wrong))
    assert "batch_norm_act" in str(raised.value) or "unknown activation" in str(raised.value)


MODULES: list[Callable[..., nn.Module]] = [
    lambda **given: BatchNormAct2d(4, **given),
    lambda **given: torchactiv.nn.ABN(4, **given),
    lambda **given: torchactiv.nn.InPlaceABN(4, **given),
    lambda **given: torchactiv.nn.InPlaceABNSync(4, **given),
    lambda **given: torchactiv.nn.SyncBatchNormAct(4, **given),
    lambda **given: torchactiv.nn.LayerNormAct(4, **given),
    lambda **given: torchactiv.nn.RMSNormAct(4, **given),
    lambda **given: torchactiv.nn.GroupNormAct(2, 4, **given),
    lambda **given: torchactiv.nn.InstanceNormAct1d(4, **given),
]
GATES = [entry["name"] for entry in torchactiv.catalogue() if entry.get("family") == "gated" and "inputs" in entry]


@pytest.mark.parametrize("make", MODULES)
def test_what_no_module_takes_for_an_activation(make: Callable[..., nn.Module]) -> None:
    for activation in (None, nn.ReLU, nn.ReLU()):
        with pytest.raises(TypeError, match=r"_norm_act: activation must be a name, .*, got"):
            make(activation=activation)
    assert GATES
    for gate in GATES:
        with pytest.raises(ValueError, match=rf"_norm_act: activation '{gate}' takes 2 tensors, gate, up"):
            make(activation=gate)


NO_TENSORS: list[Callable[[Any], object]] = [
    lambda wrong: ours.batch_norm_act(wrong, None, None, training=True),
    lambda wrong: ours.batch_norm_act(torch.ones(4, 3), wrong or [1.0], torch.ones(3)),
    lambda wrong: ours.batch_norm_act(torch.ones(4, 3), None, None, wrong or [1.0], training=True),
    lambda wrong: ours.batch_norm_act(torch.ones(4, 3), None, None, residual=wrong or [1.0], training=True),
    lambda wrong: ours.layer_norm_act(wrong, (3,)),
    lambda wrong: ours.layer_norm_act(torch.ones(4, 3), (3,), bias=wrong or [1.0], activation="prelu"),
    lambda wrong: ours.rms_norm_act(wrong, (3,)),
    lambda wrong: ours.group_norm_act(wrong, 1),
    lambda wrong: ours.instance_norm_act(wrong),
    lambda wrong: ours.add_rms_norm(wrong, torch.ones(3), torch.ones(3)),
    lambda wrong: ours.add_rms_norm(torch.ones(3), torch.ones(3), wrong),
    lambda wrong: ours.add_layer_norm(torch.ones(3), wrong, torch.ones(3)),
    *(lambda wrong, make=make: make()(wrong) for make in MODULES),  # type: ignore[misc]
    *(lambda wrong, make=make: make()(torch.ones(2, 4, 3, 3), wrong or [1.0]) for make in MODULES[:5]),  # type: ignore[misc]
    lambda wrong: torchactiv.nn.AddRMSNorm(3)(wrong, torch.ones(3)),
    lambda wrong: torchactiv.nn.AddLayerNorm(3)(torch.ones(3), wrong),
]


@pytest.mark.parametrize("wrong", [[1.0], None, 1.0, "text"], ids=repr)
@pytest.mark.parametrize("call", NO_TENSORS)
def test_what_is_no_tensor(call: Callable[[Any], object], wrong: Any) -> None:
    """As PyTorch's own layer_norm refuses it."""
    for refuses in (lambda wrong: F.layer_norm(wrong, (3,)), call):
        with pytest.raises(TypeError, match=r"must be Tensor, not \w+$"):
            refuses(wrong)


@pytest.mark.parametrize("name", ["eps", "momentum"])
def test_what_is_no_number(name: str) -> None:
    with pytest.raises(TypeError, match=f"batch_norm_act: {name} must be Number, not str"):
        ours.batch_norm_act(torch.ones(4, 3), None, None, training=True, **{name: "1"})


def test_statistics_stay_when_something_is_wrong() -> None:
    mean, variance = torch.zeros(3), torch.ones(3)
    with pytest.raises(RuntimeError):
        ours.batch_norm_act(torch.randn(4, 3), mean, variance, torch.ones(2), training=True)
    assert mean.eq(0).all()
    assert variance.eq(1).all()


def test_wrong_rank() -> None:
    with pytest.raises(ValueError, match="expected 4D input"):
        BatchNormAct2d(3)(torch.ones(2, 3))


def test_memory_efficient_is_a_bool() -> None:
    with pytest.raises(TypeError, match="BatchNormAct2d: memory_efficient must be bool, got 'no'"):
        BatchNormAct2d(3, memory_efficient="no")  # type: ignore[arg-type]


def test_learned_activations_are_modules() -> None:
    module = BatchNormAct2d(3, activation="prelu", num_parameters=3)
    x = sample((6, 3, 5, 4)).float()
    torch.testing.assert_close(module(x), F.prelu(F.batch_norm(x, None, None, training=True), module.act.weight))
    assert [name for name, _ in module.named_parameters()] == ["weight", "bias", "act.weight"]
    assert isinstance(module.act, torchactiv.nn.PReLU)


@pytest.mark.parametrize("name", ["BatchNormAct1d", "LayerNormAct", "RMSNormAct", "InstanceNormAct1d"])
def test_parameters_of_the_activation_are_made_as_the_others(name: str) -> None:
    module = getattr(torchactiv.nn, name)(6, activation="prelu", device="meta", dtype=torch.float64)
    assert module.act.weight.is_meta
    assert module.act.weight.dtype == torch.float64
