"""Measures in another process, for what is settled when a process starts: instruction sets and the allocator."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from measurement import Plan, Row, read_rows

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
