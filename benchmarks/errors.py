"""The largest errors beside PyTorch's, by the formulas in double: over all 16-bit numbers and a stride of floats."""

import torch
from operators import OPERATORS, Case
from rounding import error_in_ulp, every_half, many_floats
from tabulate import tabulate
from torch import Tensor

DTYPES = (torch.float32, torch.bfloat16, torch.float16)
HEADERS = (
    "operator",
    *(f"{str(dtype).removeprefix('torch.')} {whose}" for dtype in DTYPES for whose in ("torchactiv", "PyTorch")),
    "slope torchactiv",
    "slope PyTorch",
    "small slope torchactiv",
    "small slope PyTorch",
)


def errors_table() -> str:
    """A Markdown table, in ulp; that of slopes below 1/16 absolute."""
    rows = []
    for operator in OPERATORS:
        case = Case(operator, tuple(operator.arguments.values()))
        row: list[str] = [operator.name]
        for dtype in DTYPES:
            points = many_floats(4099) if dtype == torch.float32 else every_half(dtype)
            tensors = _tensors(case, points)
            exact = case.formula(operator.reference.value, *(t.double() for t in tensors))
            for function in (case.forward, case.builtin):
                row.append(f"{_largest(error_in_ulp(function(*tensors), exact)):.3g}")
        slopes = _slopes(case, many_floats(4099))
        row += [f"{ulp:.3g}" for ulp, _ in slopes]
        row += [f"{absolute:.1e}" for _, absolute in slopes]
        rows.append(row)
    return tabulate(rows, HEADERS, tablefmt="pipe", disable_numparse=True)


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


def _slopes(case: Case, points: Tensor) -> list[tuple[float, float]]:
    """Largest errors of the derivative by the first input: in ulp where it is 1/16 or more, absolute elsewhere."""
    tensors = _tensors(case, points)
    exact = case.formula(case.operator.reference.partials[0], *(t.double() for t in tensors))
    steep = exact.abs() >= 1 / 16
    result = []
    for function in (case.forward, case.builtin):
        leaf = points.clone().requires_grad_()
        (slope,) = torch.autograd.grad(function(leaf, *tensors[1:]).sum(), leaf)
        absolute = (slope.double() - exact).abs()
        result.append((_largest(error_in_ulp(slope, exact)[steep]), _largest(absolute[~steep])))
    return result


def _largest(errors: Tensor) -> float:
    """Infinite where a result is NaN."""
    return float(errors.nan_to_num(nan=torch.inf).max()) if errors.numel() else 0.0
