"""What is measured, one module a section: `measure` yields rows, `tables` makes of them what the page shows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from measurement import Plan, Row

from sections import (
    avx2,
    cache,
    cliffs,
    layers,
    layouts,
    memory,
    normalisation,
    pages,
    resnet,
    row_norms,
    small,
    threads,
    training,
)


class Section(Protocol):
    """A module of this folder."""

    def measure(self, plan: Plan) -> Iterable[Row]: ...

    def tables(self, rows: Sequence[Row]) -> Mapping[str, str]: ...


SECTIONS: Mapping[str, Section] = {
    "cache": cache,
    "memory": memory,
    "layers": layers,
    "training": training,
    "normalisation": normalisation,
    "row_norms": row_norms,
    "resnet": resnet,
    "threads": threads,
    "small": small,
    "layouts": layouts,
    "avx2": avx2,
    "cliffs": cliffs,
    "pages": pages,
}
