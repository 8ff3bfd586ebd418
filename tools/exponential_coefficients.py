"""Prints the coefficients of csrc/simd/exponential.h, with the relative error of the approximation.

e^r - 1 = r + r^2 Q(r) for |r| <= ln(2) / 2; Q is fitted by a Chebyshev expansion, which is within a small factor of
the best polynomial. Usage: python tools/exponential_coefficients.py
"""

import mpmath

mpmath.mp.dps = 60

REACH = mpmath.log(2) / 2 * mpmath.mpf("1.001")  # rounding may pick the neighbouring power of two


def quotient(r: mpmath.mpf) -> mpmath.mpf:
    """(e^r - 1 - r) / r^2, by its series near 0."""
    if abs(r) < mpmath.mpf("1e-15"):
        return mpmath.mpf(1) / 2 + r / 6 + r * r / 24
    return (mpmath.expm1(r) - r) / (r * r)


def main() -> None:
    for name, count in (("single_quotient", 6), ("double_quotient", 11)):
        coefficients, error = mpmath.chebyfit(quotient, [-REACH, REACH], count, error=True)
        relative = mpmath.log(error * REACH, 2)
        print(f"// Relative error of r + r^2 Q(r) against e^r - 1: 2^{mpmath.nstr(relative, 4)}.")
        print(f"constexpr double {name}[] = {{")
        for coefficient in reversed(coefficients):
            print(f"    {float(coefficient).hex()},")
        print("};")


if __name__ == "__main__":
    main()
