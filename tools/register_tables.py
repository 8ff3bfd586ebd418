"""Prints csrc/simd/register_tables.h: what functions need that are looked up in registers.

A function is a polynomial in each of 32 segments. A segment is a part of an octave of a + shift, so that the five bits
that name it and its middle are bits of that float. The first segments are those of the last octave where a + shift
starts later. Usage: python tools/register_tables.py > csrc/simd/register_tables.h
"""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import mpmath
import numpy
from mpmath import mpf

mpmath.mp.dps = 40
Function = Callable[[mpf], mpf]

SEGMENTS = 32
STEPS = 16  # of the powers of two, in an octave
POWER_BITS = 9  # so few that the sum of 1 and a power not below 2^-14 is exact


@dataclass(frozen=True)
class Segments:
    """Of a, from 0 to farthest."""

    parts: int
    """Of an octave."""
    shift: mpf
    farthest: mpf

    def __post_init__(self) -> None:
        middle, half = max(self(index) for index in range(SEGMENTS))
        if middle + half < self.farthest:
            raise ValueError(f"{SEGMENTS} segments from {self.shift} end before {self.farthest}")

    def __call__(self, index: int) -> tuple[mpf, mpf]:
        """The middle, as a number a, and half of the width of the segment with that index."""
        octaves = SEGMENTS // self.parts
        octave, part = divmod(index, self.parts)
        exponent = (octave - 127) % octaves - 4 * octaves  # as the lowest bits of the float's have it
        while mpf(2) ** exponent * (1 + mpf(part + 1) / self.parts) <= self.shift:
            exponent += octaves
        start = mpf(2) ** exponent
        return start * (1 + (part + mpf("0.5")) / self.parts) - self.shift, start / self.parts / 2

    def error(self, function: Function, unit: Function, table: Sequence[Sequence[mpf]]) -> mpf:
        """The largest error in units."""
        worst = mpf(0)
        for index, (constant, *others) in enumerate(table):
            middle, half = self(index)
            for step in range(-20, 21):
                d = half * step / 20
                if 0 <= middle + d <= self.farthest:
                    value = constant + sum(c * d**power for power, c in enumerate(others))
                    worst = max(worst, abs(value - function(middle + d)) / unit(middle + d))
        return worst

    def table(self, name: str, what: str, function: Function, unit: Function, degree: int = 5) -> str:
        """The polynomials of all segments, headed by their largest error in units."""
        polynomials = [fit(function, degree, *self(index)) for index in range(SEGMENTS)]
        bound = mpmath.nstr(mpmath.log(self.error(function, unit, polynomials), 2), 4)
        return f"  // {what} of 2^{bound}.\n{show(name, list(zip(*polynomials, strict=True)))}"

    def constants(self) -> str:
        """What C++ finds a segment by."""
        return (
            f"  static constexpr int parts = {self.parts};\n"
            f"  static constexpr double shift = {float(self.shift)}, farthest = {float(self.farthest)};"
        )


def single(value: mpf) -> mpf:
    """Rounded to a float."""
    return mpf(float(numpy.float32(float(value))))


def leading(xs: Sequence[mpf], ys: Sequence[mpf], powers: range) -> mpf:
    """The coefficient of the lowest power in the fit by least squares."""
    matrix, right = mpmath.matrix(len(powers)), mpmath.matrix(len(powers), 1)
    for x, y in zip(xs, ys, strict=True):
        for i, p in enumerate(powers):
            right[i] += y * x**p
            for j, q in enumerate(powers):
                matrix[i, j] += x ** (p + q)
    return mpmath.lu_solve(matrix, right)[0]


def fit(function: Function, degree: int, middle: mpf, half: mpf) -> list[mpf]:
    """Floats: the constant in two parts and the other coefficients, each fitted after those before it were rounded."""
    xs = [half * mpmath.cos(mpmath.pi * (2 * k + 1) / 48) for k in range(24)]
    ys = [function(middle + x) for x in xs]
    coefficients: list[mpf] = []
    for power in range(degree + 1):
        exact = leading(xs, ys, range(power, degree + 1))
        parts = [single(exact), single(exact - single(exact))][: 2 if power == 0 else 1]
        coefficients += parts
        ys = [y - sum(parts) * x**power for x, y in zip(xs, ys, strict=True)]
    return coefficients


def exponential_curvature(reach: mpf) -> tuple[list[mpf], mpf]:
    """c0 and c1, as floats, of r + r^2 (c0 + c1 r) for e^r - 1; and the error.

    They are right where r^2 / reach^2 is 2 sqrt(2) - 2, from which r^2 (r^2 - that reach^2) goes as far to one side as
    to the other.
    """

    def curvature(r: mpf) -> mpf:
        return (mpmath.expm1(r) - r) / r**2

    x = mpmath.sqrt(2 * mpmath.sqrt(2) - 2) * reach
    ends = curvature(-x), curvature(x)
    coefficients = [single(sum(ends) / 2), single((ends[1] - ends[0]) / (2 * x))]
    points = [reach * k / 200 for k in range(-200, 201) if k]
    error = max(abs(r**2 * (curvature(r) - coefficients[0] - coefficients[1] * r)) for r in points)
    return coefficients, error


def show(name: str, rows: Sequence[Sequence[mpf]]) -> str:
    """As an array of C++, of rows or of numbers."""

    def numbers(row: Sequence[mpf]) -> str:
        text = ", ".join(f"{float(f'{float(value):.9g}')}f" for value in row)
        return textwrap.fill(f"{{{text}}}", 116, initial_indent="      ", subsequent_indent="       ")

    size = len(rows[0])
    if len(rows) == 1:
        return f"  static constexpr float {name}[{size}] =\n{numbers(rows[0])};"
    body = ",\n".join(numbers(row) for row in rows)
    return f"  static constexpr float {name}[{len(rows)}][{size}] = {{\n{body},\n  }};"


def in_parts(value: mpf, bits: int) -> tuple[str, str]:
    """A multiple of 2^-bits, and the rest as a float."""
    high = mpmath.floor(value * mpf(2) ** bits) / mpf(2) ** bits
    return float(high).hex(), float(single(value - high)).hex()


def exponential() -> list[str]:
    """2^(j / STEPS), and what a step of j is."""
    exact = [mpf(2) ** (mpf(j) / STEPS) for j in range(STEPS)]
    powers = [mpmath.nint(power * 2**POWER_BITS) / 2**POWER_BITS for power in exact]
    missing = [single(mpmath.log(power / rounded)) for power, rounded in zip(exact, powers, strict=True)]
    step_high, step_low = in_parts(mpmath.log(2) / STEPS, 16)
    reach = mpmath.log(2) / STEPS / 2 * mpf("1.001") + max(map(abs, missing))
    curvature, error = exponential_curvature(reach)
    return [
        f"  static constexpr int steps = {STEPS};",
        f"  // ln(2) / {STEPS} in two parts: the first has so few bits that its product with any number of steps is"
        f" exact.\n  static constexpr double step_high = {step_high}, step_low = {step_low};",
        f"  // 2^(j / {STEPS}), rounded to {POWER_BITS} bits behind the point, and what the logarithms then lack.",
        show("powers", [powers]),
        show("missing_logarithms", [missing]),
        f"  // r + r^2 (c0 + c1 r) against e^r - 1 of |r| <= {mpmath.nstr(reach, 3)}, to an error of"
        f" 2^{mpmath.nstr(mpmath.log(error, 2), 4)}.",
        f"  static constexpr double curvature[2] = {{{', '.join(float(c).hex() for c in curvature)}}};",
    ]


def normal_gate() -> list[str]:
    """The shift puts the zero of the slope, at 0.7518, near the middle of a segment, where its polynomial is exact."""

    def tail(a: mpf) -> mpf:
        return mpmath.exp(a * a / 2) * mpmath.erfc(a / mpmath.sqrt(2)) / 2

    def slope(a: mpf) -> mpf:
        return tail(a) - a / mpmath.sqrt(2 * mpmath.pi)

    segments = Segments(8, mpf("1.1875"), mpf("14.6"))
    bell = "e^(a^2 / 2) times the slope at -a, to an error of the slope"
    return [
        segments.constants(),
        segments.table("tail", "e^(a^2 / 2) Phi(-a), to a relative error", tail, tail),
        segments.table("slope", bell, slope, lambda a: mpmath.exp(a * a / 2)),
    ]


def tanh_gate() -> tuple[list[str], list[str]]:
    """The gate, and its slope, which has its zero at 0.7524, near the middle of a segment that is half as wide."""
    linear = mpmath.sqrt(8 / mpmath.pi)
    cubic = mpf("0.044715") * linear

    def exponent(a: mpf) -> mpf:
        return a * (linear + cubic * a * a)

    def tail(a: mpf) -> mpf:
        return 1 / (1 + mpmath.exp(-exponent(a)))

    def slope(a: mpf) -> mpf:
        return tail(a) * (1 - a * (linear + 3 * cubic * a * a) * tail(a))

    segments, of_slope = Segments(16, mpf("4"), mpf("11")), Segments(8, mpf("1.1875"), mpf("11"))
    linear_high, linear_low = in_parts(linear, 20)
    cubic_low = float(single(cubic - single(cubic))).hex()
    return [
        segments.constants(),
        "  // v = linear a + cubic a^3, of coefficients in two parts: the first has so few bits that what is added to"
        " it can\n  // be told from the sum exactly.\n"
        f"  static constexpr double linear_high = {linear_high}, linear_low = {linear_low},\n"
        f"                          cubic_high = {float(single(cubic)).hex()}, cubic_low = {cubic_low};",
        segments.table("tail", "1 / (1 + e^-v), to a relative error", tail, tail),
    ], [
        of_slope.constants(),
        of_slope.table(
            "slope",
            "e^v times the slope at -a, to an error of the slope",
            slope,
            lambda a: mpmath.exp(exponent(a)),
        ),
    ]


def hyperbolic_tangent() -> list[str]:
    """Beyond the farthest a it is 1 to the last digit."""

    def quotient(a: mpf) -> mpf:
        return mpmath.tanh(a) / a if a else mpf(1)

    segments = Segments(16, mpf("3.125"), mpf("9.25"))
    return [segments.constants(), segments.table("quotient", "tanh(a) / a, to a relative error", quotient, quotient)]


def tanhshrink() -> list[str]:
    """Beyond the farthest a it is a - 1 to the last digit."""

    def quotient(a: mpf) -> mpf:
        with mpmath.workdps(60):
            return mpf(2) ** 48 * (1 - mpmath.tanh(a) / a) / a**2 if a else mpf(2) ** 48 / 3

    segments = Segments(16, mpf("3.125"), mpf("9.25"))
    return [
        segments.constants(),
        segments.table("quotient", "2^48 (a - tanh(a)) / a^3, to a relative error", quotient, quotient),
    ]


def softplus() -> list[str]:
    """Beyond the farthest a the quotient is 1 to the last digit."""

    def tail(a: mpf) -> mpf:
        return mpmath.log1p(mpmath.exp(-a)) * mpmath.exp(a)

    segments = Segments(8, mpf("1.25"), mpf("18.5"))
    return [segments.constants(), segments.table("tail", "e^a ln(1 + e^-a), to a relative error", tail, tail, 4)]


def main() -> None:
    gate, gate_slope = tanh_gate()
    structures = {
        "ExponentialTables": ("csrc/simd/tabled_exponential.h", exponential()),
        "NormalGateTables": ("csrc/simd/tabled_normal_gate.h", normal_gate()),
        "TanhGateTables": ("csrc/simd/tabled_tanh_gate.h", gate),
        "TanhGateSlopeTables": ("csrc/simd/tabled_tanh_gate.h", gate_slope),
        "HyperbolicTangentTables": ("csrc/simd/tabled_tanh.h", hyperbolic_tangent()),
        "TanhshrinkTables": ("csrc/simd/tabled_tanhshrink.h", tanhshrink()),
        "SoftplusTables": ("csrc/simd/tabled_softplus.h", softplus()),
    }
    print(
        "// Made by tools/register_tables.py. Polynomials of 32 segments of a number a: columns are segments, rows\n"
        "// the constant in two parts and the coefficients of rising powers.\n#pragma once\n"
        "\nnamespace torchactiv {\n\n// clang-format off"
    )
    for name, (user, members) in structures.items():
        print(f"// What {user} needs.\nstruct {name} {{\n" + "\n".join(members) + "\n};\n")
    print("// clang-format on\n\n}  // namespace torchactiv")


if __name__ == "__main__":
    main()
