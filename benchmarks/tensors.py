"""What functions are measured with: random numbers in every layout."""

import math
from collections.abc import Callable, Mapping

import torch
from operators import Input
from subjects import Subject
from torch import Tensor

CHANNELS = 64

MOVED: Mapping[str, Mapping[str, tuple[float, ...]]] = {"soft_exponential": {"alpha": (0.1, -0.1)}}
"""Parameters of what starts as a simpler function, from which learning moves them: the values of channels in turn."""


def values_of(operator: str, parameter: Input) -> tuple[float, ...]:
    """Of the channels in turn."""
    return MOVED.get(operator, {}).get(parameter.name, (parameter.initial,))


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
    """N(0, 1) for data in that layout; for parameters, one for each channel, their initial values, but for MOVED."""
    torch.manual_seed(0)
    shape = shape_of(elements)
    inputs = [
        torch.tensor(values_of(subject.name, i), dtype=dtype).repeat(shape[1])[: shape[1]]
        if i.is_parameter
        else LAYOUTS[layout](torch.randn(shape, dtype=dtype))
        for i in subject.inputs
    ]
    return list(subject.operator.stacked(inputs)) if subject.operator else inputs
