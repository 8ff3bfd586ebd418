"""What normalisations demand of running statistics, and how they leave those of a batch without values."""

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from operators import sample
from torch import Tensor
from torchactiv import functional as ours
from torchactiv import nn

Normalise = Callable[..., Tensor]

NORMALISATIONS: dict[str, tuple[Normalise, Normalise]] = {
    "batch_norm_act": (
        lambda x, mean, var: ours.batch_norm_act(x, mean, var, training=True, activation="identity"),
        lambda x, mean, var: F.batch_norm(x, mean, var, training=True),
    ),
    "instance_norm_act": (
        lambda x, mean, var: ours.instance_norm_act(x, mean, var, activation="identity"),
        lambda x, mean, var: F.instance_norm(x, mean, var),
    ),
}
every_normalisation = pytest.mark.parametrize(("mine", "theirs"), NORMALISATIONS.values(), ids=NORMALISATIONS)


def statistics() -> tuple[Tensor, Tensor]:
    """Of three channels."""
    return torch.tensor([5.0, -1.0, 0.5]), torch.tensor([1.0, 2.0, 3.0])


@every_normalisation
def test_no_values_change_no_statistics(mine: Normalise, theirs: Normalise) -> None:
    for function in (mine, theirs):
        mean, var = statistics()
        assert function(torch.ones(2, 3, 0), mean, var).shape == (2, 3, 0)
        assert torch.equal(mean, statistics()[0])
        assert torch.equal(var, statistics()[1])


@pytest.mark.parametrize("momentum", [0.1, None], ids=str)
def test_an_empty_batch_leaves_a_module_as_it_is(momentum: float | None) -> None:
    module, theirs = nn.BatchNormAct1d(3, momentum=momentum), torch.nn.BatchNorm1d(3, momentum=momentum)
    for each in (module, theirs):
        each(torch.empty(0, 3))
    for name, value in theirs.state_dict().items():
        assert torch.equal(module.state_dict()[name], value)


@every_normalisation
@pytest.mark.parametrize("which", [0, 1], ids=["running_mean", "running_var"])
def test_statistics_have_no_gradient(mine: Normalise, theirs: Normalise, which: int) -> None:
    name = ("running_mean", "running_var")[which]
    for function in (mine, theirs):
        given = statistics()
        given[which].requires_grad_()
        with pytest.raises(RuntimeError, match=name if function is mine else "running"):
            function(sample((4, 3, 5), dtype=torch.float32), *given)
        assert torch.equal(given[which], statistics()[which])


@pytest.mark.parametrize("which", [0, 1], ids=["running_mean", "running_var"])
def test_both_statistics_or_none_are_kept(which: int) -> None:
    x, given = sample((4, 3, 5), dtype=torch.float32), [None, None]
    given[which] = statistics()[which]  # type: ignore[call-overload]
    for mine, _ in NORMALISATIONS.values():
        with pytest.raises(ValueError, match="must either both be None or neither be None"):
            mine(x, *given)


@pytest.mark.parametrize("dtypes", [(torch.bfloat16, torch.float32), (torch.float32, torch.float16)], ids=str)
def test_sums_of_different_precisions_have_the_larger(dtypes: tuple[torch.dtype, torch.dtype]) -> None:
    """As under autocast, where a layer gives 16 bits and the residual stream has 32."""
    x, residual = sample((4, 3, 5)).to(dtypes[0]), sample((4, 3, 5), seed=1).to(dtypes[1])
    ones, zeros = torch.ones(5), torch.zeros(5)
    total = x + residual
    for result, added in (ours.add_rms_norm(x, residual, ones), ours.add_layer_norm(x, residual, ones, zeros)):
        assert added.dtype == result.dtype == torch.float32
        torch.testing.assert_close(added, total)
    torch.testing.assert_close(ours.add_layer_norm(x, residual, ones, zeros)[0], F.layer_norm(total, (5,)))
    inputs = (x.clone().requires_grad_(), residual.clone().requires_grad_())
    result = ours.batch_norm_act(inputs[0], None, None, training=True, residual=inputs[1])
    expected = (F.batch_norm(x.float(), None, None, training=True) + residual).relu()
    torch.testing.assert_close(result, expected)
    gradients = torch.autograd.grad(result.sum(), inputs)
    assert [g.dtype for g in gradients] == list(dtypes)


def test_autocast() -> None:
    layer, x = torch.nn.Linear(5, 5), torch.randn(4, 6, 5)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        _, total = ours.add_rms_norm(layer(x), x, torch.ones(5))
        assert torch.equal(total, layer(x) + x)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
def test_weights_of_16_bits_follow_the_sum(dtype: torch.dtype) -> None:
    """A model in 16 bits with a residual stream in 32."""
    x, residual, weight = sample((4, 5)).to(dtype), sample((4, 5), seed=1).float(), sample((5,), seed=2).to(dtype)
    result, total = ours.add_layer_norm(x, residual, weight, weight)
    torch.testing.assert_close(total, x + residual)
    torch.testing.assert_close(result, F.layer_norm(x + residual, (5,), weight.float(), weight.float()))
    rms, _ = ours.add_rms_norm(x, residual, weight)
    torch.testing.assert_close(rms, F.rms_norm(x + residual, (5,), weight.float()))


def test_instance_normalisation_of_any_size_is_exported() -> None:
    module, x = nn.InstanceNormAct2d(6), sample((3, 6, 4, 5), dtype=torch.float32)
    shapes = ({0: torch.export.Dim("batch"), 2: torch.export.Dim("height")},)
    program = torch.export.export(module, (x,), dynamic_shapes=shapes).module()
    for shape in ((2, 6, 4, 5), (5, 6, 7, 5)):
        other = sample(shape, dtype=torch.float32)
        torch.testing.assert_close(program(other), module(other))


@pytest.mark.parametrize("running", [-3e38, torch.inf])
def test_running_statistics_that_are_far_from_those_of_the_batch(running: float) -> None:
    x = torch.tensor([[3e38], [2.9e38]])
    mine, theirs = torch.tensor([running]), torch.tensor([running])
    ours.batch_norm_act(x, mine, torch.ones(1), training=True, momentum=0.25)
    theirs.mul_(0.75).add_(0.25 * 2.95e38)
    torch.testing.assert_close(mine, theirs)
