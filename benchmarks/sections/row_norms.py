"""Normalisations of rows, with an activation or a sum: a training step and inference against eager PyTorch."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
import torch.nn.functional as F
import torchactiv.functional as ours
from elsewhere import KEPT, with_memory_kept
from measurement import EAGER, OURS, Plan, Row, instructions, matching, name_of
from tables import markdown
from timing import Call, time_interleaved
from torch import Tensor

from sections.normalisation import FORMATS, HALF, INFERENCE, STEP
from sections.progress import progress

Function = Callable[[Tensor, Tensor, Tensor], Tensor]
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "identity": lambda x: x,
    "relu": F.relu,
    "silu": F.silu,
    "gelu_erf": F.gelu,
}
ROWS = ((16 * 3136, 96), (16 * 197, 768), (1024, 4096))  # ConvNeXt-T, ViT-B and LLaMA
MAPS = ((16, 64, 56, 56), (16, 256, 28, 28), (16, 512, 14, 14))
GROUPS = 32


def _last(x: Tensor) -> tuple[int, ...]:
    return tuple(x.shape[-1:])


# Ours and PyTorch's, with an activation by name and as a function.
NORMS: dict[str, Callable[[str, Callable[[Tensor], Tensor]], tuple[Function, Function]]] = {
    "layer_norm_act": lambda name, f: (
        lambda x, w, b: ours.layer_norm_act(x, _last(x), w, b, activation=name),
        lambda x, w, b: f(F.layer_norm(x, _last(x), w, b)),
    ),
    "rms_norm_act": lambda name, f: (
        lambda x, w, b: ours.rms_norm_act(x, _last(x), w, activation=name),
        lambda x, w, b: f(F.rms_norm(x, _last(x), w)),
    ),
    "group_norm_act": lambda name, f: (
        lambda x, w, b: ours.group_norm_act(x, GROUPS, w, b, activation=name),
        lambda x, w, b: f(F.group_norm(x, GROUPS, w, b)),
    ),
    "instance_norm_act": lambda name, f: (
        lambda x, w, b: ours.instance_norm_act(x, weight=w, bias=b, activation=name),
        lambda x, w, b: f(F.instance_norm(x, weight=w, bias=b)),
    ),
    "add_rms_norm": lambda name, f: (
        lambda x, w, b: ours.add_rms_norm(x, x, w)[0],
        lambda x, w, b: F.rms_norm(x + x, _last(x), w),
    ),
}


def measure(plan: Plan) -> Iterator[Row]:
    return with_memory_kept("row_norms", plan, _here(plan))


def _here(plan: Plan) -> Iterator[Row]:
    chosen = {subject.name for subject in plan.subjects}
    before = torch.get_num_threads()
    for threads, dtype in dict.fromkeys(((1, torch.float32), (plan.threads, torch.float32), (1, HALF))):
        torch.set_num_threads(threads)
        for name, make in progress("row_norms", list(NORMS.items())):
            of_maps = name in ("group_norm_act", "instance_norm_act")
            for activation, function in ACTIVATIONS.items():
                alone = activation == "identity"
                if activation in chosen and (alone or name != "add_rms_norm"):
                    label = name if name == "add_rms_norm" else f"{name}, {activation}"
                    rivals = make(activation, function)
                    for shape in MAPS if of_maps else ROWS:
                        for layout in FORMATS if of_maps else ("contiguous",):
                            yield from _rows(label, shape, layout, dtype, rivals, plan.rounds)
    torch.set_num_threads(before)


def _rows(
    label: str, shape: tuple[int, ...], layout: str, dtype: torch.dtype, rivals: Sequence[Function], rounds: int
) -> Iterator[Row]:
    x, gradient = (torch.randn(shape).to(dtype, memory_format=FORMATS[layout]) for _ in range(2))
    channels = shape[1 if len(shape) > 2 else -1]
    x.requires_grad_()
    w, b = (make(channels, dtype=dtype, requires_grad=True) for make in (torch.ones, torch.zeros))
    leaves = [x, w] if "rms" in label else [x, w, b]

    def step(function: Function) -> Call:
        return lambda: torch.autograd.grad(function(x, w, b), leaves, gradient)

    def inference(function: Function) -> Call:
        return lambda: function(x, w, b)

    for direction, call in ((STEP, step), (INFERENCE, inference)):
        with torch.set_grad_enabled(direction == STEP):
            timings = time_interleaved(dict(zip((OURS, EAGER), map(call, rivals), strict=True)), rounds)
        yield Row(
            section="row_norms",
            operator=label,
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
    """By dtype and threads."""
    found = {}
    for dtype, threads in dict.fromkeys((row.dtype, row.threads) for row in rows):
        lines: list[list[object]] = []
        for trained in matching(rows, dtype=dtype, threads=threads, direction=STEP):
            same = {name: getattr(trained, name) for name in ("dtype", "threads", "operator", "layout", "setting")}
            line: list[object] = [trained.operator, trained.setting, trained.layout]
            for kept in ("", KEPT):
                (step,), (inference,) = (matching(rows, direction=of + kept, **same) for of in (STEP, INFERENCE))
                line += [f"{row.timings[OURS].best / row.elements * 1e9:.2f}" for row in (inference, step)]
                line += [inference.times(EAGER), step.times(EAGER)]
            lines.append(line)
        measured = ("inference, ns", "step, ns", "inference, x eager", "step, x eager")
        headers = ("function", "shape", "layout", *measured, *(f"{name}{KEPT}" for name in measured))
        found[f"{dtype}, {threads} thread{'s' if threads > 1 else ''}"] = markdown(lines, headers)
    return found
