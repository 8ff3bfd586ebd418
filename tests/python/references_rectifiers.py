"""References of rectifiers; tests/python/references.py says what a row is."""

import torch.nn.functional as F
from reference_row import Reference

RECTIFIERS = (
    Reference(
        name="relu",
        value="where(x < 0, 0, x)",
        partials=("where(x > 0, 1, 0)",),
        builtin=F.relu,
    ),
    Reference(
        name="leaky_relu",
        value="where(x > 0, x, negative_slope * x)",
        partials=("where(x > 0, 1, negative_slope)",),
        builtin=F.leaky_relu,
        samples={"negative_slope": (0.2,)},
    ),
    Reference(
        name="relu6",
        value="where(x < 0, 0, where(x > 6, 6, x))",
        partials=("where(x <= 0, 0, where(x < 6, 1, 0))",),
        builtin=F.relu6,
    ),
    Reference(
        name="threshold",
        value="where(x <= threshold, value, x)",
        partials=("where(x <= threshold, 0, 1)",),
        builtin=F.threshold,
        samples={
            "threshold": (
                0.1,
                -0.5,
            ),
            "value": (
                -2.0,
                7.0,
            ),
        },
    ),
    Reference(
        name="thresholded_relu",
        value="where(x <= alpha, 0, x)",
        partials=("where(x <= alpha, 0, 1)",),
        samples={"alpha": (0.3,)},
    ),
    Reference(
        name="relu_squared",
        value="where(x < 0, 0, x * x)",
        partials=("where(x < 0, 0, 2 * x)",),
    ),
    Reference(
        name="sparse_plus",
        value="where(x < -1, 0, where(x > 1, x, (x + 1) * (x + 1) / 4))",
        partials=("where(x < -1, 0, where(x > 1, 1, (x + 1) / 2))",),
    ),
    Reference(
        name="tlu",
        value="where(alpha == 0, where(x > tau, x, tau), fmax(x, alpha * x + tau))",
        partials=("where(x * (1 - alpha) > tau, 1, alpha)",),
        samples={"tau": (-0.5,), "alpha": (0.25,)},
    ),
    Reference(
        name="elu",
        value="where(x > 0, x, alpha * expm1(x))",
        partials=("where(x > 0, 1, alpha * exp(x))",),
        builtin=F.elu,
        samples={"alpha": (0.7,)},
    ),
    Reference(
        name="selu",
        value="where(x > 0, 1.0507009873554804934193349852946 * x, 1.0507009873554804934193349852946 * 1.6732632423543772848170429916717 * expm1(x))",
        partials=(
            "where(x > 0, 1.0507009873554804934193349852946, 1.0507009873554804934193349852946 * 1.6732632423543772848170429916717 * exp(x))",
        ),
        builtin=F.selu,
    ),
    Reference(
        name="celu",
        value="where(x > 0, x, alpha * expm1(x / alpha))",
        partials=("where(x > 0, 1, exp(x / alpha))",),
        samples={"alpha": (0.3,)},
    ),
    Reference(
        name="logsigmoid",
        value="-log1p(exp(-fabs(x))) - fmax(-x, 0)",
        partials=("1 / (1 + exp(x))",),
        builtin=F.logsigmoid,
    ),
    Reference(
        name="softplus",
        value="where(threshold != 20, where(beta * x > threshold, x, fmax(x, 0) + log1p(exp(-fabs(beta * x))) / beta), fmax(x, 0) + log1p(exp(-fabs(beta * x))) / beta)",
        partials=(
            "where(threshold == 20, 1 / (1 + exp(-beta * x)), where(beta * x > threshold, 1, 1 / (1 + exp(-beta * x))))",
        ),
        builtin=F.softplus,
        samples={"beta": (2.5, 0.5), "threshold": (3.0, 1000.0)},
    ),
    Reference(
        name="shifted_softplus",
        value="where(x < 0, log1p(expm1(x) / 2), x + log1p(expm1(-x) / 2))",
        partials=("1 / (1 + exp(-x))",),
    ),
    Reference(
        name="sqrt_softplus",
        value="where(x < -60, exp(x / 2), sqrt(fmax(x, 0) + log1p(exp(-fabs(x)))))",
        partials=("where(x < -60, exp(x / 2) / 2, 1 / (1 + exp(-x)) / (2 * sqrt(fmax(x, 0) + log1p(exp(-fabs(x))))))",),
    ),
    Reference(
        name="squareplus",
        value="where(x < 0, b / (2 * (sqrt(x * x + b) - x)), (x + sqrt(x * x + b)) / 2)",
        partials=("where(x < 0, b / (2 * sqrt(x * x + b) * (sqrt(x * x + b) - x)), (1 + x / sqrt(x * x + b)) / 2)",),
        samples={"b": (0.25,)},
    ),
    Reference(
        name="smelu",
        value="where(x < -beta, 0, where(x > beta, x, (x + beta) * (x + beta) / (4 * beta)))",
        partials=("where(x < -beta, 0, where(x > beta, 1, (x + beta) / (2 * beta)))",),
        samples={"beta": (0.3,)},
    ),
    Reference(
        name="isrlu",
        value="where(x < 0, x / sqrt(1 + alpha * x * x), x)",
        partials=("where(x < 0, 1 / ((1 + alpha * x * x) * sqrt(1 + alpha * x * x)), 1)",),
        samples={"alpha": (3.0,)},
    ),
    Reference(
        name="rectified_tanh",
        value="where(x < 0, 0, tanh(x))",
        partials=("where(x <= 0, 0, 1 / (cosh(x) * cosh(x)))",),
    ),
    Reference(
        name="delu",
        value="where(x > 0, (n + 0.5) * x - expm1(-x), x / (1 + exp(-x)))",
        partials=("where(x > 0, n + 0.5 + exp(-x), (1 + x / (1 + exp(x))) / (1 + exp(-x)))",),
        samples={"n": (2.0,)},
    ),
)
