"""Prints the constants of MillsRatio and FineMillsRatio in csrc/simd/normal_gate.h.

e^(a^2 / 2) Phi(-a) is (1 + excess) / (constant + factor a). The steeper the divisor, the smaller the excess, the less
its rounding matters, and the higher the degree of its polynomial.
Usage: python tools/mills_ratio_coefficients.py
"""

import mpmath
import numpy

mpmath.mp.dps = 40
FARTHEST, SAMPLES, REFINEMENTS = mpmath.mpf("14.7"), 150, 60
RATIOS = {"MillsRatio": ("1.92", 14), "FineMillsRatio": ("2.1", 16)}  # steepness and degree
CONSTANT_UNIT = 1024  # so that the difference of constant + factor a and constant is exact

Numbers = numpy.ndarray


def single(value: mpmath.mpf) -> mpmath.mpf:
    """Rounded to a float."""
    return mpmath.mpf(float(numpy.float32(float(value))))


def tail(a: mpmath.mpf) -> mpmath.mpf:
    """e^(a^2 / 2) Phi(-a)."""
    return mpmath.exp(a * a / 2) * mpmath.erfc(a / mpmath.sqrt(2)) / 2


def best(powers: Numbers, values: Numbers, weights: Numbers) -> Numbers:
    """Coefficients of the polynomial with the least largest weighted error, by Lawson's algorithm."""
    shares, least, result = weights**2, numpy.inf, numpy.zeros(powers.shape[1])
    for _ in range(REFINEMENTS):
        roots = numpy.sqrt(shares)
        candidate = numpy.linalg.lstsq(powers * roots[:, None], values * roots, rcond=None)[0]
        errors = numpy.abs(values - powers @ candidate) * weights
        if errors.max() < least:
            least, result = errors.max(), candidate
        shares = shares * (errors + 1e-3 * errors.max())
        shares /= shares.sum()
    return result


def rounded_fit(ts: list[mpmath.mpf], ys: list[mpmath.mpf], highest: int) -> list[mpmath.mpf]:
    """Floats, the highest first, each followed by a fit of those below it to what rounding has left."""
    points, weights = numpy.array(ts, dtype=float), numpy.array([1 / (1 + y) for y in ys], dtype=float)
    coefficients: list[mpmath.mpf] = []
    for degree in range(highest, -1, -1):
        powers = numpy.vander(points, degree + 1, increasing=True)
        coefficient = single(best(powers, numpy.array(ys, dtype=float), weights)[-1])
        coefficients.insert(0, coefficient)
        ys = [y - coefficient * t**degree for t, y in zip(ts, ys, strict=True)]
    return coefficients


def show(name: str, steepness: mpmath.mpf, degree: int) -> None:
    """Prints one structure."""
    products = [tail(a) * (2 + steepness * a) for a in mpmath.linspace(0, FARTHEST, 201)]
    centre = (min(products) + max(products)) / 2
    constant = mpmath.nint(2 / centre * CONSTANT_UNIT) / CONSTANT_UNIT
    factor = single(steepness / centre)
    ends = 1 / (constant + factor * FARTHEST), 1 / constant
    scale, shift = single(2 / (ends[1] - ends[0])), single(-(ends[1] + ends[0]) / (ends[1] - ends[0]))
    left, right = (scale * end + shift for end in ends)
    nodes = [mpmath.cos(mpmath.pi * (2 * k + 1) / (2 * SAMPLES)) for k in range(SAMPLES)]
    ts = [(left + right) / 2 + (right - left) / 2 * node for node in nodes]
    ys = [tail((1 / ((t - shift) / scale) - constant) / factor) * scale / (t - shift) - 1 for t in ts]
    coefficients = rounded_fit(ts, ys, degree)
    errors = [abs(y - mpmath.polyval(coefficients[::-1], t)) / (1 + y) for t, y in zip(ts, ys, strict=True)]
    print(f"// Largest excess: {mpmath.nstr(max(map(abs, ys)), 4)}.\nstruct {name} {{")
    for member, value in (("constant", constant), ("factor", factor), ("scale", scale), ("shift", shift)):
        print(f"  static constexpr double {member} = {float(value).hex()};")
    print(f"  // To a relative error of the ratio of 2^{mpmath.nstr(mpmath.log(max(errors), 2), 4)}.")
    print(f"  static constexpr double excess[] = {{{', '.join(float(c).hex() for c in coefficients)}}};\n}};")


def main() -> None:
    """Prints both."""
    for name, (steepness, degree) in RATIOS.items():
        show(name, mpmath.mpf(steepness), degree)


if __name__ == "__main__":
    main()
