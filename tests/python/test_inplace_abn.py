"""ABN and InPlaceABN: what inplace_abn computes, and what happens to the input."""

import copy
import io
from typing import Any

import pytest
import torch
import torch.nn.functional as F
import torchactiv
from operators import sample
from torch import Tensor, nn
from torchactiv.nn import ABN, InPlaceABN

ops = torch.ops.torchactiv
FORMULAS = {
    "leaky_relu": lambda u, parameter: F.leaky_relu(u, parameter),
    "elu": lambda u, parameter: F.elu(u, parameter),
    "identity": lambda u, parameter: u,
}
every_activation = pytest.mark.parametrize("activation", FORMULAS)


def written_out(module: ABN, x: Tensor, weight: Tensor | None) -> Tensor:
    by_batch = module.training or module.running_mean is None
    statistics = (None, None) if by_batch else (module.running_mean.clone(), module.running_var.clone())
    u = F.batch_norm(x, *statistics, weight, module.bias, by_batch, eps=module.eps)
    return FORMULAS[module.activation](u, module.activation_param)


@pytest.mark.parametrize(
    "options", [{}, {"affine": False}, {"track_running_stats": False}, {"momentum": None}], ids=str
)
@every_activation
def test_in_place(activation: str, options: dict[str, Any]) -> None:
    """With |weight| + eps, in training and in evaluation; values, gradients and statistics."""
    torch.manual_seed(0)
    module = InPlaceABN(3, activation=activation, activation_param=0.5, **options).double()
    plain = nn.BatchNorm2d(3, **options).double()
    if module.affine:
        nn.init.normal_(module.weight)
    for training in (True, True, False):
        module.train(training), plain.train(training)
        leaf = sample((4, 3, 5, 6), seed=int(training)).requires_grad_()
        x = leaf * 1
        weight = module.weight.abs() + module.eps if module.affine else None
        expected = written_out(module, leaf, weight)
        y = module(x)
        assert y is x
        assert y.data_ptr() == x.data_ptr()
        plain(leaf)
        torch.testing.assert_close(y, expected)
        torch.testing.assert_close(dict(module.named_buffers()), dict(plain.named_buffers()))
        inputs = [leaf, *module.parameters()]
        gradient = sample((4, 3, 5, 6), seed=7)
        for mine, theirs in zip(
            torch.autograd.grad(y, inputs, gradient), torch.autograd.grad(expected, inputs, gradient), strict=True
        ):
            torch.testing.assert_close(mine, theirs)


@every_activation
def test_not_in_place(activation: str) -> None:
    module = ABN(3, activation=activation, activation_param=0.5).double()
    nn.init.normal_(module.weight)
    x = sample((4, 3, 5)).requires_grad_()
    y, expected = module(x), written_out(module, x, module.weight)
    torch.testing.assert_close(y, expected)
    torch.testing.assert_close(torch.autograd.grad(y.sum(), x), torch.autograd.grad(expected.sum(), x))
    assert torch.equal(x, sample((4, 3, 5)))
    assert ABN(3, activation="relu")(torch.randn(4, 3)).min() == 0


def test_state_dicts_of_pytorch_s_module() -> None:
    state = nn.BatchNorm2d(4).state_dict()
    for module in (ABN(4), InPlaceABN(4)):
        assert list(module.state_dict()) == list(state)
        module.load_state_dict(state)
    del state["num_batches_tracked"]  # of inplace_abn before version 2
    old = copy.deepcopy(state)
    old._metadata = {"": {"version": 1}}
    InPlaceABN(4).load_state_dict(old)


def test_representation() -> None:
    shown = "4, eps=1e-05, momentum=0.1, affine=True"
    assert repr(InPlaceABN(4)) == f"InPlaceABN({shown}, activation=leaky_relu[0.01])"
    assert repr(ABN(4, activation="identity")) == f"ABN({shown}, activation=identity)"


def test_activations_without_an_inverse() -> None:
    for activation, parameter in (("relu", 0.01), ("leaky_relu", 0.0), ("prelu", 0.25), ("gelu", 0.0), ("rrelu", 0.1)):
        with pytest.raises(ValueError, match=f"InPlaceABN: activation '{activation}'.* has no inverse"):
            InPlaceABN(4, activation=activation, activation_param=parameter)


# Of one tensor, that need no other argument than activation_param.
OTHERS = [
    entry["name"]
    for entry in torchactiv.catalogue()
    if sum(described["role"] == "data" for described in entry.get("inputs", [])) <= 1
    and sum(argument["default"] is None for argument in entry.get("arguments", [])) <= 1
    and entry["name"] not in ("maxout", *FORMULAS)
]


@pytest.mark.parametrize("activation", OTHERS)
def test_any_other_activation(activation: str) -> None:
    module, x = ABN(6, activation=activation, activation_param=0.5).eval(), sample((4, 6, 6)).float()
    arguments = next(entry for entry in torchactiv.catalogue() if entry["name"] == activation).get("arguments", [])
    given = {argument["name"]: 0.5 for argument in arguments[:1]}
    expected = torchactiv.nn.make(activation, **given).eval()(F.batch_norm(x, torch.zeros(6), torch.ones(6)))
    torch.testing.assert_close(module(x), expected, rtol=1e-5, atol=1e-5)
    assert ("activation=identity" in repr(module)) == (activation == "identity")


def test_activations_that_need_other_arguments() -> None:
    for activation, argument in (("maxout", "pieces"), ("threshold", "value")):
        with pytest.raises(TypeError, match=f"'{argument}'"):
            ABN(4, activation=activation)


def test_one_copy_of_a_feature_map() -> None:
    """Of convolutions and normalisations in turn only the results of the latter are kept."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 8, 3), InPlaceABN(8), nn.Conv2d(8, 8, 3), InPlaceABN(8), nn.Conv2d(8, 2, 1))
    x = torch.randn(2, 3, 20, 20)
    kept: dict[int, Tensor] = {}

    def pack(t: Tensor) -> Tensor:
        kept[t.data_ptr()] = t
        return t

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
        network(x).sum().backward()
    maps = [t for t in kept.values() if t.dim() == 4 and not isinstance(t, nn.Parameter)]
    assert sorted(tuple(t.shape) for t in maps) == [(2, 3, 20, 20), (2, 8, 16, 16), (2, 8, 18, 18)]


class TestWrongUses:
    """They raise an error, in forward or in backward."""

    def test_a_layer_before_that_needs_its_result(self) -> None:
        x = torch.randn(4, 3, requires_grad=True)
        y = InPlaceABN(3)(torch.sigmoid(x))
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            y.sum().backward()

    def test_a_layer_behind_that_overwrites_the_result(self) -> None:
        x = torch.randn(4, 3, requires_grad=True)
        y = InPlaceABN(3)(x * 1).relu_()
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            y.sum().backward()

    def test_a_leaf(self) -> None:
        x = torch.randn(4, 3, requires_grad=True)
        with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
            InPlaceABN(3)(x)

    def test_one_element_for_many(self) -> None:
        x = torch.randn(1, 3).expand(4, 3)
        with pytest.raises(RuntimeError, match="more than one element of the written-to tensor"):
            InPlaceABN(3)(x)

    def test_an_inference_tensor(self) -> None:
        with torch.inference_mode():
            x = torch.randn(4, 3)
        with pytest.raises(RuntimeError, match="is an inference tensor"):
            InPlaceABN(3)(x)

    def test_a_residual_that_would_be_overwritten(self) -> None:
        x = torch.randn(4, 3)
        with pytest.raises(RuntimeError, match="refer to a single memory location"):
            InPlaceABN(3)(x, x)

    def test_forward_mode(self) -> None:
        with pytest.raises(NotImplementedError, match="batch_norm_act_ has no forward mode"):
            torch.func.jvp(lambda x: InPlaceABN(3)(x * 1), (torch.randn(4, 3),), (torch.randn(4, 3),))

    def test_the_input_stays_when_something_is_wrong(self) -> None:
        x = torch.randn(4, 3)
        before = x.clone()
        with pytest.raises(RuntimeError, match="weight"):
            ops.batch_norm_act_(x, None, None, torch.ones(2), training=True)
        assert torch.equal(x, before)


@pytest.mark.parametrize(
    "view", [lambda x: x[:, 1:4], lambda x: x[::2], lambda x: x.transpose(0, 1)[1:6].transpose(0, 1)], ids=range(3)
)
def test_views(view: Any) -> None:
    """Part of a tensor is overwritten; the rest, and its gradient, stay."""
    leaf = sample((6, 7, 5)).requires_grad_()
    x = leaf * 1
    part = view(x)
    channels = part.shape[1]
    ops.batch_norm_act_(part, None, None, training=True, activation="elu", memory_efficient=True)
    expected = leaf * 1
    written = view(expected)
    written.copy_(F.elu(F.batch_norm(view(leaf), None, None, training=True)))
    assert channels == written.shape[1]
    torch.testing.assert_close(x, expected)
    gradient = sample((6, 7, 5), seed=1)
    torch.testing.assert_close(torch.autograd.grad(x, leaf, gradient), torch.autograd.grad(expected, leaf, gradient))


@pytest.mark.parametrize("activation,memory_efficient", [("relu", True), ("tanh", False), ("silu", True)])
def test_the_operator_keeps_a_copy_where_it_must(activation: str, memory_efficient: bool) -> None:
    leaf = sample((4, 3, 5)).requires_grad_()
    results = []
    for operator, x in ((ops.batch_norm_act_, leaf * 1), (ops.batch_norm_act, leaf * 1)):
        y = operator(x, None, None, training=True, activation=activation, memory_efficient=memory_efficient)
        results.append(torch.autograd.grad(y.square().sum(), leaf)[0])
    torch.testing.assert_close(*results)


@pytest.mark.parametrize("training", [True, False])
def test_operators_are_sound(training: bool) -> None:
    numbers = (None, torch.rand(3).add(0.5), torch.zeros(3), 1e-5, "leaky_relu", [0.1], True)
    statistics = () if training else (torch.zeros(3), torch.ones(3))
    operator = ops.batch_norm_act_training_ if training else ops.batch_norm_act_inference_
    torch.library.opcheck(operator.default, (torch.randn(4, 3, 5), *statistics, *numbers))


@pytest.mark.usefixtures("fresh_compiler")
def test_script_and_compile() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 4, 3), InPlaceABN(4), nn.Conv2d(4, 4, 3), InPlaceABN(4, activation="elu"))
    script = torch.jit.script(copy.deepcopy(network))
    buffer = io.BytesIO()
    torch.jit.save(script, buffer)
    buffer.seek(0)
    loaded = torch.jit.load(buffer)
    compiled = torch.compile(copy.deepcopy(network), fullgraph=True)
    for step in range(3):
        for module in (network, loaded, compiled):
            module.train(step < 2)
        x = sample((2, 3, 9, 9), seed=step).float()
        results = []
        for module in (network, loaded, compiled):
            module.zero_grad()
            y = module(x)
            y.square().sum().backward()
            results.append((y, [p.grad for p in module.parameters()]))
        for other in results[1:]:
            torch.testing.assert_close(other, results[0], rtol=1e-4, atol=1e-4)


def test_export() -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), InPlaceABN(4)).eval()
    x = torch.randn(2, 3, 6, 6)
    program = torch.export.export(module, (x,))
    torch.testing.assert_close(program.module()(x), module(x))


def test_second_derivatives_where_the_input_is_kept() -> None:
    """The copy of what is overwritten has its place in the graph."""
    layer, given = torch.nn.Linear(3, 3).double(), sample((6, 3))
    weight = torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64)
    results = []
    for memory_efficient, function in (
        (True, torch.ops.torchactiv.batch_norm_act_),
        (False, torchactiv.functional.batch_norm_act),
    ):
        x = given.clone().requires_grad_()
        options = {"activation": "elu", "memory_efficient": memory_efficient}
        y = function(layer(x), None, None, weight, torch.ones(3).double(), True, **options)
        (first,) = torch.autograd.grad((y * given).sum(), x, create_graph=True)
        results.append(torch.autograd.grad(first.square().sum(), (x, layer.weight)))
    for a, b in zip(*results, strict=True):
        torch.testing.assert_close(a, b)
