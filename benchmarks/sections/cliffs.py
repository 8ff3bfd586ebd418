"""What values cost: each operator at inputs that processors or formulas may be slow at, against N(0, 1).

The operators are called directly, so that autograd's own time hides nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
from measurement import BACKWARD, FORWARD, IN_CACHE, Plan, Row, instructions, matching, name_of
from operators import Input, Operator
from tables import markdown, operators_of
from tensors import values_of
from timing import Call, time_interleaved
from torch import Tensor

from sections.progress import progress

NORMAL = "N(0, 1)"
STEEPEST = 1.2
"""What more than this is called a cliff."""


def _signed(size: float) -> Callable[[Tensor], Tensor]:
    return lambda normal: torch.copysign(torch.tensor(size), normal)


def _all(value: float) -> Callable[[Tensor], Tensor]:
    return lambda normal: torch.full_like(normal, value)


def _mixed(normal: Tensor) -> Tensor:
    """Every eighth number is special, one kind after the other."""
    mixed = normal.clone()
    specials = torch.tensor([1e-40, torch.inf, torch.nan, -100.0, 1e30, 0.0, -torch.inf, 1e5])
    places = mixed.view(-1)[::8]
    places.copy_(specials.repeat(places.numel() // specials.numel()))
    return mixed


INPUTS: Mapping[str, Callable[[Tensor], Tensor]] = {
    NORMAL: lambda normal: normal,
    "zeros": _all(0),
    "denormals": _signed(1e-40),
    "infinities": _signed(torch.inf),
    "NaN": _all(torch.nan),
    "-1e30": _all(-1e30),
    "-1000": _all(-1000),
    "-100": _all(-100),
    "-90": _all(-90),
    "-20": _all(-20),
    "20": _all(20),
    "100": _all(100),
    "1e30": _all(1e30),
    "to +-1e5": lambda normal: normal * 1e5,
    "mixed": _mixed,
}
SMALL_GRADIENTS = "denormal gradients"


def measure(plan: Plan) -> Iterator[Row]:
    for subject in progress("cliffs", (subject for subject in plan.subjects if subject.operator)):
        assert subject.operator
        for direction, calls in ((FORWARD, _forward(subject.operator)), (BACKWARD, _backward(subject.operator))):
            yield Row(
                section="cliffs",
                operator=subject.name,
                direction=direction,
                dtype=name_of(torch.float32),
                elements=IN_CACHE,
                timings=time_interleaved(calls, plan.rounds, seconds_a_turn=1e-3),
                instructions=instructions(),
            )


def _tensors(operator: Operator, make: Callable[[Tensor], Tensor]) -> tuple[Tensor, ...]:
    """Those inputs for the data; parameters as they start, or a little moved."""
    torch.manual_seed(0)

    def tensor(i: Input) -> Tensor:
        if i.is_parameter:
            return torch.tensor(values_of(operator.name, i)[:1])
        return make(torch.randn(IN_CACHE)).contiguous()

    return operator.stacked([tensor(i) for i in operator.inputs])


def _forward(operator: Operator) -> dict[str, Call]:
    function, out = operator.overload("", "out"), torch.empty(IN_CACHE)

    def call(tensors: Sequence[Tensor]) -> Call:
        return lambda: function(*tensors, *operator.arguments.values(), out=out)

    return {name: call(_tensors(operator, make)) for name, make in INPUTS.items()}


def _backward(operator: Operator) -> dict[str, Call]:
    forward, function, gradient = operator.overload(), operator.overload("_backward"), torch.randn(IN_CACHE)
    arguments = operator.arguments.values()

    def saved(tensors: Sequence[Tensor]) -> Sequence[Tensor]:
        return (forward(*tensors, *arguments),) if operator.saves_output else tensors

    def call(gradient: Tensor, saved: Sequence[Tensor]) -> Call:
        return lambda: function(gradient, *saved, *arguments)

    calls = {name: call(gradient, saved(_tensors(operator, make))) for name, make in INPUTS.items()}
    return calls | {SMALL_GRADIENTS: call(gradient * 1e-39, saved(_tensors(operator, INPUTS[NORMAL])))}


def cliffs(rows: Sequence[Row]) -> list[tuple[Row, dict[str, float]]]:
    """Rows with inputs that cost more than they may, and what these cost: the dearest first."""
    found = []
    for row in rows:
        costs = {name: row.times(name).median for name in row.timings}
        steep = {name: cost for name, cost in costs.items() if cost > STEEPEST}
        if steep:
            found.append((row, dict(sorted(steep.items(), key=lambda item: -item[1]))))
    return sorted(found, key=lambda pair: -max(pair[1].values()))


def tables(rows: Sequence[Row]) -> Mapping[str, str]:
    steep = [
        (row.operator, row.direction, ", ".join(f"{name}: {cost:.2f}" for name, cost in costs.items()))
        for row, costs in cliffs(rows)
    ]
    worst: list[list[object]] = []
    for operator in operators_of(rows):
        line: list[object] = [operator]
        for row in matching(rows, operator=operator):
            name = max(row.timings, key=lambda name: row.times(name).median)
            line += [f"{next(iter(row.timings.values())).best / row.elements * 1e9:.3f}", row.times(name), name]
        worst.append(line)
    columns = [f"{direction} {what}" for direction in (FORWARD, BACKWARD) for what in ("ns", "at worst", "at")]
    return {
        "steep": markdown(steep, ("operator", "direction", "inputs and their cost")),
        "worst": markdown(worst, ["operator", *columns]),
    }
