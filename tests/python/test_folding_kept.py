"""fold_batch_norm leaves normalisations alone that cannot be folded without changing a result."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from folded import assert_folds, doubled, trained
from torch import Tensor, nn
from torch.nn.functional import linear
from torch.nn.utils import parametrizations, parametrize, prune, spectral_norm
from torchactiv.nn import ABN, BatchNormAct1d, BatchNormAct2d


class Residual(nn.Module):
    """Two blocks, of which the first convolution's result is read twice."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2, self.conv3 = (nn.Conv2d(4, 4, 3, padding=1) for _ in range(3))
        self.bn1, self.bn2, self.bn3 = BatchNormAct2d(4), nn.BatchNorm2d(4), BatchNormAct2d(4, activation="silu")

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv1(x)
        z = self.bn2(self.conv2(self.bn1(y)))
        result: Tensor = self.bn3(self.conv3(torch.relu(z + y)))
        return result


def test_what_is_read_twice_stays() -> None:
    folded = assert_folds(trained(Residual(), (2, 4, 7, 7)), torch.randn(2, 4, 7, 7), 1)
    assert isinstance(folded.bn1, BatchNormAct2d)


def test_what_serves_twice_stays() -> None:
    conv, first, second = nn.Conv2d(4, 4, 1), BatchNormAct2d(4), BatchNormAct2d(4, activation="tanh")
    assert_folds(trained(nn.Sequential(conv, first, conv, second), (2, 4, 5, 5)), torch.randn(2, 4, 5, 5), 2)


class Reading(nn.Module):
    """A layer and a normalisation, behind which forward reads something else of them."""

    def __init__(self, read: Callable[[Any, Tensor], Tensor], activation: str = "tanh") -> None:
        super().__init__()
        self.layer, self.norm = nn.Linear(4, 4), BatchNormAct1d(4, activation=activation)
        self.tied = nn.Linear(4, 4)
        self.block = nn.Sequential(self.layer, nn.Tanh())
        self.read = read

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.read(self, self.norm(self.layer(x)))
        return result


def tie(model: Reading) -> Reading:
    model.tied.weight = model.layer.weight
    return model


def hook_block(model: Reading) -> Reading:
    model.block.register_forward_hook(doubled)
    return model


READING: dict[str, Callable[[], Reading]] = {
    "weight": lambda: Reading(lambda model, y: linear(y, model.layer.weight.t())),
    "bias": lambda: Reading(lambda model, y: y + model.layer.bias),
    "statistics": lambda: Reading(lambda model, y: y - model.norm.running_mean),
    "activation's": lambda: Reading(lambda model, y: y - model.norm.act.weight, "prelu"),
    "weight of another": lambda: tie(Reading(lambda model, y: model.tied(y))),
    "inside of another": lambda: hook_block(Reading(lambda model, y: model.block(y))),
}


@pytest.mark.parametrize("make", READING.values(), ids=READING.keys())
def test_what_is_read_elsewhere_stays(make: Callable[[], Reading]) -> None:
    assert_folds(trained(make(), (5, 4)), torch.randn(5, 4), 1)


class Shortcut(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(4, 4, 1), BatchNormAct2d(4)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.norm(self.conv(x), x)
        return result


def test_what_adds_a_residual_stays() -> None:
    assert_folds(trained(Shortcut(), (2, 4, 5, 5)), torch.randn(2, 4, 5, 5), 1)


def test_statistics_of_the_batch_stay() -> None:
    adapting = ABN(4)
    model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4, track_running_stats=False), nn.Linear(4, 4), adapting)
    trained(model, (5, 4))
    adapting.train()
    assert_folds(model, torch.randn(5, 4), 2)


class Doubling(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return 2 * x


class DoublingLinear(nn.Linear):
    def forward(self, input: Tensor) -> Tensor:
        return 2 * super().forward(input)


class DoublingConvolution(nn.Conv1d):
    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        return 2 * super()._conv_forward(input, weight, bias)


class DoublingNorm(BatchNormAct1d):
    def forward(self, input: Tensor, residual: Tensor | None = None) -> Tensor:
        return 2 * super().forward(input)


def double_forward(module: nn.Module) -> None:
    module.forward = lambda input: 2 * type(module).forward(module, input)


CHANGES: dict[str, Callable[[nn.Module], object]] = {
    "hook": lambda module: module.register_forward_hook(doubled),
    "pre-hook": lambda module: module.register_forward_pre_hook(doubled),
    "forward": double_forward,
    "weight_norm": parametrizations.weight_norm,
    "spectral_norm": parametrizations.spectral_norm,
    "spectral_norm as a hook": spectral_norm,
    "pruned": lambda module: prune.l1_unstructured(module, "weight", 0.5),
    "parametrised bias": lambda module: parametrize.register_parametrization(module, "bias", Doubling()),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_layer_that_is_changed_stays(change: Callable[[nn.Module], object]) -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))
    change(model[0])
    assert_folds(trained(model, (5, 4)), torch.randn(5, 4), 1)


@pytest.mark.parametrize("name", ["pruned", "spectral_norm as a hook"])
def test_a_layer_whose_weight_has_a_graph_behind(name: str) -> None:
    """As after a forward with gradients; the copy has no part in it, and is pruned in its turn."""
    layer, x = nn.Linear(4, 4), torch.randn(5, 4)
    CHANGES[name](layer)
    model = trained(nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), layer, nn.BatchNorm1d(4)), (5, 4))
    model(x)
    assert not layer.weight.is_leaf
    folded = assert_folds(model, x, 1)
    folded(x).sum().backward()
    assert folded.get_submodule("2").weight_orig.grad.abs().sum() > 0
    assert layer.weight_orig.grad is None
    assert layer.weight.grad_fn is not None


@pytest.mark.parametrize("name", ["hook", "pre-hook", "forward", "parametrised bias"])
def test_a_normalisation_that_is_changed_stays(name: str) -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))
    CHANGES[name](model[1])
    assert_folds(trained(model, (5, 4)), torch.randn(5, 4), 1)


@pytest.mark.parametrize(
    "layer,norm,shape",
    [
        (DoublingLinear(4, 4), nn.BatchNorm1d(4), (5, 4)),
        (DoublingConvolution(4, 4, 1), nn.BatchNorm1d(4), (5, 4, 3)),
        (nn.Linear(4, 4), DoublingNorm(4), (5, 4)),
    ],
)
def test_classes_with_a_forward_of_their_own_stay(layer: nn.Module, norm: nn.Module, shape: tuple[int, ...]) -> None:
    assert_folds(trained(nn.Sequential(layer, norm), shape), torch.randn(shape), 1)


def test_what_a_hook_sees_stays() -> None:
    blocks = [nn.Sequential(nn.Linear(4, 4), BatchNormAct1d(4, activation="tanh")) for _ in range(2)]
    model = trained(nn.Sequential(*blocks), (5, 4))
    seen: list[Tensor] = []
    blocks[0].register_forward_hook(lambda module, inputs, result: seen.append(result))
    assert_folds(model, torch.randn(5, 4), 1)
    assert len(seen) == 2  # of the folded model, and of the one before
    torch.testing.assert_close(*seen)


@pytest.mark.parametrize(
    "layer,norm,shape",
    [
        (nn.Linear(4, 6), nn.BatchNorm2d(6), (2, 6, 5, 4)),
        (nn.Conv2d(4, 6, 1), nn.BatchNorm1d(6), (4, 6, 5)),
        (nn.Conv3d(4, 6, 1), BatchNormAct2d(6), (4, 6, 5, 5)),
    ],
)
def test_what_never_has_its_channels_there_stays(layer: nn.Module, norm: nn.Module, shape: tuple[int, ...]) -> None:
    assert_folds(trained(nn.Sequential(layer, norm), shape), torch.randn(shape), 1)
