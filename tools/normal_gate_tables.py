"""Prints csrc/simd/normal_gate_tables.h: the normal distribution's tail by segments.

A segment is an eighth of an octave of a + shift, so that the five bits that name it and its middle are bits of that
float. The shift puts the zero of the slope, at 0.7518, near the middle of a segment, where its
polynomial is exact. Four octaves are numbered; the first segments are those of the fifth where a + shift starts later.
Usage: python tools/normal_gate_tables.py > csrc/simd/normal_gate_tables.h
"""

import textwrap
from collections.abc import Callable, Sequence

import mpmath
import numpy

mpmath.mp.dps = 40
FARTHEST, OCTAVES = mpmath.mpf("14.6"), 4
Function = Callable[[mpmath.mpf], mpmath.mpf]


SEGMENTS, SHIFT, DEGREE = 32, mpmath.mpf("1.1875"), 5
STEPS = 16  # of the powers of two, in an octave


def segment(index: int) -> tuple[mpmath.mpf, mpmath.mpf]:
    """The middle, as a number a, and half of the width of the segment with that index."""
    parts = SEGMENTS // OCTAVES
    octave, part = divmod(index, parts)
    exponent = (octave + 1) % OCTAVES  # the exponent of 1 ends in the bits 11
    if 2**exponent * (1 + mpmath.mpf(part + 1) / parts) <= SHIFT:
        exponent += OCTAVES
    start = mpmath.mpf(2) ** exponent
    return start * (1 + (part + mpmath.mpf("0.5")) / parts) - SHIFT, start / parts / 2


def single(value: mpmath.mpf) -> mpmath.mpf:
    """Rounded to a float."""
    return mpmath.mpf(float(numpy.float32(float(value))))


def tail(a: mpmath.mpf) -> mpmath.mpf:
    """e^(a^2 / 2) Phi(-a)."""
    return mpmath.exp(a * a / 2) * mpmath.erfc(a / mpmath.sqrt(2)) / 2


def slope(a: mpmath.mpf) -> mpmath.mpf:
    """e^(a^2 / 2) times the derivative of x Phi(x) at -a."""
    return tail(a) - a / mpmath.sqrt(2 * mpmath.pi)


def leading(xs: Sequence[mpmath.mpf], ys: Sequence[mpmath.mpf], powers: range) -> mpmath.mpf:
    """The coefficient of the lowest power in the fit by least squares."""
    matrix, right = mpmath.matrix(len(powers)), mpmath.matrix(len(powers), 1)
    for x, y in zip(xs, ys, strict=True):
        for i, p in enumerate(powers):
            right[i] += y * x**p
            for j, q in enumerate(powers):
                matrix[i, j] += x ** (p + q)
    return mpmath.lu_solve(matrix, right)[0]


def fit(function: Function, degree: int, middle: mpmath.mpf, half: mpmath.mpf) -> list[mpmath.mpf]:
    """Floats: the constant in two parts and the other coefficients, each fitted after those before it were rounded."""
    xs = [half * mpmath.cos(mpmath.pi * (2 * k + 1) / 48) for k in range(24)]
    ys = [function(middle + x) for x in xs]
    coefficients: list[mpmath.mpf] = []
    for power in range(degree + 1):
        exact = leading(xs, ys, range(power, degree + 1))
        parts = [single(exact), single(exact - single(exact))][: 2 if power == 0 else 1]
        coefficients += parts
        ys = [y - sum(parts) * x**power for x, y in zip(xs, ys, strict=True)]
    return coefficients


def error(function: Function, unit: Function, table: Sequence[Sequence[mpmath.mpf]]) -> mpmath.mpf:
    """The largest error in units."""
    worst = mpmath.mpf(0)
    for index, (constant, *others) in enumerate(table):
        middle, half = segment(index)
        for step in range(-20, 21):
            d = half * step / 20
            if 0 <= middle + d <= FARTHEST:
                value = constant + sum(c * d**power for power, c in enumerate(others))
                worst = max(worst, abs(value - function(middle + d)) / unit(middle + d))
    return worst


def show(name: str, rows: Sequence[Sequence[mpmath.mpf]]) -> str:
    """As an array of C++, of rows or of numbers."""

    def numbers(row: Sequence[mpmath.mpf]) -> str:
        text = ", ".join(f"{float(f'{float(value):.9g}')}f" for value in row)
        return textwrap.fill(f"{{{text}}}", 116, initial_indent="      ", subsequent_indent="       ")

    size = len(rows[0])
    if len(rows) == 1:
        return f"  static constexpr float {name}[{size}] =\n{numbers(rows[0])};"
    body = ",\n".join(numbers(row) for row in rows)
    return f"  static constexpr float {name}[{len(rows)}][{size}] = {{\n{body},\n  }};"


def table(name: str, what: str, function: Function, unit: Function) -> str:
    """The polynomials of all segments, headed by their largest error in units."""
    polynomials = [fit(function, DEGREE, *segment(index)) for index in range(SEGMENTS)]
    bound = mpmath.nstr(mpmath.log(error(function, unit, polynomials), 2), 4)
    return f"  // {what} of 2^{bound}.\n{show(name, list(zip(*polynomials, strict=True)))}\n"


def tables() -> str:
    """The members of NormalGateTables."""
    values = table("tail", "e^(a^2 / 2) Phi(-a), to a relative error", tail, tail)
    bell = "e^(a^2 / 2) times the slope at -a, to an error of the slope"
    slopes = table("slope", bell, slope, lambda a: mpmath.exp(a * a / 2))
    powers = [mpmath.mpf(2) ** (mpmath.mpf(j) / STEPS) for j in range(STEPS)]
    high = [single(power) for power in powers]
    low = [single(power - rounded) for power, rounded in zip(powers, high, strict=True)]
    step = mpmath.log(2) / STEPS
    step_high = mpmath.floor(step * 2**16) / 2**16
    step_low = single(step - step_high)
    return f"""  static constexpr int steps = {STEPS};
  static constexpr double shift = {float(SHIFT)};
  // ln(2) / {STEPS} in two parts: the first has so few bits that its product with any number of steps is exact.
  static constexpr double step_high = {float(step_high).hex()}, step_low = {float(step_low).hex()};

{values}{slopes}  // 2^(j / {STEPS}) in two parts.
{show("powers_high", [high])}
{show("powers_low", [low])}"""


def main() -> None:
    print(
        f"""// Made by tools/normal_gate_tables.py.
#pragma once

namespace torchactiv {{

// What csrc/simd/tabled_normal_gate.h needs. Rows of `tail` and `slope`: the constant in two parts, and coefficients
// of rising powers; columns: segments.
// clang-format off
struct NormalGateTables {{
{tables()}
}};
// clang-format on

}}  // namespace torchactiv"""
    )


if __name__ == "__main__":
    main()
