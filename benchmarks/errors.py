"""The largest errors beside PyTorch's, by the formulas in double: over all 16-bit numbers and a stride of floats."""

from collections.abc import Sequence

import torch
from measurement import DTYPES, name_of
from operators import Case
from rounding import error_in_ulp, every_half, many_floats
from subjects import Function, Subject
from tabulate import tabulate
from torch import Tensor

HEADERS = (
    "operator",
    *(f"{name_of(dtype)} {whose}" for dtype in DTYPES for whose in ("torchactiv", "PyTorch")),
    "slope torchactiv",
    "slope PyTorch",
    "small slope torchactiv",
    "small slope PyTorch",
)


def errors_table(subjects: Sequence[Subject]) -> str:
    """A Markdown table of the operators that PyTorch has, in ulp; that of slopes below 1/16 absolute."""
    rows = []
    for subject in subjects:
        if not (subject.operator and subject.in_pytorch):
            continue
        case = Case(subject.operator, tuple(subject.operator.arguments.values()))
        row: list[str] = [subject.name]
        for dtype in DTYPES:
            points = many_floats(4099) if dtype == torch.float32 else every_half(dtype)
            tensors = _tensors(case, points)
            exact = case.formula(case.operator.reference.value, *(t.double() for t in tensors))
            for function in (case.forward, subject.theirs):
                row.append(f"{_largest(error_in_ulp(function(*tensors), exact)):.3g}")
        slopes = [_slope(case, function, many_floats(4099)) for function in (case.forward, subject.theirs)]
        row += [f"{ulp:.3g}" for ulp, _ in slopes]
        row += [f"{absolute:.1e}" for _, absolute in slopes]
        rows.append(row)
    text: str = tabulate(rows, HEADERS, tablefmt="pipe", disable_numparse=True)
    return text


def _tensors(case: Case, points: Tensor) -> list[Tensor]:
    """The points for the first input, and for every other input one value: that of a parameter, or -0.3."""
    others = [torch.tensor(i.initial if i.is_parameter else -0.3, dtype=points.dtype) for i in case.operator.inputs[1:]]
    return [
        points,
        *(
            value.expand(1 if i.is_parameter else points.shape)
            for value, i in zip(others, case.operator.inputs[1:], strict=True)
        ),
    ]


def _slope(case: Case, function: Function, points: Tensor) -> tuple[float, float]:
    """Largest errors of the derivative by the first input: in ulp where it is 1/16 or more, absolute elsewhere."""
    tensors = _tensors(case, points)
    exact = case.formula(case.operator.reference.partials[0], *(t.double() for t in tensors))
    steep = exact.abs() >= 1 / 16
    leaf = points.clone().requires_grad_()
    (slope,) = torch.autograd.grad(function(leaf, *tensors[1:]).sum(), leaf)
    absolute = (slope.double() - exact).abs()
    return _largest(error_in_ulp(slope, exact)[steep]), _largest(absolute[~steep])


def _largest(errors: Tensor) -> float:
    """Infinite where a result is NaN."""
    return float(errors.nan_to_num(nan=torch.inf).max()) if errors.numel() else 0.0
