"""Large tensors, whose memory comes fresh from the system with every result, and what can be set about it.

Each setting is measured in a process of its own, since the allocator reads it at the start.
"""

import ctypes.util
from collections.abc import Iterator, Mapping, Sequence

import torch
from elsewhere import KEEPING_MEMORY, measured_with
from measurement import FORWARD, Plan, Row, instructions, matching, name_of, one
from subjects import Subject
from tables import markdown, operators_of, size_of
from timing import Call, Ratio, time_interleaved
from tqdm import tqdm

SIZES = (1 << 24, 1 << 26)
OPERATORS = ("relu", "mish")
ROUNDS = 5

COPY = "copy into memory that is there"
CLONE = "clone"
NEW = "new result"
OUT = "out="
IN_PLACE = "in place"
THEIRS = "PyTorch's new result"

UNSET = "nothing"
HUGE_HEAP = "GLIBC_TUNABLES=glibc.malloc.hugetlb=1"
KEPT = " ".join(f"{name}={value}" for name, value in KEEPING_MEMORY.items())
SETTINGS: Mapping[str, str] = {
    UNSET: "",
    "THP_MEM_ALLOC_ENABLE=1": "PyTorch aligns tensors of 2 MiB and more to huge pages and asks the kernel for them "
    "(`madvise`): there are 512 times fewer pages to fetch. The kernel must give huge pages by `madvise` or always.",
    HUGE_HEAP: "glibc asks the kernel for huge pages for all that it allocates, on the same condition.",
    KEPT: "glibc keeps up to 8 GiB for the next results instead of giving it back. The first results take as long as "
    "ever, and the process holds on to the most memory that it ever had.",
    f"{HUGE_HEAP} {KEPT}": "Both: glibc keeps memory, and gets it in huge pages.",
}
"""What can be in the environment, and what it does."""
PRELOADED = "Instead of glibc's malloc, by LD_PRELOAD."
ALLOCATORS = ("jemalloc", "tcmalloc", "tcmalloc_minimal", "mimalloc")
"""Measured where they are installed."""


def measure(plan: Plan) -> Iterator[Row]:
    if plan.only_here:
        for subject in plan.subjects:
            for elements in SIZES if subject.name in OPERATORS else ():
                yield _row(subject, elements)
        return
    for name, environment in tqdm(_environments().items(), desc="pages", disable=None, leave=False):
        for row in measured_with(environment, "pages", plan):
            yield Row(**{**vars(row), "setting": name})


def _environments() -> dict[str, dict[str, str]]:
    found = {name: dict(word.split("=", 1) for word in name.split() if "=" in word) for name in SETTINGS}
    libraries = {name: ctypes.util.find_library(name) for name in ALLOCATORS}
    return found | {name: {"LD_PRELOAD": library} for name, library in libraries.items() if library}


def _row(subject: Subject, elements: int) -> Row:
    calls = _calls(subject, elements)
    with torch.no_grad():
        for _ in range(ROUNDS):  # until the allocator has all the memory that it will keep
            for call in calls.values():
                call()
        timings = time_interleaved(calls, ROUNDS)
    return Row(
        section="pages",
        operator=subject.name,
        direction=FORWARD,
        dtype=name_of(torch.float32),
        elements=elements,
        timings=timings,
        instructions=instructions(),
    )


def _calls(subject: Subject, elements: int) -> dict[str, Call]:
    assert subject.operator
    x = torch.randn(elements)
    out, changed = torch.zeros_like(x), x.clone()
    into, in_place = subject.operator.overload("", "out"), subject.operator.overload("_")
    return {
        COPY: lambda: out.copy_(x),
        CLONE: x.clone,
        NEW: lambda: subject.ours(x),
        OUT: lambda: into(x, out=out),
        IN_PLACE: lambda: in_place(changed),
        THEIRS: lambda: subject.theirs(x),
    }


def gains(rows: Sequence[Row]) -> list[tuple[str, dict[str, float], str]]:
    """Of each setting: by operator, how many times as fast it makes a result of the most elements; what it does."""
    found = []
    for setting in dict.fromkeys(row.setting for row in rows if row.setting != UNSET):
        faster = {name: _gain(rows, setting, name).median for name in operators_of(rows)}
        found.append((setting, faster, SETTINGS.get(setting, PRELOADED)))
    return found


def _gain(rows: Sequence[Row], setting: str, operator: str) -> Ratio:
    unset, changed = (one(rows, setting=s, operator=operator, elements=SIZES[-1]) for s in (UNSET, setting))
    return changed.timings[NEW].ratio_to(unset.timings[NEW])


def prices(rows: Sequence[Row]) -> dict[str, float]:
    """By operator: how many times as long a new result of the most elements takes as one into memory that is there."""
    large = matching(rows, setting=UNSET, elements=SIZES[-1])
    return {row.operator: row.timings[OUT].ratio_to(row.timings[NEW]).median for row in large}


def tables(rows: Sequence[Row]) -> Mapping[str, str]:
    """The ways to get a result with nothing set, then a new result with each setting."""
    if not rows:
        return {}
    ways = list(rows[0].timings)
    unset = [
        (row.operator, size_of(row.elements), *(f"{row.timings[way].median * 1e3:.1f}" for way in ways))
        for row in matching(rows, setting=UNSET)
    ]
    settings = list(dict.fromkeys(row.setting for row in rows))
    columns = [(operator, elements) for operator in operators_of(rows) for elements in SIZES]
    lines = []
    for setting in settings:
        found = [one(rows, setting=setting, operator=operator, elements=elements) for operator, elements in columns]
        lines.append([f"`{setting}`", *(f"{row.timings[NEW].median * 1e3:.1f}" for row in found)])
    return {
        "ways": markdown(unset, ("operator", "elements", *(f"{way}, ms" for way in ways))),
        "settings": markdown(lines, ["set", *(f"{name}, {size_of(elements)}, ms" for name, elements in columns)]),
    }
