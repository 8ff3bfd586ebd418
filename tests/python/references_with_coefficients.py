"""References of operators with coefficients, of which there may be any number: rows for a few of them.

``slopes0``, ``slopes1`` are the first and the second element of the tensor ``slopes``. Tests give coefficients near
their first samples.
"""

from reference_row import Reference

_TO_NAN = "0 * x"  # added to what does not depend on x: no number where x is none; an infinity is a huge number here


def _names(tensor: str, count: int) -> tuple[str, ...]:
    return tuple(f"{tensor}{k}" for k in range(count))


def _sum(terms: list[str]) -> str:
    return " + ".join(f"({term})" for term in terms)


def _apl(pieces: int) -> Reference:
    a, b = _names("a", pieces), _names("b", pieces)
    hinges = [f"where(x < {q}, {p} * ({q} - x), 0)" for p, q in zip(a, b, strict=True)]
    slopes = [f"where(x < {q}, {p}, 0)" for p, q in zip(a, b, strict=True)]
    return Reference(
        name="apl",
        value=_sum(["where(x < 0, 0, x)", *hinges]),
        partials=(
            f"where(x > 0, 1, 0) - ({_sum(slopes)}) + {_TO_NAN}",
            *(f"where(x < {q}, {q} - x, {_TO_NAN})" for q in b),
            *(f"{slope} + {_TO_NAN}" for slope in slopes),
        ),
        inputs=("x", *a, *b),
        samples=dict(zip(a, [(0.4, -0.5), (-0.3, 0.25), (0.7, 0.5)], strict=True))
        | dict(zip(b, [(-1.1, 0.6), (0.3, 1.7), (1.6, -2.2)], strict=True)),
    )


def _dynamic_relu() -> Reference:
    """Three lines, the first of which is the largest unless another one is larger."""
    a, b = _names("slopes", 3), _names("intercepts", 3)

    def above(i: int, j: int) -> str:
        """Line i minus line j."""
        return f"where({a[i]} == {a[j]}, {b[i]} - {b[j]}, ({a[i]} - {a[j]}) * x + ({b[i]} - {b[j]}))"

    def pick(first: str, second: str, third: str) -> str:
        rest = f"where({above(2, 1)} > 0, where({above(2, 0)} > 0, {third}, {first}), {second})"
        return f"where({above(1, 0)} > 0, {rest}, where({above(2, 0)} > 0, {third}, {first}))"

    def only(k: int, chosen: str) -> str:
        return pick(*(chosen if i == k else _TO_NAN for i in range(3)))

    lines = [f"where({p} == 0, where(x == x, {q}, x), {p} * x + {q})" for p, q in zip(a, b, strict=True)]
    return Reference(
        name="dynamic_relu",
        value=pick(*lines),
        partials=(
            f"{pick(*a)} + {_TO_NAN}",
            *(only(k, "x") for k in range(3)),
            *(only(k, f"1 + {_TO_NAN}") for k in range(3)),
        ),
        inputs=("x", *a, *b),
        samples={
            "slopes0": (0.7, 1.5),
            "slopes1": (-0.3, 0.25),
            "slopes2": (0.1, 0.25),
            "intercepts0": (0.2, 0.0),
            "intercepts1": (-0.1, 0.3),
            "intercepts2": (0.6, -0.3),
        },
    )


def _horner(coefficients: tuple[str, ...], x: str = "x") -> str:
    result = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        result = f"({coefficient} + {x} * {result})"
    return result


def _power(k: int) -> str:
    return " * ".join(["x"] * k) if k else "1"


def _rational(version: str) -> Reference:
    first = 0 if version == "c" else 1
    p, q = _names("numerator", 4), _names("denominator", 3 - first)
    powers = [k + first for k in range(len(q))]
    numerator, slope = _horner(p), _horner(tuple(f"{j} * {p[j]}" for j in range(1, 4)))
    terms = [f"{c} * {_power(k)}" for c, k in zip(q, powers, strict=True)]
    slopes = [f"{k} * {c} * {_power(k - 1)}" for c, k in zip(q, powers, strict=True) if k > 0]
    total = _sum(terms)
    sign = f"where({total} > 0, 1, where({total} < 0, -1, 0))"
    if version == "a":
        denominator = "1 + " + _sum([f"fabs({term})" for term in terms])
        towards_x = f"where(x < 0, -1, where(x > 0, 1, 0)) * ({_sum([f'fabs({term})' for term in slopes])})"
        towards_q = [
            f"where({c} > 0, 1, where({c} < 0, -1, 0)) * fabs({_power(k)})" for c, k in zip(q, powers, strict=True)
        ]
    elif version == "n":
        denominator = f"1 + {total}"
        towards_x, towards_q = _sum(slopes), [_power(k) for k in powers]
    else:
        denominator = f"{'0.1' if version == 'c' else '1'} + fabs({total})"
        towards_x, towards_q = f"{sign} * ({_sum(slopes)})", [f"{sign} * {_power(k)}" for k in powers]
    return Reference(
        name=f"rational_{version}",
        value=f"{numerator} / ({denominator})",
        partials=(
            f"({slope} - {numerator} / ({denominator}) * ({towards_x})) / ({denominator})",
            *(f"{_power(j)} / ({denominator}) + {_TO_NAN}" for j in range(4)),
            *(f"-({numerator}) / ({denominator}) * ({towards}) / ({denominator})" for towards in towards_q),
        ),
        inputs=("x", *p, *q),
        samples=dict(zip(p, [(0.2, -0.4), (0.6, 1.1), (0.4, -0.7), (0.3, 0.2)], strict=True))
        | dict(zip(q[-2:], [(0.3, -0.4), (0.6, 0.9)], strict=True))
        | ({"denominator0": (0.4, -0.6)} if version == "c" else {}),
    )


_DENSITY = "(2 / (high - low))"  # of intervals, of which five coefficients have two


def _towards_ends(k: int, distance: int) -> str:
    """How far inside x is from the nearer of the points so many intervals to the left and right of the middle."""
    offset = f"(1 - {k} - low * {_DENSITY})"
    left, right = f"(x * {_DENSITY} + ({offset} + {distance}))", f"(({distance} - {offset}) - x * {_DENSITY})"
    return f"where({left} < {right}, {left}, {right})"


def _basis(k: int) -> str:
    outer, inner = _towards_ends(k, 2), _towards_ends(k, 1)
    cube = f"{outer} * {outer} * {outer} / 6"
    return f"where({inner} > 0, {cube} - {inner} * {inner} * {inner} * 4 / 6, where({outer} > 0, {cube}, {_TO_NAN}))"


def _basis_slope(k: int) -> str:
    outer, inner = _towards_ends(k, 2), _towards_ends(k, 1)
    square = f"{outer} * {outer} / 2"
    magnitude = f"where({inner} > 0, {square} - {inner} * {inner} * 2, where({outer} > 0, {square}, {_TO_NAN}))"
    return f"where(x * {_DENSITY} < {k} - 1 + low * {_DENSITY}, 1, -1) * {_DENSITY} * {magnitude}"


_COEFFICIENTS = _names("coefficients", 5)
_SPLINE = _sum(["0", *(f"{c} * {_basis(k)}" for k, c in enumerate(_COEFFICIENTS))])  # no sum is -0
_SPLINE_SLOPE = _sum([f"{c} * {_basis_slope(k)}" for k, c in enumerate(_COEFFICIENTS)])
_SPLINE_SAMPLES = dict(
    zip(_COEFFICIENTS, [(0.5, -0.2), (-0.4, 0.3), (0.9, 0.3), (0.2, -0.6), (-0.7, 0.1)], strict=True)
)
_GRID_SAMPLES = {"low": (-2.0, -4.0), "high": (2.0, 4.0)}

_SILU = "where(x < 0, x * exp(x) / (1 + exp(x)), x / (1 + exp(-x)))"  # whose tail is not lost in double

WITH_COEFFICIENTS = (
    _apl(3),
    _dynamic_relu(),
    *map(_rational, "abcn"),
    Reference(
        name="polynomial",
        value=_horner(_names("coefficients", 4)),
        partials=(
            _horner(("coefficients1", "2 * coefficients2", "3 * coefficients3")),
            f"1 + {_TO_NAN}",
            *(_power(k) for k in (1, 2, 3)),
        ),
        inputs=("x", *_names("coefficients", 4)),
        samples={
            "coefficients0": (0.2, -0.4),
            "coefficients1": (0.6, 1.1),
            "coefficients2": (0.4, -0.7),
            "coefficients3": (0.3, 0.2),
        },
    ),
    Reference(
        name="bspline",
        value=_SPLINE,
        partials=(_SPLINE_SLOPE, *map(_basis, range(5))),
        inputs=("x", *_COEFFICIENTS),
        samples=_SPLINE_SAMPLES | _GRID_SAMPLES,
    ),
    Reference(
        name="kan_edge",
        value=f"base_weight * {_SILU} + spline_weight * ({_SPLINE})",
        partials=(
            f"base_weight * ((1 + x / (1 + exp(x))) / (1 + exp(-x))) + spline_weight * ({_SPLINE_SLOPE})",
            *(f"spline_weight * {_basis(k)}" for k in range(5)),
            _SILU,
            _SPLINE,
        ),
        inputs=("x", *_COEFFICIENTS, "base_weight", "spline_weight"),
        samples=_SPLINE_SAMPLES | {"base_weight": (0.7, -0.3), "spline_weight": (1.3, 0.6)} | _GRID_SAMPLES,
    ),
)
