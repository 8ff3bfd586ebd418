"""Normalisations of rows whose tensors exceed the caches, which their results go past."""

import pytest
import torch
import torch.nn.functional as F
import torchactiv.functional as ours
from batch_norm_cases import TOLERANCES, assert_near, in_doubles
from row_norm_cases import Norm, gradients, to_channels_last

# Rows of whole vectors, short and long, in one block and in parts; and rows that are not, whose addresses are not
# aligned.
LARGE = {
    "short rows": Norm("layer", (25000, 96), (96,)),
    "rows": Norm("layer", (3200, 768), (768,)),
    "not aligned": Norm("layer", (3200, 769), (769,)),
    "longest of a block": Norm("layer", (600, 4096), (4096,)),
    "in parts": Norm("layer", (300, 8200), (8200,)),
    "rms": Norm("rms", (3200, 768), (768,)),
    "group": Norm("group", (12, 64, 57, 56), 32),
    "group, short segments": Norm("group", (12, 512, 20, 20), 128),
    "group, channels_last": Norm("group", (12, 64, 57, 56), 32, to_channels_last),
    "instance": Norm("instance", (12, 64, 56, 56), None),
}


@pytest.mark.parametrize("norm", LARGE.values(), ids=LARGE.keys())
@pytest.mark.parametrize("activation", ["identity", "relu", "silu"])
def test_results_that_go_past_the_caches(norm: Norm, activation: str) -> None:
    inputs = norm.inputs(torch.float32)
    if norm.name == "rms":
        inputs = inputs[:2]
    assert 2 * inputs[0].nbytes > 16 << 20
    exact_inputs = in_doubles(*inputs)
    mine = norm.mine(*inputs, *[None] * (3 - len(inputs)), activation)
    normalised = norm.theirs(*exact_inputs, *[None] * (3 - len(inputs)))
    exact = normalised if activation == "identity" else getattr(F, activation)(normalised)
    assert_near(mine.detach(), exact.detach(), TOLERANCES[torch.float32])
    gradient = torch.randn(mine.shape, generator=torch.Generator().manual_seed(1)).to(memory_format=norm.format)
    gradient *= normalised.detach().abs() > 1e-5  # rounding may be on the other side of a kink
    for found, expected in zip(
        gradients(mine, inputs, gradient), gradients(exact, tuple(exact_inputs), gradient.double()), strict=True
    ):
        assert_near(found, expected, 2e-5)


@pytest.mark.parametrize("name", ["rows", "group", "group, channels_last"])
def test_threads_change_no_bit(name: str) -> None:
    norm = LARGE[name]
    inputs = norm.inputs(torch.float32)
    results = []
    for threads in (1, 3):
        torch.set_num_threads(threads)
        y = norm.mine(*inputs, "relu")
        results.append((y, *torch.autograd.grad(y, inputs, torch.ones_like(y))))
    assert all(torch.equal(a, b) for a, b in zip(*results, strict=True))


def test_what_is_added_to_the_gradient() -> None:
    """The gradient of the sum is added where the result is, which has not left the caches then."""
    x, r = (torch.randn(3200, 768, generator=torch.Generator().manual_seed(seed)) for seed in (0, 1))
    w, b = torch.rand(768) + 0.5, torch.rand(768)
    inputs = [t.requires_grad_() for t in (x, r, w, b)]
    exact_inputs = in_doubles(*inputs)
    y, total = ours.add_layer_norm(x, r, w, b)
    exact_total = exact_inputs[0] + exact_inputs[1]
    exact = F.layer_norm(exact_total, (768,), *exact_inputs[2:])
    mine = torch.autograd.grad((y * total).sum(), inputs)
    for found, expected in zip(mine, torch.autograd.grad((exact * exact_total).sum(), exact_inputs), strict=True):
        assert_near(found, expected, 2e-5)
