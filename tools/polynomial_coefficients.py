"""Prints the polynomials of csrc/simd, lowest coefficient first, with their relative errors.

All are fitted by Chebyshev expansions, which are within a small factor of the best polynomials.
Usage: python tools/polynomial_coefficients.py [part of a name]
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import mpmath

mpmath.mp.dps = 60

REACH = mpmath.log(2) / 2 * mpmath.mpf("1.001")  # rounding may pick the neighbouring power of two


def slope(r: mpmath.mpf) -> mpmath.mpf:
    """(e^r - 1) / r, by its series near 0."""
    return mpmath.expm1(r) / r if abs(r) > mpmath.mpf("1e-20") else 1 + r / 2


def curvature(r: mpmath.mpf) -> mpmath.mpf:
    """(e^r - 1 - r) / r^2, by its series near 0."""
    return (mpmath.expm1(r) - r) / (r * r) if abs(r) > mpmath.mpf("1e-15") else mpmath.mpf(1) / 2 + r / 6


def log1p_slope(f: mpmath.mpf) -> mpmath.mpf:
    """log(1 + f) / f."""
    return mpmath.log1p(f) / f if abs(f) > mpmath.mpf("1e-20") else 1 - f / 2


def of_square(function: Callable[[mpmath.mpf], mpmath.mpf]) -> Callable[[mpmath.mpf], mpmath.mpf]:
    """function(s) / s of an odd function, as a function of s^2."""
    return lambda square: (
        function(mpmath.sqrt(square)) / mpmath.sqrt(square)
        if square
        else function(mpmath.mpf("1e-30")) * mpmath.mpf("1e30")
    )


def atanh_curvature(square: mpmath.mpf) -> mpmath.mpf:
    """(2 atanh(s) / s - 2) / s^2, by its series near 0."""
    if square < mpmath.mpf("1e-15"):
        return mpmath.mpf(2) / 3 + square * 2 / 5
    return (2 * of_square(mpmath.atanh)(square) - 2) / square


def sine_curvature(square: mpmath.mpf) -> mpmath.mpf:
    """(sin(r) / r - 1) / r^2, by its series near 0."""
    if square < mpmath.mpf("1e-15"):
        return -mpmath.mpf(1) / 6 + square / 120
    return (of_square(mpmath.sin)(square) - 1) / square


ERFCX_CENTRE = 3
NORMAL_TAIL_CENTRE = 4


def of_inverse(
    function: Callable[[mpmath.mpf], mpmath.mpf], centre: int = ERFCX_CENTRE
) -> Callable[[mpmath.mpf], mpmath.mpf]:
    """A function of a in 0 .. infinity as one of (a - centre) / (a + centre)."""

    def mapped(t: mpmath.mpf) -> mpmath.mpf:
        t = min(t, 1 - mpmath.mpf("1e-30"))
        with mpmath.workdps(100):
            return function(centre * (1 + t) / (1 - t))

    return mapped


def erfcx(a: mpmath.mpf) -> mpmath.mpf:
    """The scaled complementary error function, e^(a^2) erfc(a)."""
    if a < 1000:
        return mpmath.exp(a * a) * mpmath.erfc(a)
    series = mpmath.fsum((-1) ** n * mpmath.fac2(2 * n - 1) / (2 * a * a) ** n for n in range(15))
    return series / (a * mpmath.sqrt(mpmath.pi))


def erfcx_near(a: mpmath.mpf) -> mpmath.mpf:
    """erfcx(a) (a + centre), which is flat where erfcx falls as 1 / a."""
    return erfcx(a) * (a + ERFCX_CENTRE)


def erfcx_slope(a: mpmath.mpf) -> mpmath.mpf:
    """-erfcx'(a) (a + centre)^2, likewise."""
    return (2 / mpmath.sqrt(mpmath.pi) - 2 * a * erfcx(a)) * (a + ERFCX_CENTRE) ** 2


def normal_tail_near(a: mpmath.mpf) -> mpmath.mpf:
    """e^(a^2 / 2) Phi(-a) (a + centre), likewise."""
    return erfcx(a / mpmath.sqrt(2)) / 2 * (a + NORMAL_TAIL_CENTRE)


ERF_REACH = mpmath.mpf("4.3")  # where it is 1 - 2^-29.6


@dataclass
class Fit:
    """What to fit, where, by how many coefficients; and what makes its error the relative one of the result."""

    name: str
    function: Callable[[mpmath.mpf], mpmath.mpf]
    interval: tuple[mpmath.mpf, mpmath.mpf]
    count: int
    weight: mpmath.mpf


def relative(function: Callable[[mpmath.mpf], mpmath.mpf], interval: tuple[mpmath.mpf, mpmath.mpf]) -> mpmath.mpf:
    """One over the smallest of a monotonic function."""
    return 1 / min(abs(function(end)) for end in interval)


EVEN = (-REACH, REACH)
THIRD = (-mpmath.mpf("0.3334"), mpmath.mpf("0.3334"))
UNIT = (mpmath.mpf(-1), mpmath.mpf(1))
ERF_SQUARE = (mpmath.mpf(0), ERF_REACH**2)
SMALL_SQUARE = (mpmath.mpf(0), mpmath.mpf(1))
HALF_PI_SQUARE = (mpmath.mpf(0), (mpmath.pi / 2 * mpmath.mpf("1.0001")) ** 2)
erf_of_square, sine, arctangent = of_square(mpmath.erf), of_square(mpmath.sin), of_square(mpmath.atan)


def centred_erf(t: mpmath.mpf) -> mpmath.mpf:
    """erf(a) / a of t = 2 a^2 / reach^2 - 1."""
    return erf_of_square((t + 1) * ERF_REACH**2 / 2)


FITS = [
    Fit("single_exp", mpmath.exp, EVEN, 7, mpmath.exp(REACH)),
    Fit("single_expm1_slope", slope, EVEN, 7, 1 / slope(-REACH)),
    Fit("float_curvature", curvature, EVEN, 5, REACH / slope(-REACH)),
    Fit("fine_float_curvature", curvature, EVEN, 6, REACH / slope(-REACH)),
    Fit("double_curvature", curvature, EVEN, 11, REACH / slope(-REACH)),
    Fit("single_log1p_slope", log1p_slope, THIRD, 11, relative(log1p_slope, THIRD)),
    Fit("double_atanh_curvature", atanh_curvature, (mpmath.mpf(0), mpmath.mpf("0.0401")), 8, mpmath.mpf("0.0401") / 2),
    Fit("float_atanh_curvature", atanh_curvature, (mpmath.mpf(0), mpmath.mpf(1) / 9), 5, mpmath.mpf(1) / 18),
    Fit("single_normal_tail", of_inverse(normal_tail_near, NORMAL_TAIL_CENTRE), UNIT, 13, mpmath.sqrt(2 * mpmath.pi)),
    Fit("short_normal_tail", of_inverse(normal_tail_near, NORMAL_TAIL_CENTRE), UNIT, 10, mpmath.sqrt(2 * mpmath.pi)),
    Fit("single_erfcx", of_inverse(erfcx_near), UNIT, 14, mpmath.sqrt(mpmath.pi)),
    Fit("double_erfcx", of_inverse(erfcx_near), UNIT, 25, mpmath.sqrt(mpmath.pi)),
    Fit("single_erfcx_slope", of_inverse(erfcx_slope), UNIT, 16, mpmath.sqrt(mpmath.pi)),
    Fit("double_erfcx_slope", of_inverse(erfcx_slope), UNIT, 27, mpmath.sqrt(mpmath.pi)),
    Fit("single_erf", centred_erf, UNIT, 20, relative(centred_erf, UNIT)),
    Fit("short_small_erf", erf_of_square, SMALL_SQUARE, 7, relative(erf_of_square, SMALL_SQUARE)),
    Fit("double_small_erf", erf_of_square, SMALL_SQUARE, 12, relative(erf_of_square, SMALL_SQUARE)),
    Fit("single_sine", sine, HALF_PI_SQUARE, 6, relative(sine, HALF_PI_SQUARE)),
    Fit("double_sine_curvature", sine_curvature, HALF_PI_SQUARE, 8, HALF_PI_SQUARE[1] * relative(sine, HALF_PI_SQUARE)),
    Fit("single_arctangent", arctangent, SMALL_SQUARE, 11, relative(arctangent, SMALL_SQUARE)),
    Fit("double_arctangent", arctangent, SMALL_SQUARE, 21, relative(arctangent, SMALL_SQUARE)),
]


def main() -> None:
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    for fit in FITS:
        if wanted not in fit.name:
            continue
        coefficients, error = mpmath.chebyfit(fit.function, list(fit.interval), fit.count, error=True)
        print(f"// Relative error: 2^{mpmath.nstr(mpmath.log(error * fit.weight, 2), 4)}.")
        print(f"constexpr double {fit.name}[] = {{")
        print(",\n".join(f"    {float(coefficient).hex()}" for coefficient in reversed(coefficients)) + ",\n};")


if __name__ == "__main__":
    main()
