"""Derivatives of expressions of reference_language.py, and what they tend to at an infinity."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import mpmath
from reference_language import finite, fold

_SLOPES = {
    "exp": "exp({0})",
    "expm1": "exp({0})",
    "log": "1 / {0}",
    "log1p": "1 / (1 + {0})",
    "tanh": "1 / cosh({0}) / cosh({0})",
    "sinh": "cosh({0})",
    "cosh": "sinh({0})",
    "sqrt": "1 / (2 * sqrt({0}))",
    "erf": "2 / sqrt(pi) * exp(-({0} * {0}))",
    "erfc": "-2 / sqrt(pi) * exp(-({0} * {0}))",
    "sin": "cos({0})",
    "cos": "-sin({0})",
    "atan": "1 / (1 + {0} * {0})",
    "fabs": "where({0} < 0, -1, 1)",
}


def _product(a: str, b: str) -> str:
    if "0" in (a, b):
        return "0"
    return b if a == "1" else a if b == "1" else f"({a} * {b})"


def _sum(a: str, sign: str, b: str) -> str:
    if b == "0":
        return a
    return f"({a} {sign} {b})" if a != "0" else b if sign == "+" else f"(-{b})"


@functools.cache
def derivative(expression: str, name: str) -> str:
    """With respect to a name; what does not vary is left out, lest 0 times infinity be no number."""

    def leaf(text: str) -> tuple[str, str]:
        return text, "1" if text == name else "0"

    def apply(function: str, operands: Any) -> tuple[str, str]:
        if function == "where":
            condition, (a, da), (b, db) = operands[0][0], operands[1](), operands[2]()
            return f"where({condition}, {a}, {b})", "0" if da == db == "0" else f"where({condition}, {da}, {db})"
        (a, da), (b, db) = operands if len(operands) == 2 else (operands[0], ("", ""))
        match function:
            case "-" if not b:
                return f"(-{a})", _sum("0", "-", da)
            case "+" | "-":
                return f"({a} {function} {b})", _sum(da, function, db)
            case "*":
                return f"({a} * {b})", _sum(_product(da, b), "+", _product(a, db))
            case "/":
                left, right = (x if x == "0" else f"({x} / {b})" for x in (da, _product(f"({a} / {b})", db)))
                return f"({a} / {b})", _sum(left, "-", right)
            case "fmin" | "fmax":
                smaller = "<" if function == "fmin" else ">"
                return f"{function}({a}, {b})", f"where({a} {smaller} {b}, {da}, {db})"
            case "<" | "<=" | ">" | ">=" | "==" | "!=":
                return f"{a} {function} {b}", "0"
        return f"{function}({a})", _product(f"({_SLOPES[function].format(a)})", da)

    result: tuple[str, str] = fold(expression, leaf, apply)
    return result[1]


def _exponential(x: Any) -> Any:
    """In full for any float, and at its limit beyond, where the exponent alone would fill memory."""
    return mpmath.exp(x if abs(x) < mpmath.mpf(2) ** 200 else mpmath.sign(x) * mpmath.inf)


def _far(function: Callable[[Any], Any], limit: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: limit(x) if abs(x) > 10**4 else function(x)


_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "exp": _exponential,
    "expm1": _far(mpmath.expm1, lambda x: _exponential(x) - 1),
    "tanh": _far(mpmath.tanh, mpmath.sign),
    "sinh": _far(mpmath.sinh, lambda x: mpmath.sign(x) * _exponential(abs(x)) / 2),
    "cosh": _far(mpmath.cosh, lambda x: _exponential(abs(x)) / 2),
    "erf": _far(mpmath.erf, mpmath.sign),
    "erfc": _far(mpmath.erfc, lambda x: 1 - mpmath.sign(x)),
}


def limit(expression: str, values: Mapping[str, Any]) -> Any:
    """The expression as an mpmath number, or None where it has none. If a value is infinite: what it tends to there, by
    what it is at a few numbers on the way."""

    def at(values: Mapping[str, Any]) -> Any:
        try:
            return finite(expression, values, _FUNCTIONS)
        except ZeroDivisionError:
            return mpmath.nan

    with mpmath.workdps(80):
        infinite = [name for name, value in values.items() if mpmath.isinf(value)]
        if not infinite:
            result = at(values)
            return None if mpmath.isnan(result) else result
        stand_ins = [mpmath.mpf(137) * mpmath.mpf(10) ** k for k in (3, 6, 9, 9.001)]
        a, b, c, near = (at({**values, **{n: mpmath.sign(values[n]) * x for n in infinite}}) for x in stand_ins)
        if any(map(mpmath.isnan, (a, b, c))):
            return None
        if abs(c) < mpmath.mpf(10) ** -40 or (abs(b) < abs(a) / 100 and abs(c) < abs(b) / 100):
            return mpmath.mpf(0)
        if abs(c) / 10 < abs(near - c) < mpmath.mpf(10) ** 60:
            return None  # an oscillation
        if abs(b) > 100 * abs(a) and abs(c) > 100 * abs(b) and b * c > 0:
            return mpmath.sign(c) * mpmath.inf
        return c if abs(c - b) <= abs(b) * mpmath.mpf(10) ** -5 else None
