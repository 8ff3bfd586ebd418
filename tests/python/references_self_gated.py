"""References of functions that gate their input themselves; tests/python/references.py says what a row is."""

import torch.nn.functional as F
from reference_row import Reference

SELF_GATED = (
    Reference(
        name="mish",
        value="x * tanh(log1p(exp(x)))",
        partials=("tanh(log1p(exp(x))) + x / (1 + exp(-x)) / (cosh(log1p(exp(x))) * cosh(log1p(exp(x))))",),
        builtin=F.mish,
    ),
    Reference(
        name="hardswish",
        value="where(x < -3, 0 * x, where(x > 3, x, x * (x + 3) / 6))",
        partials=("where(x <= -3, 0, where(x >= 3, 1, (x + 1.5) / 3))",),
        builtin=F.hardswish,
    ),
    Reference(
        name="hard_mish",
        value="where(x < -2, 0 * x, where(x > 0, x, x * (x + 2) / 2))",
        partials=("where(x < -2, 0, where(x > 0, 1, x + 1))",),
    ),
    Reference(
        name="silu",
        value="x / (1 + exp(-x))",
        partials=("(1 + x / (1 + exp(x))) / (1 + exp(-x))",),
        builtin=F.silu,
    ),
    Reference(
        name="quick_gelu",
        value="x / (1 + exp(-1.702 * x))",
        partials=("(1 + 1.702 * x / (1 + exp(1.702 * x))) / (1 + exp(-1.702 * x))",),
    ),
    Reference(
        name="e_swish",
        value="beta * x / (1 + exp(-x))",
        partials=("beta * (1 + x / (1 + exp(x))) / (1 + exp(-x))",),
        samples={"beta": (2.0,)},
    ),
    Reference(
        name="gelu_tanh",
        value="x / (1 + exp(-2 * sqrt(2 / pi) * x * (1 + 0.044715 * x * x)))",
        partials=(
            "(1 + 2 * sqrt(2 / pi) * x * (1 + 0.134145 * x * x) / (1 + exp(2 * sqrt(2 / pi) * x * (1 + 0.044715 * x * x)))) / (1 + exp(-2 * sqrt(2 / pi) * x * (1 + 0.044715 * x * x)))",
        ),
        builtin=lambda x: F.gelu(x, approximate="tanh"),
    ),
    Reference(
        name="gelu_erf",
        value="x * erfc(-x / sqrt(2)) / 2",
        partials=("erfc(-x / sqrt(2)) / 2 + x * exp(-x * x / 2) / sqrt(2 * pi)",),
        builtin=F.gelu,
    ),
    Reference(
        name="gelu_clipped",
        value="where(x * erfc(-x / sqrt(2)) / 2 < min, min, where(x * erfc(-x / sqrt(2)) / 2 > max, max, x * erfc(-x / sqrt(2)) / 2))",
        partials=(
            "where(x * erfc(-x / sqrt(2)) / 2 <= min, 0, where(x * erfc(-x / sqrt(2)) / 2 >= max, 0, erfc(-x / sqrt(2)) / 2 + x * exp(-x * x / 2) / sqrt(2 * pi)))",
        ),
        samples={"min": (-0.1,), "max": (3.0,)},
    ),
    Reference(
        name="tanhexp",
        value="x * tanh(exp(x))",
        partials=("tanh(exp(x)) + 4 * x * exp(x - 2 * exp(x)) / ((1 + exp(-2 * exp(x))) * (1 + exp(-2 * exp(x))))",),
    ),
    Reference(
        name="serf",
        value="x * erf(fmax(x, 0) + log1p(exp(-fabs(x))))",
        partials=(
            "erf(fmax(x, 0) + log1p(exp(-fabs(x)))) + 2 / sqrt(pi) * x * exp(-(fmax(x, 0) + log1p(exp(-fabs(x)))) * (fmax(x, 0) + log1p(exp(-fabs(x))))) / (1 + exp(-x))",
        ),
    ),
    Reference(
        name="logish",
        value="x * log1p(1 / (1 + exp(-x)))",
        partials=("log1p(1 / (1 + exp(-x))) + x / (1 + exp(x)) / (2 + exp(-x))",),
    ),
    Reference(
        name="smish",
        value="alpha * x * tanh(log1p(1 / (1 + exp(-beta * x))))",
        partials=(
            "alpha * (tanh(log1p(1 / (1 + exp(-beta * x)))) + beta * x / (1 + exp(beta * x)) / (2 + exp(-beta * x)) / (cosh(log1p(1 / (1 + exp(-beta * x)))) * cosh(log1p(1 / (1 + exp(-beta * x))))))",
        ),
        samples={"alpha": (1.5,), "beta": (0.5,)},
    ),
    Reference(
        name="phish",
        value="x * tanh(x * erfc(-x / sqrt(2)) / 2)",
        partials=(
            "tanh(x * erfc(-x / sqrt(2)) / 2) + x * (erfc(-x / sqrt(2)) / 2 + x * exp(-x * x / 2) / sqrt(2 * pi)) / (cosh(x * erfc(-x / sqrt(2)) / 2) * cosh(x * erfc(-x / sqrt(2)) / 2))",
        ),
    ),
    Reference(
        name="gish",
        value="x * log1p(-expm1(-exp(x)))",
        partials=("log1p(-expm1(-exp(x))) + x * exp(x - exp(x)) / (2 - exp(-exp(x)))",),
    ),
    Reference(
        name="lisht",
        value="x * tanh(x)",
        partials=("tanh(x) + x / (cosh(x) * cosh(x))",),
    ),
    Reference(
        name="elish",
        value="where(x < 0, expm1(x), x) / (1 + exp(-x))",
        partials=(
            "where(x < 0, (exp(x) + expm1(x) / (1 + exp(x))) / (1 + exp(-x)), (1 + x / (1 + exp(x))) / (1 + exp(-x)))",
        ),
    ),
    Reference(
        name="hard_elish",
        value="where(x < -1, 0 * x, where(x > 1, x, (x + 1) / 2 * where(x < 0, expm1(x), x)))",
        partials=("where(x <= -1, 0, where(x >= 1, 1, where(x < 0, (x + 1) / 2 * exp(x) + expm1(x) / 2, x + 0.5)))",),
    ),
    Reference(
        name="golu",
        value="alpha * x * exp(-beta * exp(-gamma * x))",
        partials=(
            "alpha * (exp(-beta * exp(-gamma * x)) + beta * gamma * x * exp(-gamma * x - beta * exp(-gamma * x)))",
        ),
        samples={"alpha": (1.5,), "beta": (0.5,), "gamma": (2.0,)},
    ),
    Reference(
        name="colu",
        value="where(x < 0, x * exp(x + exp(x)) / (exp(x + exp(x)) - x), x / (1 - x * exp(-(x + exp(x)))))",
        partials=(
            "where(x < 0, (exp(2 * (x + exp(x))) - x * x * (1 + exp(x)) * exp(x + exp(x))) / ((exp(x + exp(x)) - x) * (exp(x + exp(x)) - x)), (1 - x * x * (exp(-(x + exp(x))) + exp(-exp(x)))) / ((1 - x * exp(-(x + exp(x)))) * (1 - x * exp(-(x + exp(x))))))",
        ),
    ),
)
