"""An element's result depends on its own parameters, whatever case of a formula those of its neighbours are."""

import math

import pytest
import torch
from operators import OPERATORS, Operator, sample
from torch import Tensor

PARAMETRIC = [o for o in OPERATORS if o.parameters and len(o.data) == 1 and not o.has_coefficients and not o.drop_in]
VALUES = (-0.7, 0.0, 0.5, math.nan)


def value_and_gradient(operator: Operator, x: Tensor, parameter: Tensor) -> tuple[Tensor, Tensor]:
    x = x.clone().requires_grad_()
    result = operator.function(x, *[parameter] * len(operator.parameters), **operator.demanded)
    return result.detach(), torch.autograd.grad(result.sum(), x)[0]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize("operator", PARAMETRIC, ids=lambda operator: operator.name)
def test_parameters_of_other_signs_beside_it_change_nothing(operator: Operator, dtype: torch.dtype) -> None:
    x = sample((40, len(VALUES)), dtype=dtype)
    mixed = value_and_gradient(operator, x, torch.tensor(VALUES, dtype=dtype).expand_as(x).contiguous())
    for column, value in enumerate(VALUES):
        alone = value_and_gradient(operator, x[:, column], torch.tensor(value, dtype=dtype))
        for found, expected in zip(mixed, alone, strict=True):
            torch.testing.assert_close(found[:, column], expected, equal_nan=True)
