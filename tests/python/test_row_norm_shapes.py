"""What functions and modules of layer and RMS normalisation take for a normalized_shape, and what they refuse."""

import re
from typing import Any

import numpy as np
import pytest
import torch
import torchactiv.functional as functional
import torchactiv.nn as modules

X = torch.ones(4, 6, 2)


@pytest.mark.parametrize(
    "shape", [(2.5,), (2.0,), ("a",), (True,), (6, True), (6, 2.0), [None], (torch.tensor(2.5),), ((2,),)], ids=repr
)
@pytest.mark.parametrize("name", ["layer_norm_act", "rms_norm_act"])
def test_elements_of_normalized_shape(name: str, shape: Any) -> None:
    message = f"{name}: normalized_shape must be a tuple of ints, got {shape!r}"
    with pytest.raises(TypeError, match=re.escape(message)):
        getattr(functional, name)(X, shape)


@pytest.mark.parametrize("size", [2, np.int64(2), torch.tensor(2)], ids=repr)
@pytest.mark.parametrize("name", ["layer_norm_act", "rms_norm_act"])
def test_what_stands_for_an_int_in_normalized_shape(name: str, size: Any) -> None:
    """As PyTorch has it, also while a program is traced."""
    function = getattr(functional, name)
    torch.testing.assert_close(function(X, [size]), function(X, (2,)))
    graph = torch.fx.symbolic_trace(lambda x: function(x, (x.shape[-1],)))
    torch.testing.assert_close(graph(X), function(X, (2,)))


@pytest.mark.parametrize("options", [{}, {"elementwise_affine": False}], ids=["affine", "plain"])
@pytest.mark.parametrize(
    "shape", [(2.5,), "a", ("a",), True, (True,), (6, 2.0), None, 2.5, torch.tensor([2.5])], ids=repr
)
def test_a_normalized_shape_that_is_none(shape: Any, options: dict[str, Any]) -> None:
    """PyTorch's modules refuse it where they have a weight."""
    for function, mine in (("layer_norm_act", modules.LayerNormAct), ("rms_norm_act", modules.RMSNormAct)):
        with pytest.raises(TypeError, match=f"{function}: normalized_shape must be an int or a tuple of ints, got"):
            mine(shape, **options)
    for function, sum_of in (("add_layer_norm", modules.AddLayerNorm), ("add_rms_norm", modules.AddRMSNorm)):
        with pytest.raises(TypeError, match=f"{function}: normalized_shape must be an int or a tuple of ints, got"):
            sum_of(shape)


@pytest.mark.parametrize("shape", [6, np.int64(6), [6], torch.Size([6]), range(6, 7), torch.tensor([6])], ids=repr)
def test_a_normalized_shape_that_pytorch_takes(shape: Any) -> None:
    module = modules.LayerNormAct(shape)
    assert module.normalized_shape == (6,) and module.weight.shape == (6,)
    torch.testing.assert_close(module(torch.ones(2, 6)), torch.zeros(2, 6))
