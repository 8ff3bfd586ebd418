"""Meta tensors and fake tensors, from which torch.compile and torch.export learn shapes, strides and dtypes."""

import itertools
from collections.abc import Callable

import pytest
import torch
from layouts import Layout, every_layout
from operators import CASES, Case, in_place_of_each_kind, one_of_each_kind, over, sample
from torch import Tensor
from torch._dispatch.python import enable_python_dispatcher
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode
from torch.fx.experimental.symbolic_shapes import ShapeEnv

DTYPES = (torch.float32, torch.float64, torch.bfloat16, torch.float16)
several_data = over([c for c in CASES if len(c.operator.data) > 1 and not c.operator.parameters])

Function = Callable[..., Tensor | tuple[Tensor, ...]]


def look(result: Tensor | tuple[Tensor, ...]) -> list[tuple[object, ...]]:
    """All that is known of tensors without data."""
    tensors = (result,) if isinstance(result, Tensor) else result
    return [(tuple(t.shape), t.stride(), t.dtype, t.layout, t.requires_grad) for t in tensors]


def to_meta(tensor: Tensor) -> Tensor:
    """A tensor with the sizes and strides of this one, without its data."""
    made = torch.empty_strided(tensor.shape, tensor.stride(), dtype=tensor.dtype, device="meta")
    return made.requires_grad_(tensor.requires_grad)


def same_without_data(function: Function, tensors: tuple[Tensor, ...]) -> None:
    """The function says the same of CPU, meta and fake tensors."""
    expected = look(function(*tensors))
    on_meta = function(*(to_meta(t) for t in tensors))
    assert look(on_meta) == expected
    assert all(t.is_meta for t in (on_meta if isinstance(on_meta, tuple) else (on_meta,)))
    with FakeTensorMode() as mode:
        fake = function(*(mode.from_tensor(t) for t in tensors))
    assert look(fake) == expected
    for t in fake if isinstance(fake, tuple) else (fake,):
        assert isinstance(t, FakeTensor) and t.device.type == "cpu"


def laid_out(case: Case, layout: Layout, dtype: torch.dtype = torch.float32) -> tuple[Tensor, ...]:
    """The operator's inputs, with the data in that layout."""
    data = [layout(dtype, i) for i, _ in case.data]
    return case.join(data, case.parameters(data[0]))


@every_layout
@one_of_each_kind
def test_forward(case: Case, layout: Layout) -> None:
    same_without_data(case.forward, laid_out(case, layout))


@every_layout
@one_of_each_kind
def test_backward(case: Case, layout: Layout) -> None:
    tensors = laid_out(case, layout)
    same_without_data(case.backward, (layout(torch.float32, 17), *case.saved(*tensors)))


@every_layout
@one_of_each_kind
def test_double_backward(case: Case, layout: Layout) -> None:
    saved = case.saved(*laid_out(case, layout))
    along = tuple(torch.ones_like(t) for t in saved)
    same_without_data(case.double_backward, (*along, layout(torch.float32, 17), *saved))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@one_of_each_kind
def test_every_dtype_through_autograd(case: Case, dtype: torch.dtype) -> None:
    def derivatives(*tensors: Tensor) -> tuple[Tensor, ...]:
        result = case.forward(*tensors)
        first = torch.autograd.grad(result.square().sum(), tensors, create_graph=True)
        second = torch.autograd.grad(sum(g.square().sum() for g in first), tensors, materialize_grads=True)
        return (result, *first, *second)

    same_without_data(derivatives, case.inputs(dtype=dtype, requires_grad=True))


@several_data
def test_broadcast_and_promoted(case: Case) -> None:
    """Every pair of shapes and of dtypes, also 0-dimensional, which do not widen."""
    shapes = ((4, 1, 5), (1, 3, 5), (3, 1), (5,), (), (0, 3, 5))
    for pair in itertools.product(shapes, repeat=2):
        for dtypes in itertools.product(DTYPES, repeat=2):
            tensors = [sample(s, dtype=d, seed=i) for i, (s, d) in enumerate(zip(pair, dtypes, strict=True))]
            tensors += [tensors[0]] * (len(case.operator.data) - 2)
            data = tuple(tensors)
            try:
                torch.broadcast_shapes(*pair)
            except RuntimeError:
                continue
            same_without_data(case.forward, data)
            gradient = torch.ones_like(case.forward(*data))
            same_without_data(case.backward, (gradient, *case.saved(*data)))


@several_data
def test_mixed_layouts(case: Case) -> None:
    """Whose strides the result gets, as of PyTorch's arithmetic."""
    changes: list[Callable[[Tensor], Tensor]] = [
        lambda t: t,
        lambda t: t.contiguous(memory_format=torch.channels_last),
        lambda t: t.transpose(1, 3).contiguous().transpose(1, 3),
        lambda t: t[:, :, :, :1].expand(t.shape),
        lambda t: t[:1],
    ]
    tensors = case.inputs((3, 4, 5, 7), dtype=torch.float32)
    for functions in itertools.product(changes, repeat=len(tensors)):
        same_without_data(case.forward, tuple(f(t) for f, t in zip(functions, tensors, strict=True)))


@in_place_of_each_kind
def test_in_place(case: Case) -> None:
    x = to_meta(case.inputs((3, 4))[0].t())
    before = look(x)
    assert case.in_place(x) is x
    assert look(x) == before and x._version == 1


@one_of_each_kind
def test_out(case: Case) -> None:
    """It is resized as on the CPU, and keeps its strides where its shape is right."""
    tensors = tuple(to_meta(t) for t in case.inputs((3, 4)))
    empty = torch.empty(0, dtype=torch.float64, device="meta")
    assert case.out(*tensors, out=empty) is empty
    assert empty.shape == (3, 4) and empty.is_contiguous()
    column_major = torch.empty(4, 3, dtype=torch.float64, device="meta").t()
    case.out(*tensors, out=column_major)
    assert column_major.stride() == (1, 3)


@one_of_each_kind
def test_the_same_errors_as_on_the_cpu(case: Case) -> None:
    """What would fail on the CPU fails while it is traced, in the same words."""
    tensors = case.inputs()
    bad = [tuple(t.int() if j == i else t for j, t in enumerate(tensors)) for i in range(len(tensors))]
    bad += [
        tuple(torch.ones(4, dtype=torch.float64) if p.is_parameter else t for p, t in zip(inputs, tensors, strict=True))
        for inputs in [case.operator.inputs]
        if case.operator.parameters
    ]
    for arguments in bad:
        with pytest.raises(RuntimeError) as on_cpu:
            case.forward(*arguments)
        with pytest.raises(on_cpu.type) as on_meta:
            case.forward(*(to_meta(t) for t in arguments))
        assert str(on_meta.value) == str(on_cpu.value)


@one_of_each_kind
def test_symbolic_sizes(case: Case) -> None:
    """Sizes stay symbols: nothing asks for their values, for which torch.compile would have to compile again."""
    shape_env = ShapeEnv()
    tensors = case.inputs((2, 3, 5), requires_grad=True)
    with FakeTensorMode(shape_env=shape_env) as mode, enable_python_dispatcher():  # both, as torch.compile does
        converted = [
            mode.from_tensor(t, static_shapes=i.is_parameter)
            for t, i in zip(tensors, case.operator.inputs, strict=True)
        ]
        like = next(t for t, i in zip(converted, case.operator.inputs, strict=True) if not i.is_parameter)
        fake = [
            t if i.is_parameter else torch.ones_like(like, requires_grad=True)
            for t, i in zip(converted, case.operator.inputs, strict=True)
        ]
        result = case.forward(*fake)
        gradients = torch.autograd.grad(result.square().sum(), fake, create_graph=True)
        second = torch.autograd.grad(sum(g.square().sum() for g in gradients), fake, materialize_grads=True)
    for tensor in (result, gradients[fake.index(fake[0])], second[0]):
        assert [str(n) for n in tensor.shape] == [str(n) for n in like.shape]
    # A parameter for each channel says how many channels there are, and nothing else may be known of any size.
    assert sum(n.node.expr.is_number for n in result.shape if isinstance(n, torch.SymInt)) == 0
    assert isinstance(result.shape[0], torch.SymInt) and isinstance(result.shape[2], torch.SymInt)


@one_of_each_kind
def test_a_module_without_memory(case: Case) -> None:
    """Made on the meta device, as large models are, and given memory later."""
    (data, *_) = case.inputs((2, 3, 5), dtype=torch.float32)
    with torch.device("meta"):
        module = case.module(data)
    assert all(p.is_meta for p in module.parameters())
    assert module(*[to_meta(data)] * len(case.operator.data)).shape == data.shape
    filled = module.to_empty(device="cpu")
    if case.operator.parameters:
        filled.reset_parameters()  # type: ignore[operator]
    inputs = [data] * len(case.operator.data)
    assert torch.equal(filled(*inputs), case.module(data)(*inputs))


@one_of_each_kind
def test_gradients_are_laid_out_as_their_tensors(case: Case) -> None:
    """Whatever the layout of the gradient that arrives, and where the tensors have holes."""
    shape = (3, 4, 5, 6)
    layouts: list[Callable[[Tensor], Tensor]] = [
        lambda t: t,
        lambda t: t.contiguous(memory_format=torch.channels_last),
        lambda t: torch.cat([t, t], 1)[:, : t.size(1)],
        lambda t: t.transpose(0, 3).contiguous().transpose(0, 3),
    ]
    for of_data, of_gradient in itertools.product(layouts, repeat=2):
        data = [of_data(sample(shape, seed=i)) for i, _ in case.data]
        saved = case.saved(*case.join(data, case.parameters(data[0])))
        gradient = of_gradient(sample(shape, seed=9))
        same_without_data(case.backward, (gradient, *saved))
        along = tuple(torch.ones_like(t) for t in saved)
        same_without_data(case.double_backward, (*along, gradient, *saved))
