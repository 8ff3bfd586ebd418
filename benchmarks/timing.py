"""Times functions against each other: interleaved in rounds, so that what else the machine does hits them alike."""

import random
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Call = Callable[[], object]


@dataclass(frozen=True)
class Ratio:
    """A ratio of two times: the median over the rounds, and the quartiles."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f}-{self.high:.2f})"


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

    def __add__(self, other: "Timing") -> "Timing":
        """A call of one function and one of the other."""
        return Timing(tuple(a + b for a, b in zip(self.rounds, other.rounds, strict=True)))

    def ratio_to(self, other: "Timing") -> Ratio:
        """How many times as long as this the other takes."""
        ratios = [b / a for a, b in zip(self.rounds, other.rounds, strict=True)]
        low, median, high = statistics.quantiles(ratios, n=4)
        return Ratio(median, low, high)


def time_interleaved(functions: Mapping[str, Call], rounds: int, seconds_a_turn: float = 2e-3) -> dict[str, Timing]:
    """Calls each function as often as fills its turn, one function after the other, `rounds` times.

    The order changes from round to round, since what one function leaves in the caches is the next one's burden. The
    first calls of a turn are not timed: they would weigh more on the function that is called less often.
    """
    calls = {name: _calls_within(function, seconds_a_turn) for name, function in functions.items()}
    times: dict[str, list[float]] = {name: [] for name in functions}
    order, shuffled = list(functions), random.Random(0)
    for _ in range(rounds):
        shuffled.shuffle(order)
        for name in order:
            function = functions[name]
            for _ in range(min(2, calls[name])):
                function()
            start = time.perf_counter()
            for _ in range(calls[name]):
                function()
            times[name].append((time.perf_counter() - start) / calls[name])
    return {name: Timing(tuple(values)) for name, values in times.items()}


def _calls_within(function: Call, seconds: float) -> int:
    start = time.perf_counter()
    function()  # compiles, if anything has to be
    for _ in range(3):  # warms the caches and the allocator
        function()
        if time.perf_counter() - start > 10 * seconds:
            break
    fastest = seconds
    for _ in range(5):
        start = time.perf_counter()
        function()
        fastest = min(fastest, time.perf_counter() - start)
        if fastest == seconds:  # one call fills a turn
            break
    return max(1, round(seconds / max(fastest, 1e-9)))
