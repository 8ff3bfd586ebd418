"""Tensors of every layout in memory, with the values of `operators.sample`."""

from collections.abc import Callable

import pytest
import torch
from operators import sample
from torch import Tensor

Layout = Callable[[torch.dtype, int], Tensor]


def _sample(*shape: int) -> Layout:
    return lambda dtype, seed: sample(shape, dtype=dtype, seed=seed)


def _view(function: Callable[[Tensor], Tensor], *shape: int) -> Layout:
    return lambda dtype, seed: function(sample(shape, dtype=dtype, seed=seed))


LAYOUTS: dict[str, Layout] = {
    "contiguous": _sample(3, 4, 5, 7),
    "scalar": _sample(),
    "one_element": _sample(1, 1, 1),
    "empty": _sample(2, 0, 3),
    "empty_vector": _sample(0),
    "vector": _sample(131),
    "prime_sizes": _sample(7, 11, 13),
    "singletons": _sample(1, 3, 1, 5, 1),
    "long_rows": _sample(3, 40013),
    "long_columns": _sample(40013, 3),
    "transposed": _view(lambda x: x.transpose(0, 1), 13, 17),
    "transposed_outer": _view(lambda x: x.transpose(1, 3), 3, 4, 5, 7),
    "permuted": _view(lambda x: x.permute(2, 0, 3, 1), 3, 4, 5, 7),
    "channels_last": _view(lambda x: x.contiguous(memory_format=torch.channels_last), 3, 4, 5, 7),
    "channels_last_one": _view(lambda x: x.contiguous(memory_format=torch.channels_last), 3, 1, 5, 7),
    "channels_last_3d": _view(lambda x: x.contiguous(memory_format=torch.channels_last_3d), 2, 3, 4, 5, 3),
    "channels_last_sliced": _view(lambda x: x.contiguous(memory_format=torch.channels_last)[:, 1:], 3, 4, 5, 7),
    "step": _view(lambda x: x[::2, :, 1::3], 5, 4, 8, 3),
    "step_inner": _view(lambda x: x[..., ::3], 4, 6, 31),
    "narrowed": _view(lambda x: x[:, 1:-1], 5, 9),
    "shifted": _view(lambda x: x[1:], 98),
    "one_column": _view(lambda x: x[:, 3], 101, 5),
    "flipped": _view(lambda x: x.flip(0, 2), 3, 4, 5),
    "expanded_outer": _view(lambda x: x.expand(4, 3, 37), 3, 37),
    "expanded_inner": _view(lambda x: x.unsqueeze(-1).expand(5, 6, 9), 5, 6),
    "expanded_scalar": _view(lambda x: x.expand(3, 4, 11)),
    "overlapping": _view(lambda x: x.unfold(0, 5, 2), 41),
    "diagonal": _view(lambda x: x.diagonal(0, 0, 2), 6, 4, 6),
    "twelve_dimensions": _sample(1, 2, 1, 2, 1, 2, 3, 1, 2, 1, 2, 1),
}
every_layout = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())


def _is_writable(tensor: Tensor) -> bool:
    """Whether no two indices lead to the same place."""
    places = torch.arange(tensor.untyped_storage().nbytes() // tensor.element_size())
    view = places.as_strided(tensor.shape, tensor.stride(), tensor.storage_offset())
    return view.unique().numel() == tensor.numel()


_WRITABLE = {name: layout for name, layout in LAYOUTS.items() if _is_writable(layout(torch.float32, 0))}
every_writable_layout = pytest.mark.parametrize("layout", _WRITABLE.values(), ids=_WRITABLE.keys())
