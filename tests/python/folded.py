"""Models with batch normalisations, as they are before and after fold_batch_norm."""

from typing import Any

import torch
import torchactiv
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


def trained(model: nn.Module, shape: tuple[int, ...]) -> nn.Module:
    """With statistics and parameters that are none's initial ones, in evaluation mode."""
    torch.manual_seed(0)
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, _BatchNorm) and isinstance(module._parameters.get("weight"), Tensor):
                nn.init.uniform_(module.weight, 0.5, 3)
                nn.init.normal_(module.bias)
        for _ in range(3):
            model(3 * torch.randn(shape) + 1)
    return model.eval()


def norms(model: nn.Module) -> int:
    return sum(isinstance(module, _BatchNorm) for module in model.modules())


def assert_folds(model: nn.Module, x: Tensor, remaining: int) -> nn.Module:
    folded = torchactiv.fold_batch_norm(model)
    assert norms(folded) == remaining
    torch.testing.assert_close(folded(x), model(x), rtol=1e-5, atol=1e-5)
    return folded


def doubled(module: nn.Module, *tensors: Any) -> Any:
    """As a hook: twice the result, or the arguments."""
    return tuple(2 * t for t in tensors[-1]) if isinstance(tensors[-1], tuple) else 2 * tensors[-1]
