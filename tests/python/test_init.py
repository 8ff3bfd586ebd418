"""lecun_normal_, and selu with it: the variance stays from layer to layer."""

import pytest
import torch
import torchactiv
from torch import nn


def test_the_deviation_is_that_of_the_fan_in() -> None:
    weight = torchactiv.init.lecun_normal_(torch.empty(64, 32, 3, 3), torch.Generator().manual_seed(0))
    assert weight.std().item() == pytest.approx((32 * 9) ** -0.5, rel=0.02)
    assert torch.equal(
        weight, torchactiv.init.lecun_normal_(torch.empty_like(weight), torch.Generator().manual_seed(0))
    )


def test_selu_normalises_itself() -> None:
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    for _ in range(30):
        linear = nn.Linear(256, 256, bias=False)
        torchactiv.init.lecun_normal_(linear.weight)
        layers += [linear, torchactiv.nn.SELU(), torchactiv.nn.AlphaDropout(0.05)]
    y = nn.Sequential(*layers)(torch.randn(1000, 256) * 3)
    assert abs(y.mean().item()) < 0.3
    assert 0.5 < y.std().item() < 1.5


def test_too_few_dimensions() -> None:
    with pytest.raises(ValueError, match=r"tensor must have 2 dimensions or more, got shape \[3\]"):
        torchactiv.init.lecun_normal_(torch.empty(3))
