"""The activation behind a normalisation, and how its arguments are given."""

import copy
import inspect
import pickle
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
import torchactiv
import torchactiv.functional as ours
import torchactiv.nn as modules
from batch_norm_cases import SHARED_NAMES, channel_values, every_shared_name, every_single, in_training_or_not
from operators import Case, sample
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode


@in_training_or_not
@every_single
def test_every_activation(case: Case, training: bool) -> None:
    x, gradient = sample((4, 3, 70)).requires_grad_(), sample((4, 3, 70), seed=1)
    mean, variance, weight, bias = channel_values(3, torch.float64)
    statistics = (None, None) if training else (mean, variance)
    mine = ours.batch_norm_act(
        x, *statistics, weight, bias, training,
        activation=case.operator.name, activation_arguments=case.keywords_in_python,
    )  # fmt: skip
    theirs = case.forward(F.batch_norm(x, *statistics, weight, bias, training))
    torch.testing.assert_close(mine, theirs, rtol=1e-11, atol=1e-11)
    inputs = (x, weight, bias)
    for a, b in zip(
        torch.autograd.grad(mine, inputs, gradient), torch.autograd.grad(theirs, inputs, gradient), strict=True
    ):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-10)


def test_what_is_not_fused_follows() -> None:
    x, slope = sample((4, 3, 5)), torch.tensor([0.1, 0.2, 0.3], dtype=torch.float64)
    norm = F.batch_norm(x, None, None, training=True)
    gelu = ours.batch_norm_act(x, None, None, training=True, activation="gelu", approximate="tanh")
    torch.testing.assert_close(gelu, F.gelu(norm, approximate="tanh"))
    swish = ours.batch_norm_act(x, None, None, training=True, activation="swish", beta=slope)
    torch.testing.assert_close(swish, norm * torch.sigmoid(slope[:, None] * norm))


@every_shared_name
def test_names_that_the_activation_shares(activation: str) -> None:
    """In a mapping they are the activation's; and those that are not shared may be given by name beside it."""
    x, given = sample((4, 3, 5)).float(), SHARED_NAMES[activation]
    weight, bias = channel_values(3, torch.float32)[2:]
    exact = getattr(ours, activation)(F.batch_norm(x, None, None, weight, bias, True, eps=1e-3), **given)
    arguments = (x, None, None, weight, bias, True, 0.1, 1e-3, activation)
    torch.testing.assert_close(ours.batch_norm_act(*arguments, activation_arguments=given), exact)
    shared = inspect.signature(ours.batch_norm_act).parameters
    by_name = {name: value for name, value in given.items() if name not in shared}
    in_a_mapping = {name: value for name, value in given.items() if name in shared}
    assert in_a_mapping
    torch.testing.assert_close(ours.batch_norm_act(*arguments, activation_arguments=in_a_mapping, **by_name), exact)


@pytest.mark.usefixtures("fresh_compiler")
@pytest.mark.parametrize("activation", ["prelu", "shrink"])  # what follows, and what is fused
def test_names_that_the_activation_shares_compiled(activation: str) -> None:
    def function(x: Tensor) -> Tensor:
        given = {"training": True, "activation": activation, "activation_arguments": SHARED_NAMES[activation]}
        return ours.batch_norm_act(x, None, None, **given)

    x = sample((4, 3, 5)).float()
    torch.testing.assert_close(torch.compile(function, fullgraph=True, backend="aot_eager")(x), function(x))


# With the shape of the input.
MODULES: dict[str, tuple[Callable[..., nn.Module], tuple[int, ...]]] = {
    "BatchNormAct1d": (lambda **given: modules.BatchNormAct1d(3, **given), (4, 3, 5)),
    "BatchNormAct2d": (lambda **given: modules.BatchNormAct2d(3, **given), (4, 3, 5, 2)),
    "BatchNormAct3d": (lambda **given: modules.BatchNormAct3d(3, **given), (4, 3, 2, 3, 2)),
    "SyncBatchNormAct": (lambda **given: modules.SyncBatchNormAct(3, **given), (4, 3, 5)),
    "LayerNormAct": (lambda **given: modules.LayerNormAct(5, **given), (4, 3, 5)),
    "RMSNormAct": (lambda **given: modules.RMSNormAct(5, **given), (4, 3, 5)),
    "GroupNormAct": (lambda **given: modules.GroupNormAct(3, 6, **given), (4, 6, 5)),
    "InstanceNormAct1d": (lambda **given: modules.InstanceNormAct1d(3, affine=True, **given), (4, 3, 5)),
    "InstanceNormAct2d": (lambda **given: modules.InstanceNormAct2d(3, **given), (4, 3, 5, 2)),
    "InstanceNormAct3d": (lambda **given: modules.InstanceNormAct3d(3, **given), (4, 3, 2, 3, 2)),
}
OF_SEVERAL_NUMBERS = {
    entry["name"]: {argument["name"]: 0.25 + i / 2 for i, argument in enumerate(entry["arguments"])}
    for entry in torchactiv.catalogue()
    if len(entry.get("inputs", [])) == 1 and len(entry["arguments"]) > 1
}


def test_there_are_activations_of_several_numbers() -> None:
    assert {"hardtanh", "shrink", "softplus", "threshold"} <= OF_SEVERAL_NUMBERS.keys()


@pytest.mark.parametrize("activation", OF_SEVERAL_NUMBERS)
@pytest.mark.parametrize("name", MODULES)
def test_all_numbers_reach_a_module(name: str, activation: str) -> None:
    """Whatever they are called; copies, representation and state are the same as with any other activation."""
    (make, shape), given = MODULES[name], OF_SEVERAL_NUMBERS[activation]
    module, plain = make(activation=activation, activation_arguments=given), make(activation="identity")
    x = sample(shape).float()
    expected = getattr(ours, activation)(plain(x), **given)
    torch.testing.assert_close(module(x), expected)
    assert f"activation='{activation}', arguments={list(given.values())}" in repr(module)
    assert module.state_dict().keys() == plain.state_dict().keys()
    copies = [copy.deepcopy(module), pickle.loads(pickle.dumps(module))]
    if name != "SyncBatchNormAct":  # which TorchScript does not take, as it does not take PyTorch's
        copies.append(torch.jit.script(module))
    for other in copies:
        torch.testing.assert_close(other(x), expected)


@pytest.mark.parametrize("name", MODULES)
def test_arguments_of_a_module_that_follows(name: str) -> None:
    make, shape = MODULES[name]
    x = sample(shape).float()
    module = make(activation="prelu", activation_arguments={"init": 0.5}, num_parameters=shape[1])
    assert module.act.weight.tolist() == [0.5] * shape[1]
    torch.testing.assert_close(module(x), F.leaky_relu(make(activation="identity")(x), 0.5))


@pytest.mark.parametrize("dtype", [None, torch.float64])
@pytest.mark.parametrize("activation", ["prelu", "rational", "rrelu"])  # rrelu has no parameters
@pytest.mark.parametrize("name", MODULES)
def test_a_module_that_follows_is_made_where_the_normalisation_is(
    name: str, activation: str, dtype: torch.dtype | None
) -> None:
    make, _ = MODULES[name]
    with FakeTensorMode():
        faked = make(activation=activation, dtype=dtype)
    assert all(isinstance(parameter, FakeTensor) for parameter in faked.parameters())
    on_meta = make(activation=activation, dtype=dtype, device="meta")
    for parameter in (*faked.parameters(), *on_meta.parameters()):
        assert parameter.dtype == (dtype or torch.float32)
    assert all(parameter.is_meta for parameter in on_meta.parameters())
    given = {"dtype": torch.bfloat16, "device": "cpu"} if activation == "prelu" else {}
    own = make(activation=activation, activation_arguments=given, dtype=dtype, device="meta")
    assert all(p.dtype == torch.bfloat16 and not p.is_meta for p in own.act.parameters() if given)


@pytest.mark.parametrize("name", MODULES)
def test_arguments_that_no_module_takes(name: str) -> None:
    make, _ = MODULES[name]
    with pytest.raises(TypeError, match="elu's 'alpha' is given twice, by name and in activation_arguments"):
        make(activation="elu", alpha=0.5, activation_arguments={"alpha": 1.0})
    with pytest.raises(TypeError, match="shrink has no argument 'beta'; it takes lambd, bias"):
        make(activation="shrink", activation_arguments={"beta": 1.0})
    with pytest.raises(
        TypeError, match=r"_norm_act: activation_arguments must be a mapping of names to .*, got \[0.2\]"
    ):
        make(activation="leaky_relu", activation_arguments=[0.2])


def test_the_bias_of_shrink_is_not_that_of_the_normalisation() -> None:
    module = modules.BatchNormAct1d(3, activation="shrink", activation_arguments={"bias": 0.25}, bias=False)
    assert module.bias is None
    assert module.arguments == [0.5, 0.25]
    folded = torchactiv.fold_batch_norm(nn.Sequential(nn.Linear(2, 3), module).eval())
    assert repr(folded.get_submodule("1")) == "Shrink(lambd=0.5, bias=0.25, inplace=True)"
    converted = modules.SyncBatchNormAct.convert_sync_batchnorm(module)
    assert converted.arguments == [0.5, 0.25]


def by_its_own_sizes(x: Tensor) -> Tensor:
    """Shape, groups and flags that are known only when it runs."""
    has_several = x.shape[0] > 1
    x = ours.layer_norm_act(x, x.shape[-1:], activation="silu")
    x = ours.rms_norm_act(x, [x.size(1), x.size(2)], activation="tanh")
    x = ours.group_norm_act(x, x.shape[1] // 3, activation="elu")
    x = ours.instance_norm_act(x, use_input_stats=has_several)
    return ours.batch_norm_act(x, None, None, training=has_several, memory_efficient=has_several)


@pytest.mark.usefixtures("fresh_compiler")
def test_sizes_of_the_input_traced() -> None:
    compiled = torch.compile(by_its_own_sizes, fullgraph=True, dynamic=True, backend="aot_eager")
    symbolic = torch.fx.symbolic_trace(lambda x: ours.layer_norm_act(x, x.shape[-1:], activation="silu"))
    for shape in ((4, 6, 5), (3, 12, 7)):
        x = sample(shape).float()
        torch.testing.assert_close(compiled(x), by_its_own_sizes(x))
        torch.testing.assert_close(symbolic(x), ours.layer_norm_act(x, shape[-1:], activation="silu"))
    x = sample((4, 6, 5)).float()
    batch = torch.export.Dim("batch", min=2)

    class Model(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return by_its_own_sizes(x)

    program = torch.export.export(Model(), (x,), dynamic_shapes=({0: batch},), strict=False)
    torch.testing.assert_close(program.module()(x[:3]), by_its_own_sizes(x[:3]))
