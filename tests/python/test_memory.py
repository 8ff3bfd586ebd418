"""What is kept for backward, what is allocated, and that checkpoints and offloading of saved tensors work."""

from collections.abc import Callable
from weakref import ref

import pytest
import torch
from operators import Case, in_place_of_each_kind, one_of_each_kind
from torch import Tensor
from torch.autograd.graph import save_on_cpu, saved_tensors_hooks
from torch.profiler import ProfilerActivity, profile
from torch.utils.checkpoint import checkpoint

DTYPES = (torch.float32, torch.float64, torch.bfloat16, torch.float16)
every_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=str)
SHAPE = (32, 16, 64)
LARGER = (256, 16, 64)
Measured = tuple[int, Callable[[], object]]  # the bytes of the data, and what is measured


def allocated(function: Callable[[], object]) -> list[int]:
    """The sizes in bytes of all that the function takes from PyTorch's allocator."""
    function()
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as recorded:
        function()
    events = recorded.profiler.kineto_results.events()  # type: ignore[union-attr]
    return [event.nbytes() for event in events if event.name() == "[memory]" and event.nbytes() > 0]


def kept(function: Callable[[], Tensor]) -> list[Tensor]:
    """The tensors that the function keeps for backward."""
    tensors: list[Tensor] = []

    def pack(tensor: Tensor) -> Tensor:
        tensors.append(tensor)
        return tensor

    with saved_tensors_hooks(pack, lambda tensor: tensor):
        function()
    return tensors


def places(tensors: list[Tensor] | tuple[Tensor, ...]) -> list[tuple[int, torch.dtype, torch.Size]]:
    return sorted(((t.data_ptr(), t.dtype, t.shape) for t in tensors), key=str)


@every_dtype
@one_of_each_kind
def test_backward_reads_what_is_there_anyway(case: Case, dtype: torch.dtype) -> None:
    """The inputs or the result themselves are saved: no copies, no masks, nothing in float for a half type."""
    inputs = case.inputs(SHAPE, dtype=dtype, requires_grad=True)
    results: list[Tensor] = []

    def call() -> Tensor:
        results.append(case.forward(*inputs))
        return results[0]

    tensors = kept(call)
    assert places(tensors) == places(results if case.operator.saves_output else inputs)


@one_of_each_kind
def test_nothing_is_kept_without_a_graph(case: Case) -> None:
    assert kept(lambda: case.forward(*case.inputs(SHAPE))) == []
    with torch.no_grad():
        assert kept(lambda: case.forward(*case.inputs(SHAPE, requires_grad=True))) == []


def check_allocations(case: Case, tensors: int, call: Callable[[tuple[int, ...]], Measured]) -> None:
    """That many tensors of the data's size. Parameters: besides them what does not grow with the batch."""
    rest = []
    for shape in (SHAPE, LARGER):
        nbytes, function = call(shape)
        sizes = allocated(function)
        assert sizes.count(nbytes) == tensors
        rest.append([size for size in sizes if size != nbytes])
    assert rest[0] == rest[1]
    assert rest[0] == [] or case.operator.parameters


@every_dtype
@one_of_each_kind
def test_forward_allocates_its_result(case: Case, dtype: torch.dtype) -> None:
    def call(shape: tuple[int, ...]) -> Measured:
        inputs = case.inputs(shape, dtype=dtype)
        return inputs[0].nbytes, lambda: case.forward(*inputs)

    check_allocations(case, 1, call)


@every_dtype
@one_of_each_kind
def test_out_allocates_nothing(case: Case, dtype: torch.dtype) -> None:
    def call(shape: tuple[int, ...]) -> Measured:
        inputs = case.inputs(shape, dtype=dtype)
        out = torch.empty_like(inputs[0])
        return out.nbytes, lambda: case.out(*inputs, out=out)

    check_allocations(case, 0, call)


@in_place_of_each_kind
def test_in_place_allocates_nothing(case: Case) -> None:
    (x,) = case.inputs(SHAPE)
    assert allocated(lambda: case.in_place(x)) == []


@every_dtype
@one_of_each_kind
def test_backward_allocates_the_gradients(case: Case, dtype: torch.dtype) -> None:
    def call(shape: tuple[int, ...]) -> Measured:
        saved = tuple(t.detach() for t in case.saved(*case.inputs(shape, dtype=dtype)))
        gradient = torch.ones(shape, dtype=dtype)
        return gradient.nbytes, lambda: case.backward(gradient, *saved)

    check_allocations(case, len(case.operator.data), call)


@pytest.mark.parametrize("use_reentrant", [False, True], ids=["saved_tensors", "reentrant"])
@one_of_each_kind
def test_checkpoint(case: Case, use_reentrant: bool) -> None:
    inputs = case.inputs(requires_grad=True)
    expected = torch.autograd.grad(case.forward(*inputs).square().sum(), inputs)
    checkpoint(case.forward, *inputs, use_reentrant=use_reentrant).square().sum().backward()
    for tensor, gradient in zip(inputs, expected, strict=True):
        assert tensor.grad is not None and torch.equal(tensor.grad, gradient)


@one_of_each_kind
def test_saved_tensors_may_be_moved(case: Case) -> None:
    """Offloading replaces them by copies."""
    inputs = case.inputs(requires_grad=True)
    expected = torch.autograd.grad(case.forward(*inputs).square().sum(), inputs)
    with save_on_cpu():
        result = case.forward(*inputs).square().sum()
    for ours, gradient in zip(torch.autograd.grad(result, inputs), expected, strict=True):
        assert torch.equal(ours, gradient)


@one_of_each_kind
def test_a_graph_that_is_dropped_frees_its_tensors(case: Case) -> None:
    """No reference cycle between the result and what it saved."""
    inputs = case.inputs(SHAPE, requires_grad=True)
    result = case.forward(*inputs)
    watched = ref(result)
    del result
    assert watched() is None
