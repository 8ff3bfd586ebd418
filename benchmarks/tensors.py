"""What functions are measured with: random numbers in every layout."""

import math
from collections.abc import Callable, Mapping

import torch
from subjects import Subject
from torch import Tensor

CHANNELS = 64

LAYOUTS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "contiguous": lambda x: x,
    "channels_last": lambda x: x.contiguous(memory_format=torch.channels_last),
    "every second": lambda x: x.repeat_interleave(2, dim=-1)[..., ::2],
    "transposed": lambda x: x.transpose(1, 3).contiguous().transpose(1, 3),
}


def shape_of(elements: int) -> tuple[int, ...]:
    """Images of 64 channels with at most 32 x 32 pixels; one element is one pixel of one channel."""
    if elements < CHANNELS:
        return (elements, 1, 1, 1)
    side = min(32, math.isqrt(elements // CHANNELS))
    return (elements // (CHANNELS * side * side), CHANNELS, side, side)


def inputs_of(subject: Subject, elements: int, dtype: torch.dtype, layout: str = "contiguous") -> list[Tensor]:
    """N(0, 1) for data in that layout, initial values for parameters, one for each channel."""
    torch.manual_seed(0)
    shape = shape_of(elements)
    inputs = [
        torch.full((shape[1],), i.initial, dtype=dtype)
        if i.is_parameter
        else LAYOUTS[layout](torch.randn(shape, dtype=dtype))
        for i in subject.inputs
    ]
    return list(subject.operator.stacked(inputs)) if subject.operator else inputs
