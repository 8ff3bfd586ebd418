"""torch.vmap over normalisations of rows: what has the batch, and where, gives what PyTorch's give."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F
import torchactiv.functional as ours
from operators import sample
from torch import Tensor, vmap
from torch.func import grad


def layer(x: Tensor, w: Tensor) -> Tensor:
    return ours.layer_norm_act(x, (5,), w, activation="tanh")


def layer_of_torch(x: Tensor, w: Tensor) -> Tensor:
    return torch.tanh(F.layer_norm(x, (5,), w))


def group(x: Tensor, w: Tensor) -> Tensor:
    return ours.group_norm_act(x, 3, w, activation="tanh")


def group_of_torch(x: Tensor, w: Tensor) -> Tensor:
    return torch.tanh(F.group_norm(x, 3, w))


NORMS = {"layer": (layer, layer_of_torch, 5), "group": (group, group_of_torch, 6)}
every_norm = pytest.mark.parametrize("norm", NORMS.values(), ids=NORMS.keys())


@pytest.mark.parametrize("dims", [(0, None), (3, None), (0, 0), (None, 0)], ids=str)
@every_norm
def test_batch_in_any_tensor(norm: Any, dims: tuple[int | None, int | None]) -> None:
    mine, theirs, channels = norm
    x, w = sample((2, 6, 3, 5)), sample((channels,), seed=2)
    x = x if dims[0] is None else torch.stack([x, x * 2, x + 1], dims[0])
    w = w if dims[1] is None else torch.stack([w, w * 2, w + 1])
    torch.testing.assert_close(vmap(mine, dims)(x, w), vmap(theirs, dims)(x, w))


@every_norm
def test_batch_within_a_batch(norm: Any) -> None:
    mine, theirs, channels = norm
    x, w = sample((4, 3, 2, 6, 5)), sample((4, channels), seed=2)

    def twice(function: Any) -> Tensor:
        return vmap(lambda x, w: vmap(lambda x: function(x, w))(x))(x, w)

    torch.testing.assert_close(twice(mine), twice(theirs))


@every_norm
def test_gradients_of_each_sample_and_of_all(norm: Any) -> None:
    mine, theirs, channels = norm
    x, w = sample((4, 2, 6, 5)), sample((channels,), seed=2)

    def of_each(function: Any) -> Any:
        return vmap(grad(lambda x, w: function(x, w).square().sum(), argnums=(0, 1)), (0, None))(x, w)

    def of_all(function: Any) -> Any:
        return grad(lambda x, w: vmap(function, (0, None))(x, w).square().sum(), argnums=(0, 1))(x, w)

    torch.testing.assert_close(of_each(mine), of_each(theirs))
    torch.testing.assert_close(of_all(mine), of_all(theirs))


@pytest.mark.parametrize("dims", [(0, None), (None, 0), (1, 1)], ids=str)
def test_residuals(dims: tuple[int | None, int | None]) -> None:
    w, (x, residual) = sample((5,), seed=2), (sample((3, 4, 5), seed=seed) for seed in (3, 4))
    given = [t[0] if dim is None else t for t, dim in zip((x, residual), dims, strict=True)]
    mine = vmap(lambda x, r: ours.add_rms_norm(x, r, w), dims)(*given)
    theirs = vmap(lambda x, r: (F.rms_norm(x + r, (5,), w), x + r), dims)(*given)
    torch.testing.assert_close(mine, theirs)


def test_no_samples() -> None:
    x = torch.empty(0, 2, 6, 5)
    assert vmap(lambda x: ours.group_norm_act(x, 3))(x).shape == x.shape
    assert vmap(lambda x: ours.layer_norm_act(x, (5,)))(x).shape == x.shape
