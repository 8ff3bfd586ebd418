"""Errors in units in the last place."""

import torch
from torch import Tensor


def ulp(exact: Tensor, dtype: torch.dtype) -> Tensor:
    """The distance between neighbours of that dtype around the exact values, which are doubles."""
    limits = torch.finfo(dtype)
    exponent = torch.frexp(exact.abs().clamp(limits.tiny, limits.max))[1] - 1
    return torch.ldexp(torch.full_like(exact, limits.eps), exponent)


def error_in_ulp(actual: Tensor, exact: Tensor) -> Tensor:
    """How far results are from the exact values; infinity counts as the first number that is too large."""
    beyond = 2.0 * 2.0 ** float(torch.frexp(torch.tensor(torch.finfo(actual.dtype).max, dtype=torch.float64))[1] - 1)
    value = actual.double().clamp(-beyond, beyond)
    return (value - exact.clamp(-beyond, beyond)).abs() / ulp(exact, actual.dtype)


def every_half(dtype: torch.dtype) -> Tensor:
    """All finite numbers of a type of 16 bits."""
    numbers = torch.arange(-(2**15), 2**15, dtype=torch.int32).to(torch.int16).view(dtype)
    return numbers[numbers.isfinite()]


def many_floats(stride: int = 65521) -> Tensor:
    """Finite floats at equal distances in their bit patterns, so that all sizes are there."""
    numbers = torch.arange(-(2**31), 2**31, stride, dtype=torch.int64).to(torch.int32).view(torch.float32)
    return numbers[numbers.isfinite()]
