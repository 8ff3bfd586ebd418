"""Normalisations of rows at the shapes that they are tested at, as ours and as PyTorch's."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
import torchactiv.functional as ours
from operators import sample
from torch import Tensor


def to_channels_last(x: Tensor) -> Tensor:
    return x.to(memory_format=torch.channels_last if x.dim() == 4 else torch.channels_last_3d)


class Norm:
    """One of the functions at a shape, as ours and as PyTorch's; each is called with input, weight and bias."""

    def __init__(self, name: str, shape: tuple[int, ...], argument: Any, layout: Any = Tensor.contiguous) -> None:
        self.name, self.shape, self.argument, self.layout = name, shape, argument, layout
        last = torch.channels_last if len(shape) == 4 else torch.channels_last_3d
        self.format = last if layout is to_channels_last else torch.contiguous_format

    def __str__(self) -> str:
        return self.name

    @property
    def parameters(self) -> tuple[int, ...]:
        return self.argument if self.name in ("layer", "rms") else (self.shape[1],)

    def mine(self, x: Tensor, w: Tensor | None, b: Tensor | None, activation: str = "silu", /, **given: Any) -> Tensor:
        given |= {"activation": activation}
        if self.name == "layer":
            return ours.layer_norm_act(x, self.argument, w, b, 1e-3, **given)
        if self.name == "rms":
            return ours.rms_norm_act(x, self.argument, w, 1e-3, **given)
        if self.name == "group":
            return ours.group_norm_act(x, self.argument, w, b, 1e-3, **given)
        return ours.instance_norm_act(x, weight=w, bias=b, eps=1e-3, **given)

    def theirs(self, x: Tensor, w: Tensor | None, b: Tensor | None) -> Tensor:
        if self.name == "layer":
            return F.layer_norm(x, self.argument, w, b, 1e-3)
        if self.name == "rms":
            return F.rms_norm(x, self.argument, w, 1e-3)
        if self.name == "group":
            return F.group_norm(x, self.argument, w, b, 1e-3)
        return F.instance_norm(x, weight=w, bias=b, eps=1e-3)

    def inputs(self, dtype: torch.dtype) -> tuple[Tensor, Tensor, Tensor]:
        of_parameters = torch.float32 if dtype.itemsize == 2 else dtype
        x = self.layout((sample(self.shape) * 2 + 1).to(dtype))
        w, b = (sample(self.parameters, seed=seed).div(2).to(of_parameters) for seed in (3, 4))
        return x.requires_grad_(), w.requires_grad_(), b.requires_grad_()


# Short rows and long ones, several in a block or several blocks for one; segments likewise; what is left over.
NORMS = {
    "layer": Norm("layer", (5, 7, 96), (96,)),
    "layer, odd": Norm("layer", (9, 37), (37,)),
    "layer, two elements": Norm("layer", (9, 2), (2,)),
    "layer, in parts": Norm("layer", (5, 1237), (1237,)),
    "layer, long": Norm("layer", (3, 9001), (9001,)),
    "layer, two dimensions": Norm("layer", (6, 4, 5), (4, 5)),
    "layer, many rows": Norm("layer", (1000, 8), (8,)),
    "layer, strided": Norm("layer", (6, 5, 8), (8,), lambda x: x.transpose(0, 1).contiguous().transpose(0, 1)),
    "rms": Norm("rms", (5, 7, 96), (96,)),
    "rms, long": Norm("rms", (3, 9001), (9001,)),
    "group": Norm("group", (4, 12, 9, 5), 3),
    "group, long": Norm("group", (2, 6, 70, 41), 2),
    "group, longer": Norm("group", (2, 4, 70, 71), 2),
    "group, without inner": Norm("group", (40, 12), 3),
    "group, without inner, in parts": Norm("group", (3, 1400), 2),
    "group, one": Norm("group", (4, 12, 3), 1),
    "group, channels_last": Norm("group", (4, 12, 9, 5), 3, to_channels_last),
    "group, channels_last, many channels": Norm("group", (2, 2100, 3, 5), 7, to_channels_last),
    "group, channels_last, many rows": Norm("group", (3, 6, 80, 81), 3, to_channels_last),
    "group, channels_last_3d": Norm("group", (3, 10, 2, 3, 4), 5, to_channels_last),
    "instance": Norm("instance", (4, 6, 7, 7), None),
    "instance, channels_last": Norm("instance", (5, 17, 7, 9), None, to_channels_last),
    "instance, long": Norm("instance", (2, 3, 5000), None),
}
every_norm = pytest.mark.parametrize("norm", NORMS.values(), ids=NORMS.keys())
one_of_each = pytest.mark.parametrize("norm", [NORMS[n] for n in ("layer, odd", "rms", "group", "instance")], ids=str)


def gradients(y: Tensor, inputs: tuple[Tensor, ...], gradient: Tensor) -> list[Tensor]:
    found = torch.autograd.grad(y, inputs, gradient, allow_unused=True)
    return [torch.zeros_like(x) if g is None else g for x, g in zip(inputs, found, strict=True)]


SUMS: dict[str, tuple[Callable[..., Any], Callable[..., Tensor]]] = {
    "rms": (ours.add_rms_norm, lambda x, w, b: F.rms_norm(x, w.shape, w, 1e-3)),
    "layer": (ours.add_layer_norm, lambda x, w, b: F.layer_norm(x, w.shape, w, b, 1e-3)),
}
