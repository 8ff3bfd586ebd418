"""Fits the rational functions of ops/rational_formula.h to named activations, as Rational starts from them.

Degrees are 5 and 4, and the range is -3 to 3, as in Molina, Schramowski & Kersting 2019, arXiv:1907.06732. Each fit
minimises the largest error, by least squares whose weights grow where the error is large. Writes

- python_bindings/torchactiv/rational_coefficients.json: coefficients of each version and activation, with the largest
  error in the range;
- ops/rational_initials.h: those of leaky_relu, which the operators' modules start from.

Usage: python tools/rational_coefficients.py
"""

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares  # type: ignore[import-untyped]
from scipy.special import erf, expit  # type: ignore[import-untyped]

Array = NDArray[np.float64]
ROOT = Path(__file__).parents[1]
NUMERATOR, DENOMINATOR, RANGE, POINTS = 5, 4, 3.0, 601
LEAST = 0.1  # of the denominator of version N, which nothing else keeps from zero

ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x),
    "relu": lambda x: np.maximum(x, 0),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "gelu": lambda x: x * (1 + erf(x / math.sqrt(2))) / 2,
    "identity": lambda x: x,
    "mish": lambda x: x * np.tanh(np.logaddexp(0, x)),
    "sigmoid": expit,
    "silu": lambda x: x * expit(x),
    "softplus": lambda x: np.logaddexp(0, x),
    "tanh": np.tanh,
}
NAMES = {"A": "sum_of_magnitudes", "B": "magnitude_of_sum", "C": "least_magnitude", "N": "plain"}


def count(version: str) -> int:
    """How many coefficients the denominator has."""
    return DENOMINATOR + 1 if version == "C" else DENOMINATOR


def denominator(version: str, q: Array, x: Array) -> Array:
    """Q(x)."""
    first = 0 if version == "C" else 1
    terms = q * np.power.outer(x, np.arange(first, first + q.size))
    if version == "A":
        return np.asarray(1 + np.abs(terms).sum(-1))
    total = terms.sum(-1)
    return np.asarray({"B": 1 + np.abs(total), "C": 0.1 + np.abs(total), "N": 1 + total}[version])


def rational(version: str, coefficients: Array, x: Array) -> Array:
    """P(x) / Q(x)."""
    p, q = np.split(coefficients, [NUMERATOR + 1])
    return np.asarray(np.polynomial.polynomial.polyval(x, p) / denominator(version, q, x))


def fit(version: str, target: Callable[[Array], Array]) -> tuple[Array, float]:
    """Coefficients, and their largest error."""
    x = np.linspace(-RANGE, RANGE, POINTS)
    wide = np.concatenate([np.linspace(-20, 20, 401), [-1e3, 1e3]])
    exact = target(x)
    generator = np.random.default_rng(0)
    best, smallest = np.zeros(NUMERATOR + 1 + count(version)), math.inf
    for _ in range(6):
        start = 0.3 * generator.standard_normal(best.size)
        if version == "N":
            start[NUMERATOR + 1 :] = [0, 0.3, 0, 0.1]
        weights = np.ones(POINTS)
        for _ in range(25):

            def residuals(c: Array, weights: Array = weights) -> Array:
                error = np.sqrt(weights) * (rational(version, c, x) - exact)
                if version != "N":
                    return np.asarray(error)
                below = np.minimum(0, denominator(version, c[NUMERATOR + 1 :], wide) - LEAST)
                return np.concatenate([error, 100 * np.maximum(below, -10)])

            start = least_squares(residuals, start, method="trf", x_scale="jac", max_nfev=300).x
            error = np.abs(rational(version, start, x) - exact)
            if error.max() < smallest and not (
                version == "N" and denominator(version, start[NUMERATOR + 1 :], wide).min() < LEAST / 2
            ):
                best, smallest = start.copy(), float(error.max())
            if error.max() < 1e-12:
                break
            weights = weights * (0.1 + error / error.max())
            weights /= weights.mean()
    if version == "A":
        best[NUMERATOR + 1 :] = np.abs(best[NUMERATOR + 1 :])  # their signs make no difference
    return best, smallest


def largest_error(version: str, coefficients: Array, target: Callable[[Array], Array]) -> float:
    """In the range, in two digits that are no less."""
    x = np.linspace(-RANGE, RANGE, 200001)
    error = float(np.abs(rational(version, coefficients, x) - target(x)).max())
    unit = 10.0 ** (math.floor(math.log10(error)) - 1) if error > 0 else 1.0
    return float(f"{math.ceil(error / unit) * unit:.2g}")


def main() -> None:
    rows: dict[str, dict[str, object]] = {}
    initials = []
    for version, name in NAMES.items():
        for activation, target in ACTIVATIONS.items():
            coefficients, _ = fit(version, target)
            p, q = ([float(f"{c:.9g}") for c in part] for part in np.split(coefficients, [NUMERATOR + 1]))
            error = largest_error(version, np.array(p + q), target)
            rows.setdefault(version, {})[activation] = {
                "numerator": p,
                "denominator": q,
                "error": error,
            }
            print(f"{version} {activation:10} {error:.2g}", flush=True)
            if activation == "leaky_relu":
                texts = [", ".join(map(repr, part)) for part in (p, q)]
                initials.append(
                    f"namespace {name} {{\n// Within {error:.2g} of leaky_relu from -3 to 3.\n"
                    f"inline constexpr std::array numerator{{{texts[0]}}};\n"
                    f"inline constexpr std::array denominator{{{texts[1]}}};\n}}  // namespace {name}\n"
                )
    target_file = ROOT / "python_bindings" / "torchactiv" / "rational_coefficients.json"
    target_file.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    (ROOT / "ops" / "rational_initials.h").write_text(
        "// Made by tools/rational_coefficients.py.\n#pragma once\n\n#include <array>\n\n"
        "namespace torchactiv::rational_initials {\n\n"
        + "\n".join(initials)
        + "\n}  // namespace torchactiv::rational_initials\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
