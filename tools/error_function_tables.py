"""Prints csrc/simd/error_function_tables.h: the error function by segments, each around a multiple of the step.

Usage: python tools/error_function_tables.py > csrc/simd/error_function_tables.h
"""

import textwrap
from collections.abc import Sequence

import mpmath

mpmath.mp.dps = 50
STEP, SEGMENTS, DEGREE = mpmath.mpf(13) / 32, 16, 12


def polynomial(middle: mpmath.mpf) -> list[mpmath.mpf]:
    """(erf(middle + d) - erf(middle)) / d through Chebyshev's points, with rising powers of d."""
    nodes = [STEP / 2 * mpmath.cos(mpmath.pi * (2 * k + 1) / (2 * DEGREE)) for k in range(DEGREE)]
    nodes = [node if abs(node) > 1e-9 else mpmath.mpf(2) ** -30 for node in nodes]  # at 0 the quotient is a limit
    matrix = mpmath.matrix(DEGREE, DEGREE)
    right = mpmath.matrix(DEGREE, 1)
    for row, d in enumerate(nodes):
        right[row] = (mpmath.erf(middle + d) - mpmath.erf(middle)) / d
        for power in range(DEGREE):
            matrix[row, power] = d**power
    return [mpmath.mpf(float(mpmath.chop(c, tol=1e-30))) for c in mpmath.lu_solve(matrix, right)]


def error(middle: mpmath.mpf, coefficients: list[mpmath.mpf]) -> mpmath.mpf:
    """The largest relative error in that segment."""
    worst = mpmath.mpf(0)
    for step in range(-40, 41):
        d = STEP / 2 * step / 40
        exact = mpmath.erf(middle + d)
        if exact and middle + d > 0:
            worst = max(worst, abs(coefficients[0] + d * mpmath.polyval(coefficients[:0:-1], d) - exact) / exact)
    return worst


def show(row: Sequence[mpmath.mpf]) -> str:
    """As an array of C++."""
    text = ", ".join(float(c).hex() for c in row)
    return textwrap.fill(f"{{{text}}}", 116, initial_indent="      ", subsequent_indent="       ")


def main() -> None:
    table = []
    for k in range(SEGMENTS):
        middle = k * STEP
        constant = mpmath.mpf(float(mpmath.erf(middle)))
        # From where the constant is 1 nothing is left that a double could tell from it.
        rest = polynomial(middle) if constant < 1 else [mpmath.mpf(0)] * DEGREE
        table.append([constant, *rest])
    bound = mpmath.nstr(mpmath.log(max(error(k * STEP, row) for k, row in enumerate(table)), 2), 4)
    rows = ",\n".join(show(row) for row in zip(*table, strict=True))
    print(
        f"""// Made by tools/error_function_tables.py.
#pragma once

namespace torchactiv {{

// erf(k step + d) of |d| <= step / 2, to a relative error of 2^{bound}. Rows: coefficients of rising powers of d;
// columns: k.
// clang-format off
struct ErrorFunctionTables {{
  static constexpr double step = {float(STEP).hex()};
  static constexpr double erf[{DEGREE + 1}][{SEGMENTS}] = {{
{rows},
  }};
}};
// clang-format on

}}  // namespace torchactiv"""
    )


if __name__ == "__main__":
    main()
