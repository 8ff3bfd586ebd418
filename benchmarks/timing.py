"""Times functions against each other: interleaved in rounds, so that what else the machine does hits them alike."""

import random
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Seconds a call of one function, round by round."""

    rounds: tuple[float, ...]

    @property
    def best(self) -> float:
        return min(self.rounds)

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    def ratio_to(self, other: "Timing") -> tuple[float, float, float]:
        """How many times as long as this the other takes: the median over the rounds, and the quartiles."""
        ratios = [b / a for a, b in zip(self.rounds, other.rounds, strict=True)]
        low, median, high = statistics.quantiles(ratios, n=4)
        return median, low, high


def time_interleaved(
    functions: Mapping[str, Callable[[], object]], rounds: int, seconds_a_round: float = 2e-3
) -> dict[str, Timing]:
    """Calls each function as often as fills its part of a round, one function after the other, `rounds` times.

    The order changes from round to round, since what one function leaves in the caches is the next one's burden. The
    first calls of a turn are not timed: they would weigh more on the function that is called less often.
    """
    calls = {name: _calls_within(function, seconds_a_round) for name, function in functions.items()}
    times: dict[str, list[float]] = {name: [] for name in functions}
    order, shuffled = list(functions), random.Random(0)
    for _ in range(rounds):
        shuffled.shuffle(order)
        for name in order:
            function = functions[name]
            for _ in range(2):
                function()
            start = time.perf_counter()
            for _ in range(calls[name]):
                function()
            times[name].append((time.perf_counter() - start) / calls[name])
    return {name: Timing(tuple(values)) for name, values in times.items()}


def _calls_within(function: Callable[[], object], seconds: float) -> int:
    for _ in range(3):  # compiles, warms the caches and the allocator
        function()
    fastest = seconds
    for _ in range(5):
        start = time.perf_counter()
        function()
        fastest = min(fastest, time.perf_counter() - start)
    return max(1, round(seconds / max(fastest, 1e-9)))
