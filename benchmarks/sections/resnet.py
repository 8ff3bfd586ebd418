"""Training steps of ResNet-50: the most memory that one takes beside parameters and their gradients, and its time."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
from elsewhere import KEPT, with_memory_kept
from measurement import EAGER, OURS, Plan, Row, instructions, matching, name_of
from peak_memory import peak_of_step
from resnet import Plain, resnet50
from tables import markdown
from timing import Call, time_interleaved
from torch import nn
from torchactiv.nn import BatchNormAct2d, InPlaceABN

from sections.progress import progress

IMAGES = 8
STEP = "training step"
RELU, MEMORY_EFFICIENT, IN_PLACE = (
    "BatchNormAct2d, relu",
    "BatchNormAct2d, leaky_relu, memory_efficient",
    "InPlaceABN, leaky_relu",
)
MODELS: dict[str, Callable[[], nn.Sequential]] = {
    EAGER: lambda: resnet50(lambda n: Plain(n, nn.ReLU(inplace=True)), lambda n: Plain(n, None)),
    RELU: lambda: resnet50(BatchNormAct2d, lambda n: BatchNormAct2d(n, activation="identity")),
    MEMORY_EFFICIENT: lambda: resnet50(
        lambda n: BatchNormAct2d(n, activation="leaky_relu", memory_efficient=True),
        lambda n: BatchNormAct2d(n, activation="identity", memory_efficient=True),
    ),
    IN_PLACE: lambda: resnet50(InPlaceABN, lambda n: InPlaceABN(n, activation="identity")),
}
LAYOUTS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


def measure(plan: Plan) -> Iterator[Row]:
    return with_memory_kept("resnet", plan, _here(plan))


def _here(plan: Plan) -> Iterator[Row]:
    if "leaky_relu" not in {subject.name for subject in plan.subjects}:
        return
    for layout in progress("resnet", list(LAYOUTS)):
        steps = {name: _step(make, LAYOUTS[layout]) for name, make in MODELS.items()}
        for step in steps.values():
            step()  # from here on the gradients of the parameters are there
        peaks = {name: float(peak_of_step(step)) for name, step in steps.items()}
        timings = time_interleaved(steps, min(plan.rounds, 3))
        yield Row(
            section="resnet",
            operator="ResNet-50",
            direction=STEP,
            dtype=name_of(torch.float32),
            elements=IMAGES,
            timings={OURS: timings[MEMORY_EFFICIENT], **timings},
            threads=torch.get_num_threads(),
            layout=layout,
            instructions=instructions(),
            peaks=peaks,
        )


def _step(make: Callable[[], nn.Sequential], layout: torch.memory_format) -> Call:
    torch.manual_seed(0)
    model = make().to(memory_format=layout)
    images = torch.randn(IMAGES, 3, 224, 224).to(memory_format=layout)
    return lambda: model(images).sum().backward()


def tables(rows: Sequence[Row]) -> Mapping[str, str]:
    """By layout: memory and time of each model."""
    found = {}
    for row in matching(rows, direction=STEP):
        (kept,) = matching(rows, direction=STEP + KEPT, layout=row.layout)
        lines = [
            (
                name,
                f"{peak / 2**20:.0f}",
                f"{peak / row.peaks[EAGER]:.2f}",
                *(f"{measured.timings[name].best:.2f}" for measured in (row, kept)),
            )
            for name, peak in row.peaks.items()
        ]
        found[row.layout] = markdown(lines, ("normalisation", "MiB", "of eager's", "seconds", f"seconds{KEPT}"))
    return found
