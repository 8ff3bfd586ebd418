"""References of shrinkages, periodic functions and others; tests/python/references.py says what a row is."""

import torch
import torch.nn.functional as F
from reference_row import Reference

OTHERS = (
    Reference(
        name="softshrink",
        value="where(x > lambd, x - lambd, where(x < -lambd, x + lambd, 0 * x))",
        partials=("where(fabs(x) <= lambd, 0, 1)",),
        builtin=F.softshrink,
        samples={
            "lambd": (
                0.0,
                1.3,
            )
        },
    ),
    Reference(
        name="hardshrink",
        value="where(fabs(x) <= lambd, 0, x)",
        partials=("where(fabs(x) <= lambd, 0, 1)",),
        builtin=F.hardshrink,
        samples={"lambd": (1.3,)},
    ),
    Reference(
        name="shrink",
        value="where(x < -lambd, x + bias, where(x <= lambd, 0, x - bias))",
        partials=("where(x < -lambd, 1, where(x <= lambd, 0, 1))",),
        samples={"lambd": (1.5,), "bias": (0.25,)},
    ),
    Reference(
        name="identity",
        value="x",
        partials=("where(x == x, 1, x)",),
    ),
    Reference(
        name="bent_identity",
        value="x * (1 + x / (2 * (sqrt(x * x + 1) + 1)))",
        partials=("x / (2 * sqrt(x * x + 1)) + 1",),
    ),
    Reference(
        name="gaussian",
        value="exp(-x * x)",
        partials=("-2 * x * exp(-x * x)",),
    ),
    Reference(
        name="symlog",
        value="where(x < 0, -log1p(-x), log1p(x))",
        partials=("1 / (1 + fabs(x))",),
    ),
    Reference(
        name="exponential",
        value="exp(x)",
        partials=("exp(x)",),
        builtin=torch.exp,
    ),
    Reference(
        name="sine",
        value="sin(omega * x)",
        partials=("omega * cos(omega * x)",),
        samples={"omega": (1.0,)},
    ),
    Reference(
        name="gcu",
        value="x * cos(x)",
        partials=("cos(x) - x * sin(x)",),
    ),
    Reference(
        name="tanhshrink",
        value="where(fabs(x) < 0.5, x * x * x / (3 + x * x / (5 + x * x / (7 + x * x / (9 + x * x / (11 + x * x / (13 + x * x / (15 + x * x / (17 + x * x / (19 + x * x / (21 + x * x / (23 + x * x / (25 + x * x / (27 + x * x / (29 + x * x / (31)))))))))))))) + x * x), x - tanh(x))",
        partials=("tanh(x) * tanh(x)",),
    ),
)
