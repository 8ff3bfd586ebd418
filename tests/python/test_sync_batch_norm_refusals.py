"""What normalisations over two processes refuse, as they do in one."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from refusals import dtype_name
from torch import Tensor, nn
from torch.autograd import forward_ad
from torchactiv.nn import InPlaceABN, InPlaceABNSync, SyncBatchNormAct

KINDS: dict[str, type[nn.Module]] = {"SyncBatchNormAct": SyncBatchNormAct, "InPlaceABNSync": InPlaceABNSync}
every_kind = pytest.mark.parametrize("kind", KINDS)


def refusal(call: Callable[[], object]) -> str:
    """The message of what a call raises, if it raises something."""
    try:
        call()
    except (RuntimeError, ValueError, TypeError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def refused_statistics(module: nn.Module) -> str:
    module.running_var.requires_grad_()
    return refusal(lambda: module(torch.randn(4, 3)))


def of_other_channels(module: nn.Module, channels: int) -> tuple[str, dict[str, Tensor]]:
    """The message, and the buffers after it."""
    message = refusal(lambda: module(torch.randn(4, channels, 5) + 7))
    return message, {name: buffer.clone() for name, buffer in module.named_buffers()}


def made_without_grad(leaf: Tensor) -> Tensor:
    with torch.no_grad():
        return (leaf * 1)[:, :3]


# Inputs that autograd does not let be overwritten.
NOT_OVERWRITABLE: dict[str, Callable[[Tensor], Tensor]] = {
    "is a leaf Variable that requires grad": lambda leaf: leaf,
    "is a view of a leaf Variable that requires grad": lambda leaf: leaf[:, :3],
    "is one of the views that a function such as chunk() gives": lambda leaf: (leaf * 1).chunk(2)[0],
    "is a view that was made in no_grad mode": made_without_grad,
}


def refused_input(of: Callable[[Tensor], Tensor], module: InPlaceABN) -> tuple[str, bool]:
    """The message, and whether the input is as it was."""
    x = of(torch.randn(4, 3, requires_grad=True))
    before = x.detach().clone()
    return refusal(lambda: module(x)), torch.equal(x.detach(), before)


# By the input, a residual that does not fit it.
MISFITS: dict[str, Callable[[Tensor], Tensor]] = {
    "a shape that broadcasts": lambda x: x[:1],
    "other channels": lambda x: torch.ones(4, 6),
    "another rank": lambda x: x[0],
    "doubles": lambda x: x.double(),
    "integers": lambda x: x.long(),
    "another device": lambda x: x.to("meta"),
}


def refused_residual(misfit: str, module: nn.Module) -> tuple[str, bool, dict[str, Tensor]]:
    """The message, whether the input is as it was, and the buffers."""
    x = torch.randn(4, 3)
    before = x.clone()
    message = refusal(lambda: module(x, MISFITS[misfit](x)))
    return message, torch.equal(x, before), dict(module.named_buffers())


def refused_tangent(module: InPlaceABN) -> tuple[str, bool]:
    x = torch.randn(4, 3)
    before = x.clone()
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(x, torch.ones(4, 3))
        return refusal(lambda: module(dual)), torch.equal(x, before)


def in_a_process(rank: int, folder: Path) -> None:
    patience = timedelta(minutes=1)  # for a process that waits for one that has refused
    dist.init_process_group("gloo", f"file://{folder}/rendezvous", patience, rank=rank, world_size=2)
    torch.set_num_threads(1)
    found: dict[str, Any] = {}
    few = SyncBatchNormAct(3)
    found["error"] = refusal(lambda: few(torch.ones(1 - rank, 3)))
    halves = torch.ones(1 - rank, 3).bfloat16()
    found["error of halves"] = refusal(lambda: InPlaceABNSync(3, activation="elu")(halves))
    x = torch.randn(4, 3, requires_grad=True)
    (gradient,) = torch.autograd.grad(few(x).sum(), x, create_graph=True)
    found["twice"] = refusal(gradient.sum().backward)
    for hidden in (InPlaceABNSync(3), SyncBatchNormAct(3, activation="elu", memory_efficient=True)):
        nn.init.zeros_(hidden.weight), nn.init.ones_(hidden.bias)
        found[f"hidden from {type(hidden).__name__}"] = refusal(lambda hidden=hidden: hidden(torch.randn(4, 3)))
    for kind, module in KINDS.items():
        found[f"eps of {kind}"] = refusal(lambda module=module: module(3, eps=0.0)(torch.randn(4, 3)))
        found[f"dimensions of {kind}"] = refusal(lambda module=module: module(3)(torch.randn(3)))
        found[f"learned statistics of {kind}"] = refused_statistics(module(3))
        with torch.no_grad():
            found[f"constant statistics of {kind}"] = refused_statistics(module(3))
        if rank == 0:  # alone, as nothing is communicated
            for affine in (True, False):
                found[f"channels of {kind}, {affine}"] = of_other_channels(module(6, affine=affine), 1)
            for misfit in MISFITS:
                found[f"residual of {kind}, {misfit}"] = refused_residual(misfit, module(3))
    if rank == 0:
        for name, of in NOT_OVERWRITABLE.items():
            found[f"input that {name}"] = refused_input(of, InPlaceABNSync(3))
        found["tangent"] = refused_tangent(InPlaceABNSync(3))
    torch.save(found, folder / f"{rank}.pt")
    dist.destroy_process_group()


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("processes")
    mp.spawn(in_a_process, (folder,), nprocs=2)
    return [torch.load(folder / f"{rank}.pt", weights_only=False) for rank in range(2)]


def test_one_value_in_all_processes(found: list[dict[str, Any]]) -> None:
    for process in found:
        for module, kind in (("SyncBatchNormAct", "error"), ("InPlaceABNSync", "error of halves")):
            assert f"ValueError: {module}: expected more than 1 value per channel when training" in process[kind]


def test_derivatives_of_derivatives_are_not_there(found: list[dict[str, Any]]) -> None:
    for process in found:
        assert "no autograd formula was registered" in process["twice"]


@every_kind
def test_weights_that_hide_the_input(found: list[dict[str, Any]], kind: str) -> None:
    for process in found:
        message = process[f"hidden from {kind}"]
        assert "with memory_efficient=True the input is restored from the output" in message


@every_kind
def test_eps_of_nothing(found: list[dict[str, Any]], kind: str) -> None:
    for process in found:
        assert process[f"eps of {kind}"] == f"ValueError: {kind}: eps must be positive during training, got 0.0"


@every_kind
def test_statistics_that_require_grad(found: list[dict[str, Any]], kind: str) -> None:
    for process in found:
        assert process[f"learned statistics of {kind}"] == (
            f"RuntimeError: {kind} is not differentiable with respect to argument 'running_var'; it must not "
            "require grad, got shape [3]"
        )
        assert process[f"constant statistics of {kind}"] == ""
    assert "is not differentiable with respect to argument 'running_var'" in refused_statistics(KINDS[kind](3))


def test_input_without_channels(found: list[dict[str, Any]]) -> None:
    """With PyTorch's exception, in one process too; InPlaceABNSync with that of InPlaceABN."""
    message = "SyncBatchNormAct: expected at least 2D input, got shape [3]"
    alone = refusal(lambda: SyncBatchNormAct(3)(torch.randn(3)))
    for found_message in (alone, *(process["dimensions of SyncBatchNormAct"] for process in found)):
        assert found_message == f"ValueError: {message}"
    alone = refusal(lambda: InPlaceABNSync(3)(torch.randn(3)))
    for found_message in (alone, *(process["dimensions of InPlaceABNSync"] for process in found)):
        assert found_message.startswith("RuntimeError: ")
        assert "input must have at least 2 dimensions, of which the second counts the channels" in found_message


@pytest.mark.parametrize("affine", [True, False])
@every_kind
def test_another_number_of_channels(found: list[dict[str, Any]], kind: str, affine: bool) -> None:
    """The message is that of one process, and no statistics are changed by it."""
    message, buffers = found[0][f"channels of {kind}, {affine}"]
    alone, _ = of_other_channels(KINDS[kind](6, affine=affine), 1)
    assert message == alone.replace("batch_norm_act", kind)
    argument = "weight" if affine else "running_mean"
    assert f"RuntimeError: {kind}: {argument} of shape [6] must have one dimension of 1 elements" in message
    torch.testing.assert_close(buffers, dict(KINDS[kind](6).named_buffers()))


@pytest.mark.parametrize("misfit", MISFITS)
@every_kind
def test_residual_that_does_not_fit(found: list[dict[str, Any]], kind: str, misfit: str) -> None:
    """One process refuses it alone, with the words of InPlaceABN, while the other does not wait for it."""
    message, is_unchanged, buffers = found[0][f"residual of {kind}, {misfit}"]
    alone, *_ = refused_residual(misfit, InPlaceABN(3))
    for dtype in (torch.float32, torch.float64, torch.int64):  # which Python writes otherwise
        message = message.replace(str(dtype), dtype_name(dtype))
    assert message == alone.replace("batch_norm_act", kind) and "residual" in message
    assert is_unchanged
    torch.testing.assert_close(buffers, dict(KINDS[kind](3).named_buffers()))


@pytest.mark.parametrize("name", NOT_OVERWRITABLE)
def test_input_that_must_not_be_overwritten(found: list[dict[str, Any]], name: str) -> None:
    """InPlaceABN refuses it too, and neither writes anything before."""
    message, is_unchanged = found[0][f"input that {name}"]
    assert message.startswith("RuntimeError: InPlaceABNSync: input of shape ")
    assert name in message
    assert is_unchanged
    alone, is_unchanged = refused_input(NOT_OVERWRITABLE[name], InPlaceABN(3))
    assert alone.startswith("RuntimeError: ")
    assert is_unchanged


def test_forward_mode(found: list[dict[str, Any]]) -> None:
    assert found[0]["tangent"] == ("NotImplementedError: InPlaceABNSync has no forward mode", True)
    message, is_unchanged = refused_tangent(InPlaceABN(3))
    assert "batch_norm_act_ has no forward mode" in message
    assert is_unchanged
