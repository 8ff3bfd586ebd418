"""gated, bias_act and taaf: the formulas written out, with every activation of one tensor, called in every way."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
import torchactiv.functional as ours
from operators import CASES, Case, sample
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck
from torchactiv import nn

SHAPE = (3, 4, 70)  # more than one block, and not whole vectors
SINGLE = [c for c in CASES if len(c.operator.inputs) == 1]
every_single = pytest.mark.parametrize("case", SINGLE, ids=str)
NAMED: list[tuple[str, Callable[[Tensor, Tensor], Tensor], Callable[[Tensor, Tensor], Tensor]]] = [
    ("swiglu", ours.gated, lambda g, u: F.silu(g) * u),
    ("glu", lambda g, u: ours.gated(g, u, "sigmoid"), lambda g, u: torch.sigmoid(g) * u),
    ("hardswish", lambda g, u: ours.gated(g, u, "hardswish"), lambda g, u: F.hardswish(g) * u),
    ("geglu", ours.geglu, lambda g, u: F.gelu(g) * u),
    ("geglu-tanh", lambda g, u: ours.geglu(g, u, "tanh"), lambda g, u: F.gelu(g, approximate="tanh") * u),
    ("reglu", ours.reglu, lambda g, u: F.relu(g) * u),
    ("seglu", ours.seglu, lambda g, u: F.selu(g) * u),
    ("mishglu", ours.mishglu, lambda g, u: F.mish(g) * u),
    ("bilinear_glu", ours.bilinear_glu, lambda g, u: g * u),
    ("bias_act", lambda g, u: ours.bias_act(g, u[0, 0], "silu"), lambda g, u: F.silu(g + u[0, 0])),
    (
        "gate with biases",
        lambda g, u: ours.gated(g, u, "mish", None, u[0, 0], g[0, 0]),
        lambda g, u: F.mish(g + u[0, 0]) * (u + g[0, 0]),
    ),
    (
        "gate with one bias",
        lambda g, u: ours.gated(g, u, "tanh", up_bias=g[0, :, 0], dim=1),
        lambda g, u: torch.tanh(g) * (u + g[0, :, :1]),
    ),
    (
        "taaf",
        lambda x, p: ours.taaf(x, p[0, :, 0], p[0, :, 1], p[0, :, 2], p[1, :, 0], "silu"),
        lambda x, p: p[0, :, :1] * F.silu(p[0, :, 1:2] * x + p[0, :, 2:3]) + p[1, :, :1],
    ),
    ("taaf of one parameter", lambda x, p: ours.taaf(x, beta=p[0, 0, :1]), lambda x, p: torch.tanh(p[0, 0, 0] * x)),
]
every_named = pytest.mark.parametrize("mine,theirs", [row[1:] for row in NAMED], ids=[row[0] for row in NAMED])


def pair(dtype: torch.dtype = torch.float64, shape: tuple[int, ...] = SHAPE) -> tuple[Tensor, Tensor]:
    """Gate and up."""
    return tuple(sample(shape, dtype=dtype, seed=seed).requires_grad_() for seed in (1, 2))  # type: ignore[return-value]


def gradients(result: Tensor, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Of first, second and third order."""
    first = torch.autograd.grad(result.sin().sum(), inputs, create_graph=True)
    total = torch.stack([g.cos().sum() for g in first]).sum()
    second = torch.autograd.grad(total, inputs, create_graph=True, materialize_grads=True)
    total = torch.stack([g.mean() for g in second]).sum()
    return (*first, *second, *torch.autograd.grad(total, inputs, materialize_grads=True))


@every_single
def test_gated_is_the_formula(case: Case) -> None:
    gate, up = pair()
    mine = ours.gated(gate, up, case.operator.name, list(case.values))
    theirs = case.forward(gate) * up
    for a, b in zip((mine, *gradients(mine, (gate, up))), (theirs, *gradients(theirs, (gate, up))), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-11, atol=1e-11)


@every_single
def test_bias_act_is_the_formula(case: Case) -> None:
    x, bias = sample(SHAPE).requires_grad_(), (sample((4,), seed=3) / 64).requires_grad_()
    mine = ours.bias_act(x, bias, case.operator.name, dim=1, arguments=list(case.values))
    theirs = case.forward(x + bias[:, None])
    for a, b in zip((mine, *gradients(mine, (x, bias))), (theirs, *gradients(theirs, (x, bias))), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-10)


@every_single
def test_taaf_is_the_formula(case: Case) -> None:
    x = sample(SHAPE).requires_grad_()
    alpha, beta, gamma, delta = parameters = [
        (start + sample((4,), seed=3 + i) / 64).requires_grad_() for i, start in enumerate((1, 1, 0, 0))
    ]
    mine = ours.taaf(x, *parameters, case.operator.name, arguments=list(case.values))
    theirs = alpha[:, None] * case.forward(beta[:, None] * x + gamma[:, None]) + delta[:, None]
    inputs = (x, *parameters)
    for a, b in zip((mine, *gradients(mine, inputs)), (theirs, *gradients(theirs, inputs)), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-9)


@every_single
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_other_dtypes(case: Case, dtype: torch.dtype) -> None:
    gate, up = pair(dtype)
    mine = ours.gated(gate, up, case.operator.name, list(case.values))
    exact_inputs = tuple(t.detach().double().requires_grad_() for t in (gate, up))
    exact = case.rounded.forward(exact_inputs[0]) * exact_inputs[1]
    unit = torch.finfo(dtype).eps
    torch.testing.assert_close(mine.double(), exact, rtol=1.5 * unit, atol=1e-6)
    seed = torch.ones_like(mine)
    for a, b in zip(
        torch.autograd.grad(mine, (gate, up), seed),
        torch.autograd.grad(exact, exact_inputs, seed.double()),
        strict=True,
    ):
        torch.testing.assert_close(a.double(), b, rtol=3 * unit, atol=1e-5)


@every_named
def test_named(mine: Callable[[Tensor, Tensor], Tensor], theirs: Callable[[Tensor, Tensor], Tensor]) -> None:
    tensors = pair()
    torch.testing.assert_close(mine(*tensors), theirs(*tensors), rtol=1e-12, atol=1e-12)
    few = pair(shape=(2, 2, 3))
    assert gradcheck(mine, few, check_forward_ad=True, check_batched_grad=True)
    assert gradgradcheck(mine, few)


@every_named
def test_transforms(mine: Callable[[Tensor, Tensor], Tensor], theirs: Callable[[Tensor, Tensor], Tensor]) -> None:
    batch = tuple(t.detach() for t in pair(shape=(2, *SHAPE)))
    expected = torch.stack([mine(g, u) for g, u in zip(*batch, strict=True)])
    torch.testing.assert_close(torch.func.vmap(mine)(*batch), expected)
    compiled = torch.compile(mine, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(batch[0][0], batch[1][0]), theirs(batch[0][0], batch[1][0]))


@pytest.mark.parametrize("formula", ["gated", "bias_act", "gated_bias", "taaf"])
def test_out(formula: str) -> None:
    """Every formula writes into `out`, with any activation and its numbers; refused where a graph would be built."""
    function = getattr(torch.ops.torchactiv, formula)
    inputs = [a.name for a in function.default._schema.arguments if a.type.isSubtypeOf(torch._C.TensorType.get())]
    tensors = [sample(SHAPE, seed=i) for i in range(len(inputs))]
    out = torch.empty(SHAPE[::-1], dtype=torch.float64).permute(2, 1, 0)
    for chosen in [("elu", [0.5]), ("mish", []), ()]:
        assert function.out(*tensors, *chosen, out=out) is out
        torch.testing.assert_close(out, function(*tensors, *chosen), rtol=0, atol=0)
        assert out.stride() == (1, 3, 12)
    assert out._version == 3
    with pytest.raises(RuntimeError, match=f"{formula}.*out=.*don't support automatic differentiation"):
        function.out(*[t.requires_grad_() for t in tensors], out=out)
    with pytest.raises(RuntimeError, match=f"{formula}.*out.*Int"):
        function.out(*[t.detach() for t in tensors], out=out.int())


@pytest.mark.parametrize("gate_first", [True, False])
def test_packed_with_bias(gate_first: bool) -> None:
    x, bias = sample(SHAPE).requires_grad_(), sample((70,), seed=7).requires_grad_()
    mine = ours.gated_packed(x, "elu", gate_first=gate_first, bias=bias)
    first, second = (x + bias).chunk(2, -1)
    theirs = F.elu(first) * second if gate_first else F.elu(second) * first
    inputs = (x, bias)
    for a, b in zip((mine, *gradients(mine, inputs)), (theirs, *gradients(theirs, inputs)), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-10)
    with pytest.raises(RuntimeError, match=r"bias of shape \[35\] must have one dimension of 70 elements"):
        ours.gated_packed(x, bias=bias[:35])


def test_broadcast_gate() -> None:
    gate, up = sample((4, 1)).requires_grad_(), sample((3, 1, 70), seed=4).requires_grad_()
    mine, theirs = ours.gated(gate, up), F.silu(gate) * up
    for a, b in zip((mine, *gradients(mine, (gate, up))), (theirs, *gradients(theirs, (gate, up))), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("activation", ["silu", "relu", "elu", "hardtanh"])
def test_only_the_inputs_are_saved(activation: str) -> None:
    kept: list[Tensor] = []

    def pack(tensor: Tensor) -> Tensor:
        kept.append(tensor)
        return tensor

    gate, up = pair(torch.float32)
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        ours.gated(gate, up, activation)
    assert [t.data_ptr() for t in kept] == [gate.data_ptr(), up.data_ptr()]


def test_opcheck() -> None:
    gate, up = pair(torch.float32)
    torch.library.opcheck(torch.ops.torchactiv.gated.default, (gate, up, "silu", []))
    torch.library.opcheck(torch.ops.torchactiv.bias_act.default, (gate, up[0, :, 0], "softshrink", [0.25]))
    ones = [up[k % 3, :, k].detach().requires_grad_() for k in range(4)]
    torch.library.opcheck(torch.ops.torchactiv.gated_bias.default, (gate, up, *ones[:2], "elu", []))
    torch.library.opcheck(torch.ops.torchactiv.taaf.default, (gate, *ones, "mish", []))


def test_names_lead_to_activations() -> None:
    gate, up = pair()
    for name, whole in (("silu", ours.swiglu), ("sigmoid", ours.sigmoid_glu)):  # with the kernels of these
        assert torch.equal(ours.gated(gate, up, name), whole(gate, up))
    assert torch.equal(ours.gated(gate, up, "Hard_Swish"), ours.gated(gate, up, "hardswish"))
    assert torch.equal(ours.gated(gate, up, "gelu"), ours.geglu(gate, up))


def test_swish_without_its_parameter_is_silu() -> None:
    """As Transformers, timm and Keras call it."""
    gate, up = pair(torch.float32)
    assert torch.equal(ours.gated(gate, up, "swish"), ours.swiglu(gate, up))
    assert torch.equal(ours.gated_packed(gate, "Swish"), ours.swiglu_packed(gate))
    assert torch.equal(ours.bias_act(gate, up[0, 0], "swish"), ours.bias_act(gate, up[0, 0], "silu"))
    assert torch.equal(ours.taaf(gate, activation="swish"), ours.taaf(gate, activation="silu"))


@pytest.mark.parametrize(
    "call,error,message",
    [
        (lambda g, u: ours.gated(g, u, "mihs"), ValueError, "unknown activation 'mihs'; did you mean 'mish'"),
        (lambda g, u: ours.gated(g, u, "prelu"), ValueError, "gated: activation .* one tensor, got 'prelu'"),
        (lambda g, u: ours.gated(g, u, F.silu), TypeError, "activation must be named by a string, got <function silu"),
        (lambda g, u: ours.gated(g, u, "silu", [1.0]), ValueError, "gated: silu takes 0 numbers, got 1"),
        (lambda g, u: ours.gated(g, u, "threshold"), ValueError, "gated: threshold takes 2 numbers, got 0"),
        (lambda g, u: ours.gated(g, u[:2], "mish"), RuntimeError, "gated: gate .* and up .* do not broadcast"),
        (lambda g, u: ours.gated(g.long(), u, "mish"), NotImplementedError, "gated"),
        (lambda g, u: ours.gated(g, u, "celu", [0.0]), RuntimeError, "gated: alpha must not be 0"),
        (lambda g, u: ours.gated_packed(g[:, :3], dim=1), RuntimeError, "gated_packed: .* odd size 3 along dim=1"),
        (lambda g, u: ours.gated_packed(g, dim=3), IndexError, "out of range"),
        (lambda g, u: ours.bias_act(g, u[0, 0, :3]), RuntimeError, "bias has 3 elements, but .* has 70 along dim=-1"),
        (lambda g, u: ours.bias_act(g, u[0, 0].float()), RuntimeError, "bias_act: bias is Float"),
        (lambda g, u: ours.geglu(g, u, "no"), RuntimeError, "geglu: approximate .* got 'no'"),
        (lambda g, u: ours.geglu_packed(g, approximate="no"), RuntimeError, "geglu_packed: approximate .* got 'no'"),
    ],
)
def test_wrong_arguments(call: Callable[[Tensor, Tensor], Tensor], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call(*(t.detach() for t in pair()))


def test_results_do_not_depend_on_threads() -> None:
    x, bias = torch.randn(37, 5003, requires_grad=True), torch.randn(5003, requires_grad=True)
    results = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        y = ours.bias_act(x, bias, "silu")
        results.append((y, *torch.autograd.grad(y, (x, bias), torch.ones_like(y))))
    for a, b in zip(*results, strict=True):
        assert torch.equal(a, b)


def test_scripted_with_the_default() -> None:
    def biased(input: Tensor, bias: Tensor) -> Tensor:
        return ours.bias_act(input, bias)

    x, bias = sample((2, 3)), sample((3,))
    torch.testing.assert_close(torch.jit.script(biased)(x, bias), biased(x, bias))


@pytest.mark.parametrize("number", [torch.nn.Parameter(torch.ones(())), "0.3", None], ids=type)
def test_what_is_no_number(number: Any) -> None:
    x = sample((2, 3))
    calls: list[Callable[[], object]] = [
        lambda: ours.gated(x, x, "leaky_relu", [number]),
        lambda: ours.bias_act(x, x[0], "leaky_relu", arguments=[number]),
        lambda: ours.batch_norm_act(x, None, None, training=True, activation="elu", alpha=number),
        lambda: nn.LeakyReLU(number),
        lambda: nn.BatchNormAct1d(3, activation="elu", alpha=number),
        lambda: nn.TAAF("leaky_relu", arguments=[number]),
        lambda: nn.GatedFeedForward(3, 3, activation="leaky_relu", arguments=[number]),
    ]
    for call in calls:
        with pytest.raises(TypeError, match="must be Number"):
            call()


@pytest.mark.parametrize("wrong", [[1.0], None, 1.0, "text"], ids=repr)
def test_what_is_no_tensor(wrong: Any) -> None:
    """As PyTorch's own gelu refuses it."""
    x = sample((2, 4))
    calls: list[Callable[[], object]] = [
        lambda: F.gelu(wrong),
        lambda: ours.gelu(wrong),
        lambda: ours.rrelu(wrong),
        lambda: ours.rrelu_(wrong),
        lambda: ours.glu(wrong),
        lambda: ours.crelu(wrong),
        lambda: ours.maxout(wrong, 2),
        lambda: ours.gated(wrong, x),
        lambda: ours.gated(x, wrong),
        lambda: ours.gated_packed(wrong),
        lambda: ours.bias_act(wrong, x[0]),
        lambda: ours.taaf(wrong),
    ]
    for call in calls:
        with pytest.raises(TypeError):
            call()


def test_rrelu_takes_no_bound_that_requires_grad() -> None:
    bound = torch.nn.Parameter(torch.tensor(0.1))
    for function in (F.rrelu, ours.rrelu, ours.rrelu_):
        with pytest.raises(TypeError):
            function(-torch.ones(3), bound, 0.5)  # type: ignore[operator]
