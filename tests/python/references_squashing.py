"""References of bounded functions; tests/python/references.py says what a row is."""

import torch
import torch.nn.functional as F
from reference_row import Reference

SQUASHING = (
    Reference(
        name="sigmoid",
        value="1 / (1 + exp(-x))",
        partials=("1 / ((1 + exp(x)) * (1 + exp(-x)))",),
        builtin=torch.sigmoid,
    ),
    Reference(
        name="tanh",
        value="tanh(x)",
        partials=("1 / (cosh(x) * cosh(x))",),
        builtin=torch.tanh,
    ),
    Reference(
        name="hardtanh",
        value="where(x < min_val, min_val, where(x > max_val, max_val, x))",
        partials=("where(x <= min_val, 0, where(x < max_val, 1, 0))",),
        builtin=F.hardtanh,
        samples={"min_val": (-2.5,), "max_val": (0.75,)},
    ),
    Reference(
        name="hardsigmoid",
        value="where(x < -3, 0, where(x > 3, 1, (x + 3) / 6))",
        partials=("where(fabs(x) < 3, 1 / 6, 0)",),
    ),
    Reference(
        name="sparse_sigmoid",
        value="where(x < -1, 0, where(x > 1, 1, (x + 1) / 2))",
        partials=("where(fabs(x) < 1, 0.5, 0)",),
    ),
    Reference(
        name="sqnl",
        value="where(x < -2, -1, where(x > 2, 1, x * (1 - fabs(x) / 4)))",
        partials=("where(fabs(x) > 2, 0, 1 - fabs(x) / 2)",),
    ),
    Reference(
        name="step",
        value="where(x < 0, 0, 1) + 0 * x",
        partials=("where(x == x, 0, x)",),
    ),
    Reference(
        name="dsilu",
        value="(1 + x / (1 + exp(x))) / (1 + exp(-x))",
        partials=("(2 + x * (1 / (1 + exp(x)) - 1 / (1 + exp(-x)))) / (1 + exp(-x)) / (1 + exp(x))",),
    ),
    Reference(
        name="laplace",
        value="erfc((mu - x) / (sigma * sqrt(2))) / 2",
        partials=("exp(-(x - mu) * (x - mu) / (2 * sigma * sigma)) / (sigma * sqrt(2 * pi))",),
        samples={"mu": (0.0,), "sigma": (1.0,)},
    ),
    Reference(
        name="isru",
        value="x / sqrt(1 + alpha * x * x)",
        partials=("1 / ((1 + alpha * x * x) * sqrt(1 + alpha * x * x))",),
        samples={"alpha": (3.0,)},
    ),
    Reference(
        name="arctan",
        value="atan(x)",
        partials=("1 / (1 + x * x)",),
        builtin=torch.arctan,
    ),
    Reference(
        name="lecun_tanh",
        value="1.7159 * tanh(2 * x / 3)",
        partials=("1.7159 * 2 / 3 / (cosh(2 * x / 3) * cosh(2 * x / 3))",),
    ),
    Reference(
        name="penalized_tanh",
        value="where(x > 0, tanh(x), a * tanh(x))",
        partials=("where(x > 0, 1, a) / (cosh(x) * cosh(x))",),
        samples={"a": (0.1,)},
    ),
    Reference(
        name="cloglog",
        value="-expm1(-exp(x))",
        partials=("exp(x - exp(x))",),
    ),
    Reference(
        name="loglog",
        value="exp(-exp(-x))",
        partials=("exp(-x - exp(-x))",),
    ),
    Reference(
        name="softsign",
        value="x / (1 + fabs(x))",
        partials=("1 / ((1 + fabs(x)) * (1 + fabs(x)))",),
    ),
)
