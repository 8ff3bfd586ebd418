"""The layout in memory never changes a result, and results are laid out as PyTorch's."""

import os
from collections.abc import Callable

import pytest
import torch
from layouts import LAYOUTS, Layout, every_layout
from operators import CASES, Case, one_of_each_kind, over, same_bits, sample
from torch import Tensor

several_data = over([c for c in CASES if len(c.operator.data) > 1 and not c.operator.parameters])
per_channel = over([c for c in CASES if c.operator.parameters and c.per_channel])


def laid_out(case: Case, layout: Layout, dtype: torch.dtype) -> tuple[Tensor, ...]:
    """The operator's inputs, with the data in that layout."""
    data = [layout(dtype, i) for i, _ in case.data]
    return case.join(data, case.parameters(data[0]))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16], ids=str)
@every_layout
@one_of_each_kind
def test_forward(case: Case, layout: Layout, dtype: torch.dtype) -> None:
    tensors = laid_out(case, layout, dtype)
    result = case.forward(*tensors)
    assert same_bits(result, case.forward(*(t.contiguous() for t in tensors)))
    like = case.builtin(*tensors) if len(case.operator.data) > 1 else torch.relu(tensors[0])
    assert result.stride() == like.stride()


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
@every_layout
@one_of_each_kind
def test_backward(case: Case, layout: Layout, dtype: torch.dtype) -> None:
    tensors = laid_out(case, layout, dtype)
    gradient = layout(dtype, 17)
    saved = case.saved(*tensors)
    plain = case.backward(gradient.contiguous(), *(t.contiguous() for t in saved))
    for actual, expected, i in zip(case.backward(gradient, *saved), plain, case.operator.inputs, strict=True):
        if i.is_parameter:  # sums go along memory, and so in another order
            torch.testing.assert_close(actual, expected, rtol=1e-5 if dtype == torch.float32 else 8e-3, atol=1e-3)
        else:
            assert same_bits(actual, expected)


@every_layout
@one_of_each_kind
def test_double_backward(case: Case, layout: Layout) -> None:
    tensors = laid_out(case, layout, torch.float64)
    gradient = layout(torch.float64, 17)
    saved = case.saved(*tensors)
    along = [
        layout(torch.float64, 23 + i) if t.shape == gradient.shape else torch.ones_like(t) for i, t in enumerate(saved)
    ]
    arguments = (*along, gradient, *saved)
    plain = case.double_backward(*(t.contiguous() for t in arguments))
    for actual, expected in zip(case.double_backward(*arguments), plain, strict=True):
        torch.testing.assert_close(actual, expected, rtol=1e-12, atol=1e-10)


@every_layout
@one_of_each_kind
def test_gradients_through_autograd(case: Case, layout: Layout) -> None:
    tensors = [t.requires_grad_() for t in laid_out(case, layout, torch.float64)]
    gradient = layout(torch.float64, 17)
    actual = torch.autograd.grad(case.forward(*tensors), tensors, gradient)
    expected = torch.autograd.grad(case.builtin(*tensors), tensors, gradient)
    for a, e in zip(actual, expected, strict=True):
        torch.testing.assert_close(a, e, rtol=1e-11, atol=1e-10)


@one_of_each_kind
def test_mixed_layouts(case: Case) -> None:
    """Gradient and saved tensors in different layouts."""
    shape = (3, 4, 5, 7)
    changes: list[Callable[[Tensor], Tensor]] = [
        lambda t: t,
        lambda t: t.contiguous(memory_format=torch.channels_last),
        lambda t: t.transpose(1, 3).contiguous().transpose(1, 3),
        lambda t: torch.stack([t, t], -1)[..., 1],
        lambda t: torch.cat([t, t], 1)[:, :4],
    ]
    tensors, gradient = case.inputs(shape, dtype=torch.float32), sample(shape, dtype=torch.float32, seed=3)
    expected = case.backward(gradient, *case.saved(*tensors))
    for of_gradient in changes:
        for of_data in changes:
            changed = [t if i.is_parameter else of_data(t) for t, i in zip(tensors, case.operator.inputs, strict=True)]
            actual = case.backward(of_gradient(gradient), *case.saved(*changed))
            for a, e, i in zip(actual, expected, case.operator.inputs, strict=True):
                if i.is_parameter:
                    torch.testing.assert_close(a, e, rtol=1e-5, atol=1e-4)
                else:
                    assert same_bits(a, e)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16], ids=str)
@one_of_each_kind
def test_every_length_of_row(case: Case, dtype: torch.dtype) -> None:
    """Vectors and their tails give the same as the elements one by one, and nothing behind the end is touched."""
    tensors = case.inputs((67,), dtype=dtype)
    single = torch.cat([case.forward(*(t[k : k + 1] if t.numel() > 1 else t for t in tensors)) for k in range(67)])
    for length in range(68):
        whole = torch.full((80,), 123.0, dtype=dtype)
        case.out(*(t[:length] if t.numel() > 1 else t for t in tensors), out=whole[5 : 5 + length])
        assert same_bits(whole[5 : 5 + length], single[:length])
        assert (whole[:5] == 123).all() and (whole[5 + length :] == 123).all()


@pytest.mark.parametrize("length", [1, 3, 8, 20, 33, 64, 65, 96, 127, 200, 511, 600, 2100])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16], ids=str)
@one_of_each_kind
def test_rows_with_gaps(case: Case, dtype: torch.dtype, length: int) -> None:
    """Rows are joined, cut or copied by their length; the gaps between them stay as they are."""
    rows = 43
    tensors = case.inputs((rows, length + 5), dtype=dtype)
    sliced = [t[..., 2 : 2 + length] if t.numel() > 1 else t for t in tensors]
    expected = case.forward(*(t.contiguous() for t in sliced))
    assert same_bits(case.forward(*sliced), expected)
    whole = torch.full((rows, length + 4), 123.0, dtype=dtype)
    case.out(*sliced, out=whole[:, 3:-1])
    assert same_bits(whole[:, 3:-1].contiguous(), expected)
    assert (whole[:, :3] == 123).all() and (whole[:, -1] == 123).all()


@several_data
def test_data_broadcasts(case: Case) -> None:
    shapes = [
        ((4, 1, 5), (1, 3, 5)),
        ((4, 3, 5), ()),
        ((), (4, 3)),
        ((5,), (4, 3, 5)),
        ((1, 3), (2, 1)),
        ((0, 3), (1, 3)),
        ((4, 3, 5), (3, 1)),
    ]
    for pair in shapes:
        tensors = [sample(s, seed=i).requires_grad_() for i, s in enumerate(pair)]
        result, expected = case.forward(*tensors), case.builtin(*tensors)
        torch.testing.assert_close(result, expected, rtol=1e-12, atol=1e-14)
        gradient = sample(result.shape, seed=5).requires_grad_()
        ours = torch.autograd.grad(result, tensors, gradient, create_graph=True)
        theirs = torch.autograd.grad(expected, tensors, gradient, create_graph=True)
        for a, b in zip(ours, theirs, strict=True):
            assert a.shape == b.shape
            torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)
        second = [
            torch.autograd.grad(sum(g.square().sum() for g in each), [*tensors, gradient]) for each in (ours, theirs)
        ]
        for a, b in zip(*second, strict=True):
            torch.testing.assert_close(a, b, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("shape", [(70, 6), (9, 6, 5, 8), (9, 5, 64), (3, 6, 255), (3, 5, 257), (3, 3, 40000)], ids=str)
@per_channel
def test_parameters_go_with_their_channels(case: Case, shape: tuple[int, ...]) -> None:
    """However a channel lies in memory, and with holes between the elements of the parameters."""
    tensors = case.inputs(shape, dtype=torch.float32)
    apart = [
        torch.stack([t, t + 9], 1)[:, 0] if i.is_parameter else t
        for t, i in zip(tensors, case.operator.inputs, strict=True)
    ]
    result = case.forward(*apart)
    for channel in range(shape[1]):
        alone = [
            t[channel : channel + 1] if i.is_parameter else t[:, channel : channel + 1].contiguous()
            for t, i in zip(tensors, case.operator.inputs, strict=True)
        ]
        assert same_bits(result[:, channel : channel + 1], case.forward(*alone))


@pytest.mark.skipif(not os.environ.get("TORCHACTIV_TEST_HUGE"), reason="takes 15 GB: set TORCHACTIV_TEST_HUGE=1")
@one_of_each_kind
def test_more_than_two_to_the_31_elements(case: Case) -> None:
    count = 2**31 + 7
    pattern = case.inputs((1 << 16,), dtype=torch.bfloat16)
    tensors = tuple(
        t if i.is_parameter else t.repeat((count >> 16) + 1)[:count]
        for t, i in zip(pattern, case.operator.inputs, strict=True)
    )
    result = case.forward(*tensors)
    expected = case.forward(*pattern)
    for start in (0, 2**30, 2**31 - (1 << 16)):
        assert same_bits(result[start : start + (1 << 16)], expected)
    assert same_bits(result[2**31 :], expected[:7])
    del result
    strided = case.forward(
        *(t if i.is_parameter else t[::2] for t, i in zip(tensors, case.operator.inputs, strict=True))
    )
    assert same_bits(strided[-3:], expected[::2][:4][-3:]) and same_bits(strided[: 1 << 15], expected[::2])


def test_the_layouts_differ() -> None:
    """Each is there for a reason: no two have the same sizes and strides."""
    made = {name: layout(torch.float32, 0) for name, layout in LAYOUTS.items()}
    keys = {name: (tuple(t.shape), t.stride(), t.storage_offset()) for name, t in made.items()}
    assert len(set(keys.values())) == len(keys)
