"""fold_batch_norm leaves the results as they are, and no normalisation that it can fold."""

from collections.abc import Callable

import pytest
import torch
import torchactiv
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torchactiv.nn import ABN, BatchNormAct1d, BatchNormAct2d, BatchNormAct3d, InPlaceABN

LAYERS: dict[str, tuple[Callable[[], nn.Module], Callable[[], nn.Module], tuple[int, ...]]] = {
    "conv 1d": (lambda: nn.Conv1d(4, 6, 3), lambda: BatchNormAct1d(6, activation="silu"), (2, 4, 9)),
    "conv 2d": (lambda: nn.Conv2d(4, 6, 3, bias=False), lambda: BatchNormAct2d(6), (2, 4, 9, 9)),
    "grouped": (lambda: nn.Conv2d(4, 6, 3, groups=2), lambda: nn.BatchNorm2d(6), (2, 4, 9, 9)),
    "conv 3d": (lambda: nn.Conv3d(4, 6, 2), lambda: BatchNormAct3d(6, activation="tanh"), (2, 4, 5, 5, 5)),
    "transposed": (lambda: nn.ConvTranspose2d(4, 6, 3), lambda: BatchNormAct2d(6, activation="elu"), (2, 4, 5, 5)),
    "linear": (lambda: nn.Linear(4, 6), lambda: BatchNormAct1d(6, activation="gelu"), (5, 4)),
    "not affine": (lambda: nn.Linear(4, 6, bias=False), lambda: nn.BatchNorm1d(6, affine=False), (5, 4)),
    "arguments": (
        lambda: nn.Conv2d(4, 6, 1),
        lambda: BatchNormAct2d(6, activation="leaky_relu", negative_slope=0.3),
        (2, 4, 5, 5),
    ),
    "ABN": (lambda: nn.Conv2d(4, 6, 1), lambda: ABN(6, activation="elu"), (2, 4, 5, 5)),
    "InPlaceABN": (lambda: nn.Conv2d(4, 6, 1), lambda: InPlaceABN(6, eps=0.5), (2, 4, 5, 5)),
    "learned": (
        lambda: nn.Conv2d(4, 6, 1),
        lambda: BatchNormAct2d(6, activation="prelu", num_parameters=6),
        (2, 4, 5, 5),
    ),
}
every_layer = pytest.mark.parametrize("layer,norm,shape", LAYERS.values(), ids=LAYERS.keys())


def trained(model: nn.Module, shape: tuple[int, ...]) -> nn.Module:
    """With statistics and parameters that are none's initial ones, in evaluation mode."""
    torch.manual_seed(0)
    for module in model.modules():
        if isinstance(module, _BatchNorm) and module.affine:
            nn.init.uniform_(module.weight, 0.5, 3)
            nn.init.normal_(module.bias)
    for _ in range(3):
        model(3 * torch.randn(shape) + 1)
    return model.eval()


def norms(model: nn.Module) -> int:
    return sum(isinstance(module, _BatchNorm) for module in model.modules())


@every_layer
def test_the_results_are_the_same(
    layer: Callable[[], nn.Module], norm: Callable[[], nn.Module], shape: tuple[int, ...]
) -> None:
    model = trained(nn.Sequential(layer(), norm()), shape)
    x = torch.randn(shape)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    folded = torchactiv.fold_batch_norm(model)
    assert norms(folded) == 0
    torch.testing.assert_close(folded(x), model(x), rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(model.state_dict(), before)  # which is left alone
    torch.testing.assert_close(torch.jit.script(folded)(x), model(x), rtol=1e-5, atol=1e-5)


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
    model = trained(Residual(), (2, 4, 7, 7))
    x = torch.randn(2, 4, 7, 7)
    folded = torchactiv.fold_batch_norm(model)
    assert norms(folded) == 1
    assert isinstance(folded.bn1, BatchNormAct2d)
    torch.testing.assert_close(folded(x), model(x), rtol=1e-5, atol=1e-5)


def test_what_serves_twice_stays() -> None:
    conv, first, second = nn.Conv2d(4, 4, 1), BatchNormAct2d(4), BatchNormAct2d(4, activation="tanh")
    model = trained(nn.Sequential(conv, first, conv, second), (2, 4, 5, 5))
    x = torch.randn(2, 4, 5, 5)
    folded = torchactiv.fold_batch_norm(model)
    assert norms(folded) == 2
    torch.testing.assert_close(folded(x), model(x))


class Shortcut(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(4, 4, 1), BatchNormAct2d(4)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.norm(self.conv(x), x)
        return result


def test_what_adds_a_residual_stays() -> None:
    model = trained(Shortcut(), (2, 4, 5, 5))
    x = torch.randn(2, 4, 5, 5)
    folded = torchactiv.fold_batch_norm(model)
    assert norms(folded) == 1
    torch.testing.assert_close(folded(x), model(x))


def test_statistics_of_the_batch_stay() -> None:
    model = nn.Sequential(nn.Conv2d(4, 4, 1), nn.BatchNorm2d(4, track_running_stats=False)).eval()
    assert norms(torchactiv.fold_batch_norm(model)) == 1


def test_gradients_pass() -> None:
    model = trained(nn.Sequential(nn.Conv2d(3, 4, 1), BatchNormAct2d(4, activation="mish")), (2, 3, 5, 5))
    x = torch.randn(2, 3, 5, 5, requires_grad=True)
    expected = torch.autograd.grad(model(x).square().sum(), x)
    torch.testing.assert_close(
        torch.autograd.grad(torchactiv.fold_batch_norm(model)(x).square().sum(), x), expected, rtol=1e-4, atol=1e-4
    )


class Branching(nn.Module):
    """Which cannot be traced."""

    def forward(self, x: Tensor) -> Tensor:
        return x if x.sum() > 0 else -x


def test_errors() -> None:
    with pytest.raises(RuntimeError, match="model is in training mode"):
        torchactiv.fold_batch_norm(nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)))
    with pytest.raises(ValueError, match="model Branching cannot be traced"):
        torchactiv.fold_batch_norm(Branching().eval())
