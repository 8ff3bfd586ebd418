"""Batch normalisation with an activation, at the shapes of convolutional networks: a training step, and inference."""

from collections.abc import Iterator, Mapping, Sequence

import torch
import torch.nn.functional as F
import torchactiv.functional as ours
from elsewhere import KEPT, with_memory_kept
from measurement import EAGER, OURS, Plan, Row, instructions, matching, name_of
from tables import markdown
from timing import Call, time_interleaved
from torch import Tensor

from sections.progress import progress

STEP, INFERENCE = "training step", "inference"
COPY = "copy"
SHAPES = (  # of feature maps in ResNet-50, EfficientNet-B0 and ConvNeXt-T, of 16 images of 224 x 224
    (16, 64, 112, 112),
    (16, 256, 56, 56),
    (16, 128, 28, 28),
    (16, 512, 28, 28),
    (16, 1024, 14, 14),
    (16, 2048, 7, 7),
    (16, 96, 112, 112),
    (16, 240, 28, 28),
    (16, 1152, 7, 7),
    (16, 96, 56, 56),
)
FORMATS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}
ACTIVATIONS = {"relu": F.relu_, "silu": F.silu}
RESIDUAL = ", residual"
"""Behind the activation of what a residual is added to before, as at the end of a block of ResNet-50."""
CASES = ("relu", "silu", "relu" + RESIDUAL)
HALF = torch.bfloat16
"""With statistics and parameters in floats, as under autocast; on one thread."""


def measure(plan: Plan) -> Iterator[Row]:
    return with_memory_kept("normalisation", plan, _here(plan))


def _here(plan: Plan) -> Iterator[Row]:
    names = {subject.name for subject in plan.subjects}
    chosen = [case for case in CASES if case.removesuffix(RESIDUAL) in names]
    before = torch.get_num_threads()
    for threads, dtype in dict.fromkeys(((1, torch.float32), (plan.threads, torch.float32), (1, HALF))):
        torch.set_num_threads(threads)
        for shape in progress("normalisation", list(SHAPES)):
            for layout in FORMATS:
                for case in chosen:
                    yield from _rows(shape, layout, case, dtype, plan.rounds)
    torch.set_num_threads(before)


def _rows(shape: tuple[int, ...], layout: str, case: str, dtype: torch.dtype, rounds: int) -> Iterator[Row]:
    x, residual, gradient = (torch.randn(shape).to(dtype, memory_format=FORMATS[layout]) for _ in range(3))
    channels = [torch.ones(shape[1], requires_grad=True), torch.zeros(shape[1], requires_grad=True)]
    statistics = [torch.zeros(shape[1]), torch.ones(shape[1])]
    activation, has_residual = case.removesuffix(RESIDUAL), case.endswith(RESIDUAL)
    leaves = [x.requires_grad_(), *channels, *([residual.requires_grad_()] if has_residual else [])]

    def mine(training: bool) -> Tensor:
        added = residual if has_residual else None
        return ours.batch_norm_act(x, *statistics, *channels, training, activation=activation, residual=added)

    def theirs(training: bool) -> Tensor:
        normalised = F.batch_norm(x, *statistics, *channels, training)
        if has_residual:
            normalised += residual
        return ACTIVATIONS[activation](normalised)

    def step(function: Call) -> Call:
        return lambda: torch.autograd.grad(function(), leaves, gradient)

    rivals: dict[str, dict[str, Call]] = {
        STEP: {OURS: step(lambda: mine(True)), EAGER: step(lambda: theirs(True))},
        INFERENCE: {OURS: lambda: mine(False), EAGER: lambda: theirs(False), COPY: x.clone},
    }
    for direction, calls in rivals.items():
        with torch.set_grad_enabled(direction == STEP):
            timings = time_interleaved(calls, rounds)
        yield Row(
            section="normalisation",
            operator=f"batch_norm_act, {case}",
            direction=direction,
            dtype=name_of(dtype),
            elements=x.numel(),
            timings=timings,
            threads=torch.get_num_threads(),
            layout=layout,
            instructions=instructions(),
            setting=" x ".join(map(str, shape)),
        )


def tables(rows: Sequence[Row]) -> Mapping[str, str]:
    """By dtype and threads: the step's and inference's times as fast as eager PyTorch, and inference beside a copy;
    and again where memory is kept."""
    found = {}
    for dtype, threads in dict.fromkeys((row.dtype, row.threads) for row in rows):
        lines: list[list[object]] = []
        for trained in matching(rows, dtype=dtype, threads=threads, direction=STEP):
            same = {name: getattr(trained, name) for name in ("dtype", "threads", "operator", "layout", "setting")}
            (inference,) = matching(rows, direction=INFERENCE, **same)
            (kept_step,) = matching(rows, direction=STEP + KEPT, **same)
            (kept_inference,) = matching(rows, direction=INFERENCE + KEPT, **same)
            line: list[object] = [trained.operator.partition(", ")[2], trained.setting, trained.layout]
            for step, forward in ((trained, inference), (kept_step, kept_inference)):
                line.append(f"{step.timings[OURS].best / step.elements * 1e9:.2f}")
                line += [step.times(EAGER), forward.times(EAGER), f"{1 / forward.times(COPY).median:.2f}"]
            lines.append(line)
        measured = ("step, ns", "step, x eager", "inference, x eager", "of a copy's time")
        headers = ("activation", "shape", "layout", *measured, *(f"{name}{KEPT}" for name in measured))
        found[f"{dtype}, {threads} thread{'s' if threads > 1 else ''}"] = markdown(lines, headers)
    return found
