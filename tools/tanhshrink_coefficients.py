"""Prints the ratio of polynomials by which ops/tanhshrink.h calculates x - tanh(x), highest power first, and its error.

Lambert's continued fraction tanh(x) = x / (1 + x^2 / (3 + x^2 / (5 + ..))) gives x - tanh(x) = x^3 / (k + x^2), where
k = 3 + x^2 / (5 + x^2 / (7 + ..)) is cut off behind LAST. Usage: python tools/tanhshrink_coefficients.py
"""

import mpmath

mpmath.mp.dps = 40
LAST = 17


def fraction() -> tuple[list[int], list[int]]:
    """Numerator and denominator of k, polynomials in x^2."""
    numerator, denominator = [LAST], [1]
    for odd in range(LAST - 2, 1, -2):
        times_square = [*denominator, 0]
        scaled = [odd * c for c in numerator]
        width = max(len(times_square), len(scaled))
        padded = [[0] * (width - len(p)) + p for p in (times_square, scaled)]
        numerator, denominator = [a + b for a, b in zip(*padded, strict=True)], numerator
    return numerator, denominator


def main() -> None:
    numerator, denominator = fraction()

    def error(x: mpmath.mpf) -> mpmath.mpf:
        square = x * x
        k = mpmath.polyval(numerator, square) / mpmath.polyval(denominator, square)
        return abs(1 - x * square / (k + square) / (x - mpmath.tanh(x)))

    largest = max(error(mpmath.mpf(i) / 64) for i in range(1, 65))
    print(
        f"numerator {numerator}\ndenominator {denominator}\nrelative error 2^{mpmath.nstr(mpmath.log(largest, 2), 4)}"
    )


if __name__ == "__main__":
    main()
