"""Measures in another process, for what is settled when a process starts: instruction sets and the allocator."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from measurement import Plan, Row, read_rows

KEEPING_MEMORY = {name: str(8 << 30) for name in ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_")}
"""glibc gives nothing back, so that no result needs fresh pages."""
KEPT = ", memory kept"
"""Behind the direction of what was measured so."""

RUN = Path(__file__).resolve().parent / "run.py"


def measured_with(environment: Mapping[str, str], section: str, plan: Plan) -> list[Row]:
    """The rows of a section in an environment."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.json"
        command = [sys.executable, os.fspath(RUN), "--sections", section, "--rows", os.fspath(file)]
        command += ["--rounds", str(plan.rounds), "--threads", str(plan.threads)]
        command += ["--operators", *(subject.name for subject in plan.subjects)]
        subprocess.run(command, env={**os.environ, **environment}, check=True)
        return read_rows(file)


def with_memory_kept(section: str, plan: Plan, here: Iterator[Row]) -> Iterator[Row]:
    """What is measured here, and again where memory is kept: fresh pages hit rivals at random."""
    yield from here
    if not plan.only_here:
        for row in measured_with(KEEPING_MEMORY, section, plan):
            yield replace(row, direction=row.direction + KEPT)


def where_memory_is_kept(section: str, plan: Plan, here: Iterator[Row]) -> Iterator[Row]:
    """What is measured here, but where memory is kept: for results of 16 MiB, which glibc's heap keeps, or gives back
    after each call, by what was freed before."""
    if plan.only_here:
        yield from here
    else:
        yield from measured_with(KEEPING_MEMORY, section, plan)
