"""What the tests of batch_norm_act have in common: shapes and layouts, values for channels, tolerances."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from operators import CASES, sample
from torch import Tensor

Layout = Callable[[Tensor], Tensor]

# More than one block of every way to cut the data: long and short rows, columns wide and narrow, and what is left over.
SHAPES: dict[str, tuple[tuple[int, ...], Layout]] = {
    "long rows": ((3, 2, 1500), Tensor.contiguous),
    "rows": ((2, 5, 9, 17), Tensor.contiguous),
    "short rows": ((6, 43, 7, 7), Tensor.contiguous),
    "very short rows": ((6, 40, 3, 5), Tensor.contiguous),
    "rows of many samples": ((5, 3, 20, 25), Tensor.contiguous),
    "few short rows": ((2, 3, 5), Tensor.contiguous),
    "channels_last": ((4, 6, 11, 13), lambda x: x.to(memory_format=torch.channels_last)),
    "many channels": ((5, 2100, 2, 2), lambda x: x.to(memory_format=torch.channels_last)),
    "channels_last_3d": ((2, 3, 4, 5, 6), lambda x: x.to(memory_format=torch.channels_last_3d)),
    "two dimensions": ((301, 7), Tensor.contiguous),
    "one channel": ((9, 1, 30), Tensor.contiguous),
    "another order": ((4, 5, 6, 7), lambda x: x.permute(3, 1, 0, 2).contiguous().permute(2, 1, 3, 0)),
    "holes": ((4, 6, 5, 5), lambda x: x.repeat_interleave(2, 3)[..., ::2]),
}
every_shape = pytest.mark.parametrize("shape,layout", SHAPES.values(), ids=SHAPES.keys())
in_training_or_not = pytest.mark.parametrize("training", [True, False], ids=["training", "inference"])
every_dtype = pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16], ids=str)
every_single = pytest.mark.parametrize("case", [c for c in CASES if len(c.operator.inputs) == 1], ids=str)
# Arguments that an activation and its normalisation have the same names for, on input with 3 channels.
SHARED_NAMES: dict[str, dict[str, Any]] = {
    "prelu": {"weight": torch.tensor([0.1, 0.2, 0.3])},
    "dynamic_tanh": {"alpha": 0.5, "weight": 2.0, "bias": torch.tensor([0.1, 0.2, 0.3]), "dim": 1},
    "dynamic_erf": {"weight": 2.0, "bias": 0.5},
    "star_relu": {"scale": 0.5, "bias": -0.25},
    "xielu": {"eps": -0.5},
    "shrink": {"bias": 0.25, "lambd": 0.75},
    "rrelu": {"training": False, "lower": 0.25},
}
every_shared_name = pytest.mark.parametrize("activation", SHARED_NAMES)
# Of a result, beside its largest element: as much as the last digits of what it is made of.
TOLERANCES = {torch.float64: 1e-13, torch.float32: 2e-6, torch.bfloat16: 8e-3, torch.float16: 2e-3}


def channel_values(channels: int, dtype: torch.dtype) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Running mean and variance, weight, bias."""
    mean, bias = (sample((channels,), seed=seed).to(dtype) for seed in (3, 4))
    variance, weight = (sample((channels,), seed=seed).abs().add(0.5).to(dtype) for seed in (5, 6))
    return mean, variance, weight.requires_grad_(), bias.requires_grad_()


def in_doubles(*tensors: Tensor) -> list[Tensor]:
    return [t.detach().double().requires_grad_(t.requires_grad) for t in tensors]


def assert_near(mine: Tensor, theirs: Tensor, tolerance: float) -> None:
    assert mine.shape == theirs.shape
    largest = theirs.abs().max().item() if theirs.numel() else 0.0
    torch.testing.assert_close(mine.double(), theirs, rtol=tolerance, atol=tolerance * (largest + 1e-2))
