"""What batch normalisation over several processes computes in training: statistics and gradients of all batches.

The modules are in :mod:`torchactiv.sync_batch_norm`.
"""

from collections.abc import Callable
from typing import Any, cast

import torch
import torch.distributed as dist
from torch import Tensor
from torch.autograd.function import once_differentiable

_ops = torch.ops.torchactiv


def _named(group: str) -> Any:
    import torch.distributed.distributed_c10d as processes  # which not every build of PyTorch has

    return cast(Any, processes)._resolve_process_group(group)


def joined_moments(module: str, input: Tensor, group: Any) -> tuple[Tensor, Tensor, Tensor]:
    """Mean and variance of the batches of all processes, and how many elements of a channel these have together."""
    count = input.numel() // max(1, input.shape[1])
    mean, variance = _ops.batch_norm_act_moments(input)
    mine = torch.cat([mean, variance, torch.tensor([float(count)], dtype=torch.float64)])
    all_of_them = [torch.empty_like(mine) for _ in range(dist.get_world_size(group))]
    dist.all_gather(all_of_them, mine, group)
    counts = torch.stack([part[-1] for part in all_of_them])
    means, variances = torch.stack([part[:-1] for part in all_of_them]).chunk(2, dim=1)
    if counts.sum() <= 1:
        raise ValueError(
            f"{module}: expected more than 1 value per channel when training, in all processes, got input of size "
            f"{list(input.shape)}"
        )
    present = counts > 0  # a process without elements knows nothing
    shares = (counts[present] / counts.sum())[:, None]
    mean = (shares * means[present]).sum(0)
    variance = (shares * (variances[present] + (means[present] - mean).square())).sum(0)
    return mean, variance, counts.sum()


def _gradients(
    grad_output: Tensor,
    data: Tensor,
    mean: Tensor,
    variance: Tensor,
    count: Tensor,
    given: tuple[Any, ...],
    reduce: Callable[[Tensor], object],
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Of input, residual, weight and bias; `given` is what the operators take behind the statistics."""
    *_, weight, _, eps, _, _, is_output = given
    if is_output:  # what the data are
        mean = torch.zeros_like(mean)
    of_input, of_residual, of_weight, of_bias = _ops.batch_norm_act_inference_backward(
        grad_output, data, mean, variance, *given
    )
    sums = torch.stack([of_weight, of_bias]).double()
    reduce(sums)
    if is_output:
        data = _ops.batch_norm_act_restore(data, variance, *given)
    # What the gradient owes to mean and variance: a normalisation of the input once more, to which it is added.
    scale = -(variance + eps).rsqrt() / count
    if weight is not None:
        scale = scale * weight
    slope, shift = (scale * sums).to(of_weight.dtype)
    of_input = _ops.batch_norm_act_inference(data, mean, variance, of_input, slope, shift, eps, "identity", [], False)
    return of_input, of_residual, of_weight, of_bias


class InPlaceTraining(torch.autograd.Function):
    """What batch_norm_act_ computes in training, with statistics and their gradients of all processes."""

    @staticmethod
    def forward(
        ctx: Any,
        input: Tensor,
        residual: Tensor | None,
        weight: Tensor | None,
        bias: Tensor | None,
        statistics: tuple[Tensor, Tensor, Tensor],
        group: Any,
        numbers: tuple[float, str, list[float]],
    ) -> Tensor:
        """Overwrites the input and returns it."""
        ctx.group, ctx.numbers = group, numbers
        mean, variance, _ = statistics
        _ops.batch_norm_act_inference_(input, mean, variance, residual, weight, bias, *numbers, True)
        ctx.mark_dirty(input)
        ctx.save_for_backward(input, residual, weight, bias, *statistics)
        return input

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_output: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients of input, residual, weight and bias, from the output."""
        output, residual, weight, bias, mean, variance, count = ctx.saved_tensors
        found = _gradients(
            grad_output,
            output,
            mean,
            variance,
            count,
            (residual, weight, bias, *ctx.numbers, True),
            lambda sums: dist.all_reduce(sums, group=ctx.group),
        )
        return *_of_those_given(found, residual, weight, bias), None, None, None


def _of_those_given(
    gradients: tuple[Tensor, Tensor, Tensor, Tensor], *given: Tensor | None
) -> tuple[Tensor | None, ...]:
    of_input, *others = gradients
    return of_input, *(None if t is None else gradient for gradient, t in zip(others, given, strict=True))


# An operator, which torch.compile takes as a whole: what is in it neither breaks a graph nor is differentiated.
@torch.library.custom_op(
    "torchactiv::sync_batch_norm_act",
    mutates_args=(),
    schema="(Tensor input, Tensor? residual, Tensor? weight, Tensor? bias, float eps, str activation, "
    "float[] arguments, bool memory_efficient, str group, str module) -> (Tensor, Tensor, Tensor, Tensor)",
)
def training(
    input: Tensor,
    residual: Tensor | None,
    weight: Tensor | None,
    bias: Tensor | None,
    eps: float,
    activation: str,
    arguments: list[float],
    memory_efficient: bool,
    group: str,
    module: str,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The output, and the statistics of all processes with the elements of a channel that they are of."""
    mean, variance, count = joined_moments(module, input, _named(group))
    output = _ops.batch_norm_act_inference(
        input, mean, variance, residual, weight, bias, eps, activation, arguments, memory_efficient
    )
    return output, mean, variance, count


@training.register_fake
def _(
    input: Tensor, residual: Any, weight: Any, bias: Any, eps: float, activation: str, arguments: Any, *_: Any
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    mean, variance = (input.new_empty(input.shape[1], dtype=torch.float64) for _ in range(2))
    output = _ops.batch_norm_act_inference(
        input, mean, variance, residual, weight, bias, eps, activation, arguments, False
    )
    return output, mean, variance, input.new_empty((), dtype=torch.float64)


@torch.library.custom_op(
    "torchactiv::sync_batch_norm_act_backward",
    mutates_args=(),
    schema="(Tensor grad_output, Tensor data, Tensor mean, Tensor variance, Tensor count, Tensor? residual, "
    "Tensor? weight, Tensor? bias, float eps, str activation, float[] arguments, bool is_output, str group) -> "
    "(Tensor, Tensor, Tensor, Tensor)",
)
def _training_backward(
    grad_output: Tensor, data: Tensor, mean: Tensor, variance: Tensor, count: Tensor, *given: Any
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    *others, group = given
    return _gradients(
        grad_output,
        data,
        mean,
        variance,
        count,
        tuple(others),
        lambda sums: dist.all_reduce(sums, group=_named(group)),
    )


@_training_backward.register_fake
def _(
    grad_output: Tensor, data: Tensor, mean: Tensor, variance: Tensor, count: Tensor, *given: Any
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    return _gradients(grad_output, data, mean, variance, count, given[:-1], lambda sums: None)


def _keep(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
    input, *given, ctx.eps, ctx.activation, ctx.arguments, memory_efficient, ctx.group, _ = inputs
    ctx.is_output = memory_efficient and _ops.has_inverse(ctx.activation, ctx.arguments, input.dtype)
    ctx.mark_non_differentiable(*output[1:])
    ctx.save_for_backward(output[0] if ctx.is_output else input, *output[1:], *given)


def _differentiate(ctx: Any, grad_output: Tensor, *_: Any) -> tuple[Tensor | None, ...]:
    data, mean, variance, count, *given = ctx.saved_tensors
    numbers = (ctx.eps, ctx.activation, ctx.arguments, ctx.is_output, ctx.group)
    found = _training_backward(grad_output, data, mean, variance, count, *given, *numbers)
    return *_of_those_given(found, *given), *(None,) * 6


training.register_autograd(_differentiate, setup_context=_keep)
