"""fold_batch_norm leaves the results as they are, and no normalisation that it can fold."""

import copy
import pickle
from collections.abc import Callable

import pytest
import torch
import torchactiv
from folded import assert_folds, doubled, trained
from torch import Tensor, nn
from torchactiv.nn import ABN, BatchNormAct1d, BatchNormAct2d, BatchNormAct3d, InPlaceABN, SyncBatchNormAct

Make = Callable[[], nn.Module]


class OwnConvolution(nn.Conv2d):
    pass


class OwnNorm(nn.BatchNorm2d):
    def _check_input_dim(self, input: Tensor) -> None:
        pass  # any rank


class OwnNormAct(BatchNormAct2d):
    pass


LAYERS: dict[str, tuple[Make, Make, tuple[int, ...]]] = {
    "conv 1d": (lambda: nn.Conv1d(4, 6, 3), lambda: BatchNormAct1d(6, activation="silu"), (2, 4, 9)),
    "conv 2d": (lambda: nn.Conv2d(4, 6, 3, bias=False), lambda: BatchNormAct2d(6), (2, 4, 9, 9)),
    "grouped": (lambda: nn.Conv2d(4, 6, 3, groups=2), lambda: nn.BatchNorm2d(6), (2, 4, 9, 9)),
    "conv 3d": (lambda: nn.Conv3d(4, 6, 2), lambda: BatchNormAct3d(6, activation="tanh"), (2, 4, 5, 5, 5)),
    "transposed": (lambda: nn.ConvTranspose2d(4, 6, 3), lambda: BatchNormAct2d(6, activation="elu"), (2, 4, 5, 5)),
    "grouped transposed": (lambda: nn.ConvTranspose1d(4, 6, 3, groups=2), lambda: BatchNormAct1d(6), (2, 4, 5)),
    "depthwise transposed": (lambda: nn.ConvTranspose2d(6, 6, 3, groups=6), lambda: nn.BatchNorm2d(6), (2, 6, 5, 5)),
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
    "own classes": (lambda: OwnConvolution(4, 6, 1), lambda: OwnNorm(6), (2, 4, 5, 5)),
    "own class of ours": (lambda: OwnConvolution(4, 6, 1), lambda: OwnNormAct(6), (2, 4, 5, 5)),
    "two of them": (lambda: nn.Conv2d(4, 6, 1), lambda: nn.Sequential(nn.BatchNorm2d(6), OwnNorm(6)), (2, 4, 5, 5)),
}
every_layer = pytest.mark.parametrize("layer,norm,shape", LAYERS.values(), ids=LAYERS.keys())


@every_layer
def test_the_results_are_the_same(layer: Make, norm: Make, shape: tuple[int, ...]) -> None:
    model = trained(nn.Sequential(layer(), norm()), shape)
    x = torch.randn(shape)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    folded = assert_folds(model, x, 0)
    torch.testing.assert_close(model.state_dict(), before)  # which is left alone
    for other in (
        torch.jit.script(folded),
        copy.deepcopy(folded),
        pickle.loads(pickle.dumps(folded)),
        torch.export.export(folded, (x,)).module(),
        torchactiv.fold_batch_norm(folded),
    ):
        torch.testing.assert_close(other(x), model(x), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    "layer,norm,shape,other_shape",
    [
        (nn.Linear(4, 6), nn.BatchNorm1d(6), (5, 4), (5, 6, 4)),
        (nn.Linear(4, 6), BatchNormAct1d(6), (5, 4), (5, 6, 4)),
        (nn.Linear(4, 6), SyncBatchNormAct(6), (5, 4), (5, 6, 2, 4)),
        (nn.Conv1d(4, 6, 1), nn.BatchNorm1d(6), (5, 4, 6), (4, 6)),
        (nn.Conv2d(4, 6, 1), ABN(6), (5, 4, 6, 6), (4, 6, 6)),
        (nn.ConvTranspose2d(4, 6, 1), OwnNorm(6), (5, 4, 6, 6), (4, 6, 6)),
    ],
)
def test_results_whose_channels_are_elsewhere_are_refused(
    layer: nn.Module, norm: nn.Module, shape: tuple[int, ...], other_shape: tuple[int, ...]
) -> None:
    model = trained(nn.Sequential(layer, norm), shape)
    other = torch.randn(other_shape)
    assert model(other).dim() == len(other_shape)
    folded = assert_folds(model, torch.randn(shape), 0)
    message = f"layer '0' must have {len(shape)} dimensions, got {len(other_shape)}: the batch"
    for copied in (folded, copy.deepcopy(folded), pickle.loads(pickle.dumps(folded)), torch.fx.symbolic_trace(folded)):
        with pytest.raises(ValueError, match=message):
            copied(other)
    with pytest.raises(torch.jit.Error, match=message):
        torch.jit.script(folded)(other)


@pytest.mark.parametrize("model", [nn.BatchNorm1d(4), BatchNormAct1d(4), OwnNormAct(4)])
def test_a_normalisation_by_itself_is_copied(model: nn.Module) -> None:
    shape = (5, 4, 3, 3) if isinstance(model, BatchNormAct2d) else (5, 4)
    assert assert_folds(trained(model, shape), torch.randn(shape), 1) is not model


def test_gradients_pass() -> None:
    model = trained(nn.Sequential(nn.Conv2d(3, 4, 1), BatchNormAct2d(4, activation="mish")), (2, 3, 5, 5))
    x = torch.randn(2, 3, 5, 5, requires_grad=True)
    expected = torch.autograd.grad(model(x).square().sum(), x)
    torch.testing.assert_close(
        torch.autograd.grad(torchactiv.fold_batch_norm(model)(x).square().sum(), x), expected, rtol=1e-4, atol=1e-4
    )


class Optional(nn.Module):
    """Which does something else where it is given more."""

    def __init__(self) -> None:
        super().__init__()
        self.layer, self.norm = nn.Linear(3, 4), nn.BatchNorm1d(4)

    def forward(self, x: Tensor, mask: Tensor | None = None, scale: float = 2.0) -> Tensor:
        y: Tensor = self.norm(self.layer(x)) * scale
        return y if mask is None else y * mask


def test_what_is_none_by_default_is_left_out() -> None:
    model, x = trained(Optional(), (5, 3)), torch.randn(5, 3)
    folded = torchactiv.fold_batch_norm(model)
    assert not any(isinstance(module, nn.BatchNorm1d) for module in folded.modules())
    for given in ((), (None,), (None, 0.5)):
        torch.testing.assert_close(folded(x, *given), model(x, *given))
    with pytest.raises(AssertionError, match="mask has been specialized"):
        folded(x, torch.ones(4))


class Branching(nn.Module):
    """Which cannot be traced."""

    def forward(self, x: Tensor) -> Tensor:
        return x if x.sum() > 0 else -x


def test_errors() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    with pytest.raises(RuntimeError, match="model is in training mode"):
        torchactiv.fold_batch_norm(model)
    model.register_forward_hook(doubled)
    with pytest.raises(ValueError, match="model Sequential has forward hooks"):
        torchactiv.fold_batch_norm(model.eval())
    with pytest.raises(ValueError, match="model Branching cannot be traced"):
        torchactiv.fold_batch_norm(Branching().eval())
    with pytest.raises(ValueError, match="model RecursiveScriptModule cannot be traced"):
        torchactiv.fold_batch_norm(torch.jit.script(Branching()).eval())
    with pytest.raises(TypeError, match="fold_batch_norm: model must be Module, not int"):
        torchactiv.fold_batch_norm(3)  # type: ignore[arg-type]
