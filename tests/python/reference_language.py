"""The small language in which tests/python/references.py writes mathematics.

An expression is Python as well as C++: numbers, names, ``+ - * /``, one comparison, and the functions of
``FUNCTIONS``, with ``where(condition, a, b)`` for pieces and ``pi``. It is evaluated with mpmath at 60 digits
(`exact`), with numpy or torch (`evaluate`), and translated to C++ (`translate`). Numbers mean what they say:
``1 / 3`` is a third and ``0.1`` a tenth, in every precision.
"""

import ast
import dataclasses
import functools
import operator
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

import mpmath
import numpy
import torch

# fmt: off
FUNCTIONS = frozenset({
    "exp", "expm1", "log", "log1p", "tanh", "sinh", "cosh", "sqrt", "erf", "erfc", "sin", "cos", "atan",
    "fabs", "fmin", "fmax",
})
# fmt: on
DIGITS = 60

_OPERATORS: dict[type[ast.AST], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
}


@dataclasses.dataclass(frozen=True)
class _Node:
    """A name, a number, or a function of operands; operators have their symbols for names."""

    text: str
    operands: tuple["_Node", ...] | None = None


@functools.cache
def _parsed(expression: str) -> _Node:
    """Once for each expression: the tests evaluate it at thousands of points. What occurs twice is one node."""
    nodes: dict[tuple[object, ...], _Node] = {}
    line = " ".join(expression.split())  # in one line a node's columns are its text; ast.get_source_segment is slow

    def text_of(node: ast.expr) -> str:
        return line[node.col_offset : node.end_col_offset]

    def made(text: str, *operands: _Node) -> _Node:
        return nodes.setdefault((text, *map(id, operands)), _Node(text, operands or None))

    def visit(node: ast.expr) -> _Node:
        match node:
            case ast.Constant(value=int() | float()):
                return made(text_of(node))
            case ast.Name(id=name):
                return made(name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return made("-", visit(operand))
            case ast.BinOp(left=left, op=op, right=right) | ast.Compare(left=left, ops=[op], comparators=[right]) if (
                type(op) in _OPERATORS
            ):
                return made(_OPERATORS[type(op)][0], visit(left), visit(right))
            case ast.Call(func=ast.Name(id=name), args=operands, keywords=[]) if name in FUNCTIONS or (
                name == "where" and len(operands) == 3
            ):
                return made(name, *map(visit, operands))
        raise ValueError(f"{text_of(node)!r} is not in the language of references.py")

    return visit(ast.parse(line, mode="eval").body)


def fold(expression: str, leaf: Callable[[str], Any], apply: Callable[[str, Sequence[Any]], Any]) -> Any:
    """Walk an expression: `leaf` gets names and numbers, `apply` an operator or function and its operands.

    The operands of ``where`` come as functions without arguments, so that it may leave one out.
    """

    found: dict[int, Any] = {}  # by the node's identity

    def visit(node: _Node) -> Any:
        if id(node) not in found:
            found[id(node)] = value(node)
        return found[id(node)]

    def value(node: _Node) -> Any:
        if node.operands is None:
            return leaf(node.text)
        if node.text == "where":
            condition, a, b = node.operands
            return apply("where", [visit(condition), lambda: visit(a), lambda: visit(b)])
        return apply(node.text, [visit(operand) for operand in node.operands])

    return visit(_parsed(expression))


def _is_number(text: str) -> bool:
    return text[0].isdigit() or text[0] == "."


_BINARY: dict[str, Callable[[Any, Any], Any]] = dict(_OPERATORS.values())


def _call(functions: Mapping[str, Callable[..., Any]], name: str, operands: Sequence[Any]) -> Any:
    if name in _BINARY:
        return _BINARY[name](*operands) if len(operands) == 2 else -operands[0]
    return functions[name](*operands)


def evaluate(expression: str, values: Mapping[str, Any], module: ModuleType = numpy) -> Any:
    """The expression over numpy arrays (float64 or longdouble) or, with ``module=torch``, over tensors.

    numpy has no erf: expressions with it need torch or mpmath.
    """
    names = {"fabs": "abs", "fmin": "minimum", "fmax": "maximum", "atan": "arctan"}
    functions = {f: getattr(module, names.get(f, f)) for f in FUNCTIONS if hasattr(module, names.get(f, f))}
    like = next(iter(values.values()))

    def constant(text: str) -> Any:
        number: Any = numpy.pi if text == "pi" else float(text)
        if module is torch:
            return torch.full_like(like, number)
        kind = numpy.asarray(like).dtype.type
        return kind("3.14159265358979323846264338327950288") if text == "pi" else kind(text)

    def apply(name: str, operands: Sequence[Any]) -> Any:
        if name == "where":
            return module.where(operands[0], operands[1](), operands[2]())
        return _call(functions, name, operands)

    return fold(expression, lambda t: values[t] if t in values else constant(t), apply)


def _in_reach(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function that is taken to be at its limit far beyond every format: its digits would fill memory."""
    return lambda x: function(mpmath.sign(x) * mpmath.inf if abs(x) > 10**6 else x)


_MPMATH: dict[str, Callable[..., Any]] = {f: getattr(mpmath, f) for f in FUNCTIONS if hasattr(mpmath, f)}
_MPMATH |= {"fmin": min, "fmax": max}
_MPMATH |= {f: _in_reach(_MPMATH[f]) for f in ("exp", "expm1", "sinh", "cosh", "erf", "erfc")}


def finite(expression: str, values: Mapping[str, Any], far: Mapping[str, Callable[..., Any]] | None = None) -> Any:
    """The expression in mpmath's current precision; `far` has functions that are better far out than those here."""
    functions = _MPMATH | dict(far or {})

    def leaf(text: str) -> Any:
        if text in values:
            return mpmath.mpf(values[text])
        return mpmath.mpf(text) if _is_number(text) else getattr(mpmath, text)

    def apply(name: str, operands: Sequence[Any]) -> Any:
        if name == "where":
            return operands[1]() if operands[0] else operands[2]()
        return _call(functions, name, operands)

    return fold(expression, leaf, apply)


def exact(expression: str, values: Mapping[str, Any]) -> Any:
    """The expression as an mpmath number of 60 digits.

    At an infinity it is the limit: where the expression itself gives NaN (infinity - infinity, 0 * infinity), what it
    gives at ten huge numbers, if they agree to a float's digits; NaN if they do not.
    """
    with mpmath.workdps(DIGITS):
        result = finite(expression, values)
        infinite = [name for name, value in values.items() if mpmath.isinf(value)]
        if not (mpmath.isnan(result) and infinite):
            return result
        huge = [k * mpmath.mpf(2) ** 1000 for k in (1, 2, 3, 5, 7, 11, 13, 17, 19, 23)]
        a, *rest = (
            finite(expression, {**values, **{name: mpmath.sign(values[name]) * stand_in for name in infinite}})
            for stand_in in huge
        )
        if all(abs(b) >= mpmath.mpf(2) ** 128 and a * b > 0 for b in (a, *rest)):
            return mpmath.sign(a) * mpmath.inf
        if all(abs(b) < mpmath.mpf(2) ** -200 for b in (a, *rest)):
            return mpmath.mpf(0)
        return a if all(abs(b - a) <= abs(a) / 2**40 for b in rest) else mpmath.nan


def translate(expressions: Sequence[str], names: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """C++ for several expressions of a type T: statements, and for each expression the name of its result.

    `names` gives the C++ of each name, tests/accuracy/functions.h has the functions. What occurs twice is calculated
    once.
    """
    statements: dict[str, str] = {}  # right-hand side -> the variable that holds it

    def hold(right: str, kind: str = "T") -> str:
        if right not in statements:
            statements[right] = f"{'b' if kind == 'bool' else 't'}{len(statements)}"
        return statements[right]

    def leaf(text: str) -> str:
        if text in names:
            return names[text]
        if text == "pi":
            return "T(3.14159265358979323846264338327950288L)"
        if not _is_number(text):
            raise ValueError(f"{text!r} is neither an input nor an argument")
        return f"T({text})" if text.isdigit() else f"T({text}L)"

    def apply(name: str, operands: Sequence[Any]) -> str:
        if name == "where":
            return hold(f"{operands[0]} ? {operands[1]()} : {operands[2]()}")
        if name in FUNCTIONS:
            return hold(f"functions::{name}({', '.join(operands)})")
        if len(operands) == 1:
            return hold(f"-{operands[0]}")
        return hold(f"{operands[0]} {name} {operands[1]}", "bool" if name in "<= >= == !=" else "T")

    results = [fold(expression, leaf, apply) for expression in expressions]
    lines = [f"const {'bool' if v[0] == 'b' else 'T'} {v} = {right};" for right, v in statements.items()]
    return lines, results
