"""Prints the polynomials of csrc/simd/exponential.h, lowest coefficient first, with their relative errors.

All are fitted on |r| <= ln(2) / 2 by Chebyshev expansions, which are within a small factor of the best polynomials.
Usage: python tools/exponential_coefficients.py
"""

from collections.abc import Callable

import mpmath

mpmath.mp.dps = 60

REACH = mpmath.log(2) / 2 * mpmath.mpf("1.001")  # rounding may pick the neighbouring power of two


def slope(r: mpmath.mpf) -> mpmath.mpf:
    """(e^r - 1) / r, by its series near 0."""
    return mpmath.expm1(r) / r if abs(r) > mpmath.mpf("1e-20") else 1 + r / 2


def curvature(r: mpmath.mpf) -> mpmath.mpf:
    """(e^r - 1 - r) / r^2, by its series near 0."""
    return (mpmath.expm1(r) - r) / (r * r) if abs(r) > mpmath.mpf("1e-15") else mpmath.mpf(1) / 2 + r / 6


# Name, function, number of coefficients, and the power of r by which an error of the polynomial is multiplied where it
# is compared with e^r (first) or e^r - 1 (the others).
FITS: list[tuple[str, Callable[[mpmath.mpf], mpmath.mpf], int, int]] = [
    ("single_exp", mpmath.exp, 7, 0),
    ("single_expm1_slope", slope, 7, 0),
    ("float_curvature", curvature, 5, 1),
    ("fine_float_curvature", curvature, 6, 1),
    ("double_curvature", curvature, 11, 1),
]


def main() -> None:
    for name, function, count, power in FITS:
        coefficients, error = mpmath.chebyfit(function, [-REACH, REACH], count, error=True)
        smallest = mpmath.exp(-REACH) if function is mpmath.exp else slope(-REACH)
        bound = mpmath.log(error * REACH**power / smallest, 2)
        print(f"// Relative error: 2^{mpmath.nstr(bound, 4)}.")
        print(f"constexpr double {name}[] = {{")
        print(",\n".join(f"    {float(coefficient).hex()}" for coefficient in reversed(coefficients)) + ",\n};")


if __name__ == "__main__":
    main()
