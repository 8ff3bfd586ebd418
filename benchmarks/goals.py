"""What the whole comes to: the figures that the project has set itself."""

import statistics
from collections.abc import Iterable, Sequence

from measurement import BACKWARD, COMPILED, EAGER, IN_CACHE, Row, matching
from sections import cliffs, memory
from subjects import SUBJECTS
from tables import markdown, pairs

TIMES_EAGER = 2
TIMES_EAGER_WITH_EXPONENTIAL = 3
TIMES_EAGER_ADAPTIVE, TIMES_EAGER_ADAPTIVE_EACH = 4, 2
TIMES_EAGER_GATED, TIMES_EAGER_GATED_EACH = 1.7, 1.4
OF_MOVEMENT = 1.1


def goals(rows: Sequence[Row]) -> str:
    """A Markdown table of what was aimed at and what is so, as far as it was measured."""
    found: list[tuple[str, str, str]] = []
    cache = [row for row in rows if row.section == "cache" and row.dtype == "float32" and row.elements == IN_CACHE]
    for text, names, least in (
        ("all functions of PyTorch", _names(exponential=False), TIMES_EAGER),
        ("those with an exponential", _names(exponential=True), TIMES_EAGER_WITH_EXPONENTIAL),
    ):
        both = [pair[2] for pair in pairs(cache) if pair[2].operator in names]
        if both:
            aim = f"at least {least} times"
            means = _mean(row.times(EAGER).median for row in both), _mean(row.times(COMPILED).median for row in both)
            found.append((f"{text}, against eager PyTorch", aim, f"{means[0]:.2f}"))
            found.append((f"{text}, against torch.compile", "", f"{means[1]:.2f}"))
    found += _trained(rows)
    moved = _shares(rows)
    for text, shares in moved.items():
        within = sum(share <= OF_MOVEMENT for share in shares)
        found.append(
            (
                text,
                f"at most {OF_MOVEMENT} times, for all",
                f"{within} of {len(shares)}; median {statistics.median(shares):.2f}, largest {max(shares):.2f}",
            )
        )
    values = matching(rows, section="cliffs")
    if values:
        steep = cliffs.cliffs(values)
        found.append(
            (
                "a value's cost, against N(0, 1)",
                f"at most {cliffs.STEEPEST} times, for all",
                f"{len(values) - len(steep)} of {len(values)} operators and directions",
            )
        )
    return markdown(found, ("what", "aim", "measured"))


def _names(*, exponential: bool) -> set[str]:
    return {s.name for s in SUBJECTS if s.in_pytorch and (s.has_exponential or not exponential)}


def _trained(rows: Sequence[Row]) -> list[tuple[str, str, str]]:
    """Of what is learned or gated, at 4 Mi floats."""
    adaptive = {s.name for s in SUBJECTS if s.is_adaptive}
    both = [pair[2] for pair in pairs(matching(rows, section="training", dtype="float32"))]
    found = []
    for text, chosen, mean, each in (
        ("adaptive ones", [r for r in both if r.operator in adaptive], TIMES_EAGER_ADAPTIVE, TIMES_EAGER_ADAPTIVE_EACH),
        (
            "gated ones, and with a bias",
            [r for r in both if r.operator not in adaptive],
            TIMES_EAGER_GATED,
            TIMES_EAGER_GATED_EACH,
        ),
    ):
        ratios = {row.operator: row.times(EAGER).median for row in chosen}
        if ratios:
            slowest = min(ratios, key=lambda name: ratios[name])
            found.append(
                (
                    f"{text} at 4 Mi floats, against eager PyTorch",
                    f"at least {mean} times, each at least {each}",
                    f"{_mean(ratios.values()):.2f}; {sum(r >= each for r in ratios.values())} of {len(ratios)} are, "
                    f"the least is {slowest} with {ratios[slowest]:.2f}",
                )
            )
    return found


def _mean(ratios: Iterable[float]) -> float:
    return statistics.geometric_mean(ratios)


def _shares(rows: Sequence[Row]) -> dict[str, list[float]]:
    measured = [row for row in matching(rows, section="memory", dtype="float32") if memory.ADDITION in row.timings]
    names = [row.operator for row in matching(measured, direction=BACKWARD)]
    if not names:
        return {}
    forward, out, backward = zip(
        *(memory.shares(matching(rows, section="memory"), name) for name in names), strict=True
    )
    return {
        "forward at 4 Mi floats, against a copy": list(forward),
        "forward with out=, against a copy into memory that is there": list(out),
        "backward at 4 Mi floats, against an addition": list(backward),
    }
