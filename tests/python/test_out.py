"""The operators' `out=`: what is written, what it is counted as, and what is refused."""

from collections.abc import Callable

import pytest
import torch
from layouts import every_writable_layout
from operators import Case, every_with_several_data, one_of_each_kind, same_bits, sample
from refusals import dtype_name, refused, type_raised
from torch import Tensor
from torch.fx.experimental.proxy_tensor import make_fx


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
@every_writable_layout
@one_of_each_kind
def test_every_layout_of_out(case: Case, layout: Callable[[torch.dtype, int], Tensor], dtype: torch.dtype) -> None:
    """out keeps its strides, and only its elements are written."""
    out = layout(dtype, 0)
    strides, storage = out.stride(), torch.empty(0, dtype=dtype).set_(out.untyped_storage())
    tensors = case.inputs(out.shape, dtype=dtype, seed=5)
    before = storage.clone()
    before.as_strided(out.shape, strides, out.storage_offset()).copy_(case.forward(*tensors))
    assert case.out(*tensors, out=out) is out
    assert same_bits(storage, before) and out.stride() == strides


@one_of_each_kind
def test_out_counts_its_versions(case: Case) -> None:
    tensors = case.inputs()
    out = torch.zeros_like(tensors[0])
    case.out(*tensors, out=out)
    assert out._version == 1
    y = sample((2, 3, 5)).requires_grad_().exp()
    with torch.no_grad():
        case.out(*tensors, out=y)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


@one_of_each_kind
def test_out_is_resized(case: Case, capfd: pytest.CaptureFixture[str]) -> None:
    """Without a word where it is empty, with PyTorch's warning where it holds something."""
    tensors = case.inputs((4, 3))
    expected = case.forward(*tensors)
    assert same_bits(case.out(*tensors, out=torch.empty(0, dtype=torch.float64)), expected)
    assert "resized" not in capfd.readouterr().err
    out = torch.zeros(7, 2, dtype=torch.float64)
    assert same_bits(case.out(*tensors, out=out), expected)
    assert "resized" in capfd.readouterr().err  # torch.ops does not turn the warnings of C++ into those of Python


@one_of_each_kind
def test_out_may_be_an_input(case: Case) -> None:
    tensors = case.inputs()
    expected = case.forward(*tensors)
    for i, tensor in enumerate(tensors):
        if tensor.shape == expected.shape:
            copies = [t.clone() for t in tensors]
            case.out(*copies, out=copies[i])
            assert same_bits(copies[i], expected)
            assert all(same_bits(c, t) for j, (c, t) in enumerate(zip(copies, tensors, strict=True)) if j != i)


@one_of_each_kind
def test_out_of_tensors_that_require_grad(case: Case) -> None:
    """As PyTorch's functions, without a graph: an error where one would be built."""
    tensors = case.inputs(requires_grad=True)
    out = torch.zeros(2, 3, 5, dtype=torch.float64)
    with pytest.raises(RuntimeError, match=f"{case.operator.name}.*out=.*don't support automatic differentiation"):
        case.out(*tensors, out=out)
    assert not out.any() and out._version == 0
    with torch.no_grad():
        assert same_bits(case.out(*tensors, out=out), case.forward(*tensors))


@every_with_several_data
def test_out_of_promoted_dtypes(case: Case) -> None:
    """out has the dtype that the inputs promote to, and may be one of them."""
    first, *others = case.inputs(dtype=torch.float32)
    first = first.bfloat16()
    expected = case.forward(first, *others)
    assert same_bits(case.out(first, *others, out=torch.empty(2, 3, 5)), expected)
    assert same_bits(case.out(first, *others, out=others[0]), expected)


@pytest.mark.parametrize("dtype", [torch.float32, torch.int64, torch.complex128], ids=str)
@one_of_each_kind
def test_out_of_another_dtype(case: Case, dtype: torch.dtype) -> None:
    tensors = case.inputs()
    expected = type_raised(lambda: torch.ops.aten.mish.out(tensors[0], out=torch.empty(2, 3, 5, dtype=dtype)))
    out = torch.full((2, 3, 5), 7, dtype=dtype)
    with refused(expected, case.operator.name, "out", dtype_name(dtype), "Double"):
        case.out(*tensors, out=out)
    assert (out == 7).all() and out._version == 0
    with refused(expected, case.operator.name, "out", dtype_name(dtype), "Double"):
        case.out(*tensors, out=(empty := torch.empty(0, dtype=dtype)))
    assert empty.shape == (0,)  # not even resized


@one_of_each_kind
def test_out_on_another_device(case: Case) -> None:
    tensors = case.inputs()
    elsewhere = torch.empty(2, 3, 5, dtype=torch.float64, device="meta")
    expected = type_raised(lambda: torch.ops.aten.mish.out(tensors[0], out=elsewhere))
    mentioned = case.operator.name, case.operator.inputs[0].name, "out", "cpu", "meta"
    with refused(expected, *mentioned):
        case.out(*tensors, out=elsewhere)
    out = torch.full((2, 3, 5), 7.0, dtype=torch.float64)
    with refused(expected, *mentioned):
        case.out(*(t.to("meta") for t in tensors), out=out)
    assert (out == 7).all() and out._version == 0


@one_of_each_kind
def test_out_with_more_than_one_element_at_a_place(case: Case) -> None:
    tensors = case.inputs((2, 3))
    base = torch.full((2, 1), 7.0, dtype=torch.float64)
    expected = type_raised(lambda: torch.ops.aten.mish.out(torch.ones(3), out=torch.ones(1).expand(3)))
    with refused(expected, case.operator.name, "out", "[2, 3]"):
        case.out(*tensors, out=base.expand(2, 3))
    assert (base == 7).all()


@one_of_each_kind
def test_out_overlaps_an_input(case: Case) -> None:
    """Shifted by one element, where reading and writing would meet."""
    for i, described in enumerate(case.operator.inputs):
        storage = case.inputs((1, 12))[0].flatten()
        before = storage.clone()
        tensors = list(case.inputs((1, 11)))
        if described.is_parameter and not case.per_channel:
            continue  # one element does not overlap in part
        tensors[i] = storage[1:] if described.is_parameter else storage[1:][None]
        expected = type_raised(lambda: torch.ops.aten.mish.out(before[1:], out=before[:-1]))  # noqa: B023
        with refused(expected, case.operator.name, "out", described.name):
            case.out(*tensors, out=storage[:-1][None])
        assert same_bits(storage, before)


@one_of_each_kind
def test_out_is_an_input_that_broadcasts(case: Case) -> None:
    """It would have to grow while it is read."""
    for i in range(len(case.operator.inputs)):
        tensors = [t.clone() for t in case.inputs((4, 3))]
        if not case.operator.inputs[i].is_parameter:
            if len(case.operator.data) == 1:
                continue
            tensors[i] = tensors[i][0].clone()
        before = tensors[i].clone()
        for out in (tensors[i], tensors[i].view(-1)):
            with refused(RuntimeError, case.operator.name, "out", case.operator.inputs[i].name):
                case.out(*tensors, out=out)
        assert same_bits(tensors[i], before) and tensors[i]._version == 0


@one_of_each_kind
def test_out_where_sizes_are_symbols(case: Case) -> None:
    """In graphs for any batch size nobody knows yet where in memory tensors lie."""
    tensors = case.inputs((3, 4))

    def function(*tensors: Tensor) -> Tensor:
        return case.out(*tensors, out=torch.empty_like(tensors[0]))

    graph = make_fx(function, tracing_mode="symbolic")(*tensors)
    assert same_bits(graph(*tensors), case.forward(*tensors))
    torch._dynamo.reset()  # which compiles one function so many times only
    compiled = torch.compile(function, backend="aot_eager", dynamic=True, fullgraph=True)
    assert same_bits(compiled(*tensors), case.forward(*tensors))
