"""The same with AVX2, in another process: PyTorch's functions at 64 Ki elements, on one thread."""

import getpass
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import torch
from contest import contest
from elsewhere import measured_with
from measurement import COMPILED, EAGER, IN_CACHE, Plan, Row, dtypes_of, matching
from tables import by_dtype

from sections.progress import progress


def measure(plan: Plan) -> Iterator[Row]:
    if not plan.only_here:
        yield from measured_with(_environment(), "avx2", plan)
        return
    for subject in progress("avx2", plan.in_pytorch):
        for dtype in dtypes_of(subject):
            compiled = dtype == torch.float32
            yield from contest(subject, IN_CACHE, dtype, compiled=compiled).rows("avx2", plan.rounds)


def _environment() -> Mapping[str, str]:
    """PyTorch and torchactiv heed the same variable; torch.compile must not find what it made for other processors."""
    cache = Path(tempfile.gettempdir()) / f"torchinductor_{getpass.getuser()}_avx2"
    return {"ATEN_CPU_CAPABILITY": "avx2", "TORCHINDUCTOR_CACHE_DIR": os.fspath(cache)}


def tables(rows: Sequence[Row]) -> Mapping[str, str]:
    return {"eager": by_dtype(rows, EAGER), "compiled": by_dtype(matching(rows, dtype="float32"), COMPILED)}
