"""Proves tests/python/references.py, which the other tests and tests/accuracy trust.

Three independent checks: the C++ that is generated from each expression against mpmath at 60 digits, each derivative
against the numerical derivative of the value, and both against PyTorch's own function in double.
"""

import ctypes
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
import torch
import torchactiv
from numpy.typing import NDArray
from reference_language import evaluate, exact, finite
from references import REFERENCES, Reference

ROOT = Path(__file__).parents[2]

# Largest relative error of an expression: in long double (2^-55 where it has 64 bits; the rounding of an exponent of
# 100 takes seven of them) and in double, in which tests/accuracy looks for the places to calculate in long double. An
# ulp of a float is at least 2^-24 of its value.
LONG_DOUBLE_BOUND = 2.0 ** (8 - np.finfo(np.longdouble).nmant)
DOUBLE_BOUND = 2.0**-44
# A float that is next to a zero of a value near 1 is 2^-26 from it, and a unit in the last place of the value 2^-50.
CROSSING_BOUND, DOUBLE_CROSSING_BOUND = 2.0**-60, 2.0**-50
# Where derivatives may cross zero their error is compared with this instead: they need an absolute accuracy there.
SLOPE_FLOOR, TAIL_BEGIN = 2.0**-4, 8.0
# Below this everything is zero to a float, and from there on infinite.
VALUE_FLOOR, VALUE_CEILING = 2.0**-160, 2.0**129
FAMILIES = {entry["name"]: entry["family"] for entry in torchactiv.catalogue()}

SHIM = """
#include "tests/accuracy/reference.cpp"

extern "C" void evaluate(const char* name, const double* inputs, const double* arguments, int n, long double* exact,
                         double* fast) {
  const auto* reference = accuracy::find_reference(name);
  const int count = static_cast<int>(reference->inputs.size());
  for (int j = 0; j < n; ++j) {
    const double* in[accuracy::most_variables];
    double* out[accuracy::most_variables];
    for (int i = 0; i < count; ++i) in[i] = inputs + j * count + i;
    for (int i = 0; i <= count; ++i) {
      out[i] = fast + j * (1 + count) + i;
      exact[j * (1 + count) + i] = accuracy::exact(*reference, inputs + j * count, arguments, i);
    }
    reference->block(in, arguments, 1, out);
  }
}
"""

Evaluate = Callable[[Reference, NDArray[np.float64], tuple[float, ...]], tuple[NDArray[Any], NDArray[np.float64]]]


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Evaluate:
    """The generated C++: maps points and arguments to all outputs, in long double and in double."""
    compiler = shlex.split(os.environ.get("CXX", "c++"))
    if shutil.which(compiler[0]) is None:
        pytest.skip(f"there is no compiler {compiler[0]}")
    directory = tmp_path_factory.mktemp("references")
    generator = ROOT / "tests" / "accuracy" / "generate_references.py"
    subprocess.run([sys.executable, generator, directory], check=True)
    (directory / "shim.cpp").write_text(SHIM)
    options = ["-std=c++20", "-O2", "-ffp-contract=off", "-fPIC", "-shared", f"-I{ROOT}", f"-I{directory}"]
    subprocess.run([*compiler, *options, directory / "shim.cpp", "-o", directory / "shim.so"], check=True)
    function = ctypes.CDLL(str(directory / "shim.so")).evaluate
    pointer = ctypes.c_void_p
    function.argtypes, function.restype = [ctypes.c_char_p, pointer, pointer, ctypes.c_int, pointer, pointer], None

    def run(
        reference: Reference, points: NDArray[np.float64], arguments: tuple[float, ...]
    ) -> tuple[NDArray[Any], NDArray[np.float64]]:
        points = np.ascontiguousarray(points)
        values = np.array(arguments, dtype=np.float64)
        long = np.empty((len(points), 1 + points.shape[1]), dtype=np.longdouble)
        fast = np.empty(long.shape)
        pointers = [array.ctypes.data for array in (points, values, long, fast)]
        function(reference.name.encode(), *pointers[:2], len(points), *pointers[2:])
        return long, fast

    return run


def slices(reference: Reference) -> Iterator[dict[str, float]]:
    """Values of everything but the first input, as floats: the k-th samples of all together."""
    for k in range(max((len(values) for values in reference.samples.values()), default=1)):
        yield {name: float(np.float32(values[k % len(values)])) for name, values in reference.samples.items()}


def zero_crossings(expression: str, name: str, others: dict[str, float]) -> list[float]:
    """Where the expression changes its sign, by bisection of all of them at once."""

    def sign(x: torch.Tensor) -> torch.Tensor:
        values = {key: torch.full_like(x, value) for key, value in others.items()}
        result: torch.Tensor = evaluate(expression, {**values, name: x}, torch)
        return result.sign().expand_as(x)

    grid = torch.linspace(-12.03, 12.01, 400, dtype=torch.float64)
    signs = sign(grid)
    changes = (signs[:-1] * signs[1:] < 0).nonzero().flatten()
    low, high = grid[changes], grid[changes + 1]
    for _ in range(50):
        middle = (low + high) / 2
        same = sign(middle) == sign(low)
        low, high = torch.where(same, middle, low), torch.where(same, high, middle)
    result: list[float] = low.tolist()
    return result


def sample_points(reference: Reference, others: dict[str, float]) -> list[float]:
    """Floats of every size, dense where functions bend, and close to zero crossings."""
    sizes = np.logspace(-45, 38.5, 200)
    close = np.concatenate([[0.0], np.logspace(-9, -1, 33)])
    points = [sizes, -sizes, np.linspace(-120, 120, 481), np.linspace(-9, 9, 577)]
    for expression in reference.expressions:
        for crossing in zero_crossings(expression, reference.inputs[0], others):
            points += [crossing + close, crossing - close]
    return sorted({float(x) for x in np.concatenate(points).astype(np.float32)})


def to_mpmath(x: np.longdouble) -> Any:
    """The same number; mpmath.mpf(x) would go through double."""
    significand, exponent = np.frexp(x)
    high = float(significand)
    return mpmath.ldexp(mpmath.mpf(high) + mpmath.mpf(float(significand - np.longdouble(high))), int(exponent))


def identity(reference: Reference) -> str:
    return reference.name


@pytest.mark.parametrize("reference", REFERENCES, ids=identity)
def test_generated_code_matches_mpmath(reference: Reference, compiled: Evaluate) -> None:
    first = reference.inputs[0]
    for others in slices(reference):
        # The more inputs, the more zero crossings there are to be near to, and the more is looked at in each point.
        thinned = max(1, len(reference.inputs) // 2) ** 2
        points = sample_points(reference, others)[:: len(list(slices(reference))) * thinned]
        rows = np.array([[x, *(others[name] for name in reference.inputs[1:])] for x in points])
        long, fast = compiled(reference, rows, tuple(others[name] for name in reference.arguments))
        for output, expression in enumerate(reference.expressions):
            zeros = [zero for zero in zero_crossings(expression, first, others) if abs(zero) > 0.2]
            for j, x in enumerate(points):
                expected = exact(expression, {**others, first: x})
                if abs(expected) > VALUE_CEILING:
                    assert abs(long[j, output]) > VALUE_CEILING / 2 and (long[j, output] > 0) == (expected > 0)
                    continue
                near = abs(x) <= TAIL_BEGIN or FAMILIES[reference.name] == "periodic"
                floor = SLOPE_FLOOR if output > 0 and near else VALUE_FLOOR
                crosses = any(abs(x - zero) < 0.1 for zero in zeros)
                crossing, fast_crossing = (CROSSING_BOUND, DOUBLE_CROSSING_BOUND) if crosses else (0.0, 0.0)
                scale = max(abs(expected), floor)
                where = f"{expression} at {x!r}, {others}"
                with mpmath.workdps(60):
                    error = abs(to_mpmath(long[j, output]) - expected)
                    assert error <= max(LONG_DOUBLE_BOUND * scale, crossing), where
                    if np.isfinite(fast[j, output]):
                        assert abs(mpmath.mpf(fast[j, output]) - expected) <= max(
                            DOUBLE_BOUND * scale, fast_crossing
                        ), where


@pytest.mark.parametrize("reference", REFERENCES, ids=identity)
def test_partials_are_derivatives_of_the_value(reference: Reference) -> None:
    first = reference.inputs[0]
    for others in slices(reference):
        thinned = max(1, len(reference.inputs) // 2) ** 2
        for x in sample_points(reference, others)[:: 11 * len(list(slices(reference))) * thinned]:
            values = {**others, first: x}
            for name, partial in zip(reference.inputs, reference.partials, strict=True):
                with mpmath.workdps(120):  # mpmath.diff computes with twice as many
                    left, right = (
                        mpmath.diff(
                            lambda t, name=name, values=values: finite(reference.value, {**values, name: t}),
                            values[name],
                            direction=direction,
                            relative=values[name] != 0,
                        )
                        for direction in (-1, 1)
                    )
                    expected = (left + right) / 2
                    tolerance = abs(expected) * mpmath.mpf(10) ** -25 + mpmath.mpf(10) ** -60
                    if abs(left - right) <= tolerance:  # not at a kink
                        assert abs(exact(partial, values) - expected) <= tolerance, (partial, values)


@pytest.mark.parametrize("reference", REFERENCES, ids=identity)
def test_infinities_give_the_limit(reference: Reference, compiled: Evaluate) -> None:
    first = reference.inputs[0]
    for others in slices(reference):
        for x in (-np.inf, np.inf):
            row = np.array([[x, *(others[name] for name in reference.inputs[1:])]])
            long, _ = compiled(reference, row, tuple(others[name] for name in reference.arguments))
            for output, expression in enumerate(reference.expressions):
                limit = float(exact(expression, {**others, first: x}))
                assert np.float64(long[0, output]) == pytest.approx(limit, nan_ok=True), (expression, x, others)
                near = float(exact(expression, {**others, first: np.sign(x) * 3e38}))
                if np.isfinite(limit):
                    assert near == pytest.approx(limit, abs=1e-19), (expression, x, others)
                elif np.isinf(limit):
                    assert near * limit > 0, (expression, x, others)


@pytest.mark.parametrize("reference", [r for r in REFERENCES if r.builtin is not None], ids=identity)
def test_builtin_computes_the_same(reference: Reference) -> None:
    assert reference.builtin is not None
    for others in slices(reference):
        x = torch.linspace(-20, 20, 1001, dtype=torch.float64)
        inputs = [x, *(torch.full((1,), others[name], dtype=torch.float64) for name in reference.inputs[1:])]
        actual = reference.builtin(*inputs, **{name: others[name] for name in reference.arguments})
        values = {name: tensor.expand_as(x) for name, tensor in zip(reference.inputs, inputs, strict=True)}
        values |= {name: torch.full_like(x, others[name]) for name in reference.arguments}
        torch.testing.assert_close(actual, evaluate(reference.value, values, torch), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("expression", ["x ** 2", "x if x > 0 else 0", "gamma(x)", "x.real", "0 < x < 1", "y"])
def test_other_languages_are_refused(expression: str) -> None:
    with pytest.raises((ValueError, AttributeError)):
        finite(expression, {"x": 1.0})
