"""Prints csrc/simd/normal_gate_tables.h: the normal distribution's tail by segments.

A segment is an eighth of an octave of a + SHIFT, so that the five bits that name it and its middle are bits of that
float. SHIFT puts the zero of the slope, at 0.7518, near the middle of a segment, where its polynomial is exact.
Usage: python tools/normal_gate_tables.py > csrc/simd/normal_gate_tables.h
"""

import textwrap
from collections.abc import Callable, Sequence

import mpmath
import numpy

mpmath.mp.dps = 40
SHIFT, FARTHEST, DEGREE, SEGMENTS, STEPS = mpmath.mpf("1.1875"), mpmath.mpf("14.6"), 5, 32, 16
Function = Callable[[mpmath.mpf], mpmath.mpf]


def single(value: mpmath.mpf) -> mpmath.mpf:
    """Rounded to a float."""
    return mpmath.mpf(float(numpy.float32(float(value))))


def tail(a: mpmath.mpf) -> mpmath.mpf:
    """e^(a^2 / 2) Phi(-a)."""
    return mpmath.exp(a * a / 2) * mpmath.erfc(a / mpmath.sqrt(2)) / 2


def slope(a: mpmath.mpf) -> mpmath.mpf:
    """e^(a^2 / 2) times the derivative of x Phi(x) at -a."""
    return tail(a) - a / mpmath.sqrt(2 * mpmath.pi)


def segment(index: int) -> tuple[mpmath.mpf, mpmath.mpf]:
    """The middle, as a number a, and half of the width of the segment with that index."""
    octave, eighth = divmod(index, 8)
    start = mpmath.mpf(2) ** ((octave + 1) % 4)  # the exponent of 1 ends in the bits 11
    return start * (1 + (eighth + mpmath.mpf("0.5")) / 8) - SHIFT, start / 16


def leading(xs: Sequence[mpmath.mpf], ys: Sequence[mpmath.mpf], powers: range) -> mpmath.mpf:
    """The coefficient of the lowest power in the fit by least squares."""
    matrix, right = mpmath.matrix(len(powers)), mpmath.matrix(len(powers), 1)
    for x, y in zip(xs, ys, strict=True):
        for i, p in enumerate(powers):
            right[i] += y * x**p
            for j, q in enumerate(powers):
                matrix[i, j] += x ** (p + q)
    return mpmath.lu_solve(matrix, right)[0]


def fit(function: Function, middle: mpmath.mpf, half: mpmath.mpf) -> list[mpmath.mpf]:
    """Floats: the constant in two parts and the other coefficients, each fitted after those before it were rounded."""
    xs = [half * mpmath.cos(mpmath.pi * (2 * k + 1) / 48) for k in range(24)]
    ys = [function(middle + x) for x in xs]
    coefficients: list[mpmath.mpf] = []
    for power in range(DEGREE + 1):
        exact = leading(xs, ys, range(power, DEGREE + 1))
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
        return textwrap.fill(f"{{{text}}}", 118, initial_indent="    ", subsequent_indent="     ")

    if len(rows) == 1:
        return f"constexpr float {name}[{len(rows[0])}] =\n{numbers(rows[0])};"
    body = ",\n".join(numbers(row) for row in rows)
    return f"constexpr float {name}[normal_gate_rows][{len(rows[0])}] = {{\n{body},\n}};"


def main() -> None:
    tables = {function: [fit(function, *segment(i)) for i in range(SEGMENTS)] for function in (tail, slope)}
    relative = error(tail, tail, tables[tail])
    absolute = error(slope, lambda a: mpmath.exp(a * a / 2), tables[slope])
    powers = [mpmath.mpf(2) ** (mpmath.mpf(j) / STEPS) for j in range(STEPS)]
    high = [single(power) for power in powers]
    low = [single(power - rounded) for power, rounded in zip(powers, high, strict=True)]
    step = mpmath.log(2) / STEPS
    step_high = mpmath.floor(step * 2**16) / 2**16  # 12 bits: its product with any number of steps is exact
    print(
        f"""// Made by tools/normal_gate_tables.py.
#pragma once

namespace torchactiv {{

constexpr int normal_gate_rows = {DEGREE + 2};
constexpr double segment_shift = {float(SHIFT)};
// ln(2) / {STEPS} in two parts, the first of which has few enough bits for its product with any number of steps.
constexpr double step_high = {float(step_high).hex()}, step_low = {float(single(step - step_high)).hex()};

// Rows: the constant in two parts, and the coefficients of rising powers; columns: segments (csrc/simd/normal_gate.h).
// clang-format off
// e^(a^2 / 2) Phi(-a), to a relative error of 2^{mpmath.nstr(mpmath.log(relative, 2), 4)}.
{show("scaled_normal_tail_table", list(zip(*tables[tail], strict=True)))}
// e^(a^2 / 2) times the slope at -a, to an error of the slope of 2^{mpmath.nstr(mpmath.log(absolute, 2), 4)}.
{show("normal_gate_slope_table", list(zip(*tables[slope], strict=True)))}
// 2^(j / {STEPS}) in two parts.
{show("powers_high", [high])}
{show("powers_low", [low])}
// clang-format on

}}  // namespace torchactiv"""
    )


if __name__ == "__main__":
    main()
