"""Prints csrc/simd/single_tables.h: functions by segments, in doubles, to the digits that a float needs.

Usage: python tools/single_tables.py > csrc/simd/single_tables.h
"""

import struct
import textwrap
from collections.abc import Callable, Sequence
from itertools import pairwise

import mpmath

mpmath.mp.dps = 50
Function = Callable[[mpmath.mpf], mpmath.mpf]
Coefficients = list[mpmath.mpf]
SEGMENTS = 16
ERF_STEP, LOG1P_STEP = mpmath.mpf(19) / 64, mpmath.mpf(1) / (SEGMENTS - 1)
PARTS = 8  # of an octave
EXP_REACH = mpmath.log(2) / PARTS / 2 * mpmath.mpf("1.001")  # rounding may pick the neighbouring part


def fit(function: Function, start: mpmath.mpf, end: mpmath.mpf, count: int) -> Coefficients:
    """The polynomial with the least relative error, with rising powers, by Remez's exchange."""
    points = [(start + end) / 2 - (end - start) / 2 * mpmath.cos(mpmath.pi * k / count) for k in range(count + 1)]
    grid = [start + (end - start) * k / 1000 for k in range(1001)]
    exact = [function(d) for d in grid]
    for _ in range(6):
        matrix, right = mpmath.matrix(count + 1, count + 1), mpmath.matrix(count + 1, 1)
        for row, point in enumerate(points):
            right[row] = function(point)
            for power in range(count):
                matrix[row, power] = point**power
            matrix[row, count] = (-1) ** row * right[row]
        coefficients = list(mpmath.lu_solve(matrix, right))[:count]
        errors = [mpmath.polyval(coefficients[::-1], d) / f - 1 for d, f in zip(grid, exact, strict=True)]
        changes = [0, *(i for i in range(1, len(grid)) if (errors[i] > 0) != (errors[i - 1] > 0)), len(grid)]
        points = [grid[max(range(low, high), key=lambda i: abs(errors[i]))] for low, high in pairwise(changes)]
    return [mpmath.mpf(float(c)) for c in coefficients]


def error(function: Function, coefficients: Coefficients, start: mpmath.mpf, end: mpmath.mpf) -> mpmath.mpf:
    """The largest relative one."""
    points = [start + (end - start) * k / 200 for k in range(201)]
    return max(abs(mpmath.polyval(coefficients[::-1], d) / function(d) - 1) for d in points if function(d))


def segments(function: Function, step: mpmath.mpf, rows: int, ends_in_one: bool) -> tuple[list[Coefficients], str]:
    """function(k step + d) with rising powers of d, and log2 of the largest relative error.

    The first segment begins at 0, where the function is 0, and keeps its relative error there.
    """
    table: list[Coefficients] = []
    worst = mpmath.mpf(0)
    for k in range(SEGMENTS):
        if ends_in_one and k == SEGMENTS - 1:
            table.append([mpmath.mpf(1)] + [mpmath.mpf(0)] * (rows - 1))
            continue

        def shifted(d: mpmath.mpf, middle: mpmath.mpf = k * step) -> mpmath.mpf:
            return function(middle + d)

        start, end = -step / 2 if k else mpmath.mpf("1e-20"), step / 2
        if k:
            table.append(fit(shifted, start, end, rows))
        else:
            table.append([mpmath.mpf(0), *fit(lambda d: function(d) / d, start, end, rows - 1)])
        worst = max(worst, error(shifted, table[-1], start, end))
    return table, mpmath.nstr(mpmath.log(worst, 2), 4)


def show(row: Sequence[mpmath.mpf | float], indentation: str = "      ") -> str:
    """As an array of C++."""
    text = ", ".join(float(c).hex() for c in row)
    return textwrap.fill(f"{{{text}}}", 116, initial_indent=indentation, subsequent_indent=indentation + " ")


def show_table(table: list[Coefficients]) -> str:
    """Row by row, a row of the coefficients of one power."""
    return ",\n".join(show(row) for row in zip(*table, strict=True))


def power(part: int) -> float:
    """2^(part / PARTS), less what the part itself adds to the bits of a number when it is shifted to the exponent."""
    (bits,) = struct.unpack("<q", struct.pack("<d", float(mpmath.mpf(2) ** (mpmath.mpf(part) / PARTS))))
    (result,) = struct.unpack("<d", struct.pack("<q", bits - (part * (1 << 52)) // PARTS))
    return float(result)


def slope(r: mpmath.mpf) -> mpmath.mpf:
    """(e^r - 1) / r."""
    return mpmath.expm1(r) / r if r else mpmath.mpf(1)


def main() -> None:
    slopes = {count: fit(slope, -EXP_REACH, EXP_REACH, count) for count in (4, 5)}
    bounds = {
        count: mpmath.nstr(mpmath.log(error(slope, row, -EXP_REACH, EXP_REACH), 2), 4) for count, row in slopes.items()
    }
    of_exp = mpmath.nstr(
        mpmath.log(error(mpmath.exp, [mpmath.mpf(1), *slopes[4]], -EXP_REACH, EXP_REACH), 2),
        4,
    )
    erf, erf_bound = segments(mpmath.erf, ERF_STEP, 7, ends_in_one=True)
    log1p, log1p_bound = segments(mpmath.log1p, LOG1P_STEP, 6, ends_in_one=False)
    print(
        f"""// Made by tools/single_tables.py.
#pragma once

namespace torchactiv {{

// Rows: coefficients of rising powers of d; columns: segments.
// clang-format off
struct SingleTables {{
  // 2^(j / {PARTS}), from whose bits j is taken where a shift by {52 - PARTS.bit_length() + 1} bits will add it.
  static constexpr double power[{PARTS}] =
{show([power(j) for j in range(PARTS)])};
  // (e^r - 1) / r of |r| <= ln(2) / {2 * PARTS}, to a relative error of 2^{bounds[4]}; e^r by it to 2^{of_exp}.
  static constexpr double slope[4] =
{show(slopes[4])};
  // The same, to a relative error of 2^{bounds[5]}.
  static constexpr double fine_slope[5] =
{show(slopes[5])};
  // erf(k erf_step + d) of |d| <= erf_step / 2, to a relative error of 2^{erf_bound}.
  static constexpr double erf_step = {float(ERF_STEP).hex()};
  static constexpr double erf[{len(erf[0])}][{SEGMENTS}] = {{
{show_table(erf)},
  }};
  // log(1 + k log1p_step + d) of |d| <= log1p_step / 2, to a relative error of 2^{log1p_bound}.
  static constexpr double log1p_step = {float(LOG1P_STEP).hex()};
  static constexpr double log1p[{len(log1p[0])}][{SEGMENTS}] = {{
{show_table(log1p)},
  }};
}};
// clang-format on

}}  // namespace torchactiv"""
    )


if __name__ == "__main__":
    main()
