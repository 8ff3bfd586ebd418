"""What is asked for and what comes of it: a plan, and rows of timings."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from subjects import Subject
from timing import Ratio, Timing

DTYPES = (torch.float32, torch.bfloat16, torch.float16)
IN_CACHE = 1 << 16
IN_MEMORY = 1 << 22
OURS = "torchactiv"
EAGER = "eager PyTorch"
COMPILED = "torch.compile"
FORWARD = "forward"
BACKWARD = "backward"


@dataclass(frozen=True)
class Plan:
    """What the command line asks for."""

    subjects: Sequence[Subject]
    rounds: int
    threads: int
    """Of the section that has several."""
    only_here: bool
    """Whether another process has made the environment that is to be measured in."""

    @property
    def in_pytorch(self) -> list[Subject]:
        return [subject for subject in self.subjects if subject.in_pytorch]


@dataclass(frozen=True)
class Row:
    """Rivals that took turns: the first of them is what the others are compared with."""

    section: str
    operator: str
    direction: str
    dtype: str
    elements: int
    timings: dict[str, Timing]
    threads: int = 1
    layout: str = "contiguous"
    instructions: str = ""
    setting: str = ""
    peaks: dict[str, float] = field(default_factory=dict)
    """The most memory that a training step takes, by rival, in units of the input; where it was measured."""

    def times(self, rival: str) -> Ratio:
        """How many times as long as the first the rival takes."""
        return next(iter(self.timings.values())).ratio_to(self.timings[rival])

    def followed_by(self, other: "Row") -> "Row":
        """A call of each, as in training: of the rivals that both have."""
        both = {name: timing + other.timings[name] for name, timing in self.timings.items() if name in other.timings}
        return Row(**{**vars(self), "direction": "both", "timings": both})


def dtypes_of(subject: Subject) -> list[torch.dtype]:
    """Those that it is measured in: what PyTorch lacks, in floats only."""
    of_pytorch = [dtype for dtype in DTYPES if subject.in_half or dtype != torch.float16]
    return of_pytorch if subject.in_pytorch else [torch.float32]


def name_of(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def instructions() -> str:
    """The vector instructions that PyTorch and torchactiv use in this process."""
    return torch.backends.cpu.get_cpu_capability()


def one(rows: Sequence[Row], **wanted: object) -> Row:
    """The row with those values.

    Raises:
        ValueError: not exactly one has them.
    """
    (row,) = matching(rows, **wanted)
    return row


def matching(rows: Sequence[Row], **wanted: object) -> list[Row]:
    """The rows with those values."""
    return [row for row in rows if all(getattr(row, name) == value for name, value in wanted.items())]


def write_rows(rows: Sequence[Row], file: Path) -> None:
    """The timings of every round."""
    file.write_text(json.dumps([asdict(row) for row in rows]), encoding="utf-8")


def read_rows(file: Path) -> list[Row]:
    rows = []
    for fields in json.loads(file.read_text(encoding="utf-8")):
        timings = {name: Timing(tuple(timing["rounds"])) for name, timing in fields.pop("timings").items()}
        rows.append(Row(**fields, timings=timings))
    return rows
