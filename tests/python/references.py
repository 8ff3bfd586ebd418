"""Independent references: what each operator must compute, from the formula of its paper. One row per operator.

To add an operator, add a row to `REFERENCES`, and look at nothing but the paper while you write it:

- ``value`` and ``partials``, one for each tensor input, are expressions of tests/python/reference_language.py. Write
  them so that no digits cancel, in the tails as well: they are evaluated in long double, where they must be far better
  than a float everywhere (`test_references.py` proves it against mpmath). At a kink, ``partials`` has the slope that
  PyTorch has. ``1 + exp(x)`` may overflow, but ``exp(x) / exp(x)`` may not.
- At +-infinity the reference is the limit. Nothing has to be done for it: where an expression gives NaN at an infinity,
  it is evaluated at huge numbers instead. NaN gives NaN.
- ``inputs`` are the operator's tensor inputs in order; the first may have any name, the others and the arguments have
  those of the schema. ``samples`` holds values, besides the default, for each input after the first and for each
  argument, in the order of the schema: the first input is swept over every float for the default, and for each sample.
  Coefficients are an input each, with numbers behind the tensor's name (references_with_coefficients.py).
- ``builtin`` is PyTorch's function to compare with: called with the inputs in order and the arguments by name. Where
  it is wrong by more than 1e-12 in double (hardsigmoid and celu calculate with a constant that is a float), a composition
  that gives NaN where the slope is a number (softsign, tanhshrink) or missing, the formula takes its place.
"""

import torch
import torch.nn.functional as F
from reference_row import Reference
from references_with_coefficients import WITH_COEFFICIENTS

REFERENCES = (
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
        name="prelu",
        value="where(x > 0, x, weight * x)",
        partials=("where(x > 0, 1, weight)", "where(x > 0, 0, x)"),
        builtin=F.prelu,
        inputs=("x", "weight"),
        samples={"weight": (-1.5, 3e-39)},
    ),
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
        name="mish",
        value="x * tanh(log1p(exp(x)))",
        partials=("tanh(log1p(exp(x))) + x / (1 + exp(-x)) / (cosh(log1p(exp(x))) * cosh(log1p(exp(x))))",),
        builtin=F.mish,
    ),
    Reference(
        name="swiglu",
        value="gate / (1 + exp(-gate)) * up",
        partials=(
            "(1 + gate / (1 + exp(gate))) / (1 + exp(-gate)) * up",
            "gate / (1 + exp(-gate))",
        ),
        builtin=lambda gate, up: F.silu(gate) * up,
        inputs=("gate", "up"),
        samples={"up": (1.0, -0.3, 1e-3)},
    ),
    Reference(
        name="relu6",
        value="where(x < 0, 0, where(x > 6, 6, x))",
        partials=("where(x <= 0, 0, where(x < 6, 1, 0))",),
        builtin=F.relu6,
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
        name="hardswish",
        value="where(x < -3, 0 * x, where(x > 3, x, x * (x + 3) / 6))",
        partials=("where(x <= -3, 0, where(x >= 3, 1, (x + 1.5) / 3))",),
        builtin=F.hardswish,
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
        name="hard_mish",
        value="where(x < -2, 0 * x, where(x > 0, x, x * (x + 2) / 2))",
        partials=("where(x < -2, 0, where(x > 0, 1, x + 1))",),
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
        name="sparse_sigmoid",
        value="where(x < -1, 0, where(x > 1, 1, (x + 1) / 2))",
        partials=("where(fabs(x) < 1, 0.5, 0)",),
    ),
    Reference(
        name="tlu",
        value="where(alpha == 0, where(x > tau, x, tau), fmax(x, alpha * x + tau))",
        partials=("where(x * (1 - alpha) > tau, 1, alpha)",),
        samples={"tau": (-0.5,), "alpha": (0.25,)},
    ),
    Reference(
        name="sqnl",
        value="where(x < -2, -1, where(x > 2, 1, x * (1 - fabs(x) / 4)))",
        partials=("where(fabs(x) > 2, 0, 1 - fabs(x) / 2)",),
    ),
    Reference(
        name="identity",
        value="x",
        partials=("where(x == x, 1, x)",),
    ),
    Reference(
        name="step",
        value="where(x < 0, 0, 1) + 0 * x",
        partials=("where(x == x, 0, x)",),
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
        name="silu",
        value="x / (1 + exp(-x))",
        partials=("(1 + x / (1 + exp(x))) / (1 + exp(-x))",),
        builtin=F.silu,
    ),
    Reference(
        name="swish",
        value="x / (1 + exp(-beta * x))",
        partials=(
            "(1 + beta * x / (1 + exp(beta * x))) / (1 + exp(-beta * x))",
            "x / (1 + exp(beta * x)) * (x / (1 + exp(-beta * x)))",
        ),
        inputs=("x", "beta"),
        samples={"beta": (0.35, -2.0, 0.0)},
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
        name="dsilu",
        value="(1 + x / (1 + exp(x))) / (1 + exp(-x))",
        partials=("(2 + x * (1 / (1 + exp(x)) - 1 / (1 + exp(-x)))) / (1 + exp(-x)) / (1 + exp(x))",),
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
        name="logsigmoid",
        value="-log1p(exp(-fabs(x))) - fmax(-x, 0)",
        partials=("1 / (1 + exp(x))",),
        builtin=F.logsigmoid,
    ),
    Reference(
        name="softplus",
        value="where(threshold == 20, fmax(x, 0) + log1p(exp(-fabs(beta * x))) / beta, where(beta * x > threshold, x, log1p(exp(beta * x)) / beta))",
        partials=(
            "where(threshold == 20, 1 / (1 + exp(-beta * x)), where(beta * x > threshold, 1, 1 / (1 + exp(-beta * x))))",
        ),
        builtin=F.softplus,
        samples={"beta": (2.5,), "threshold": (3.0,)},
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
        name="laplace",
        value="erfc((mu - x) / (sigma * sqrt(2))) / 2",
        partials=("exp(-(x - mu) * (x - mu) / (2 * sigma * sigma)) / (sigma * sqrt(2 * pi))",),
        samples={"mu": (0.0,), "sigma": (1.0,)},
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
        name="isru",
        value="x / sqrt(1 + alpha * x * x)",
        partials=("1 / ((1 + alpha * x * x) * sqrt(1 + alpha * x * x))",),
        samples={"alpha": (3.0,)},
    ),
    Reference(
        name="isrlu",
        value="where(x < 0, x / sqrt(1 + alpha * x * x), x)",
        partials=("where(x < 0, 1 / ((1 + alpha * x * x) * sqrt(1 + alpha * x * x)), 1)",),
        samples={"alpha": (3.0,)},
    ),
    Reference(
        name="bent_identity",
        value="x * (1 + x / (2 * (sqrt(x * x + 1) + 1)))",
        partials=("x / (2 * sqrt(x * x + 1)) + 1",),
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
        name="rectified_tanh",
        value="where(x < 0, 0, tanh(x))",
        partials=("where(x <= 0, 0, 1 / (cosh(x) * cosh(x)))",),
    ),
    Reference(
        name="penalized_tanh",
        value="where(x > 0, tanh(x), a * tanh(x))",
        partials=("where(x > 0, 1, a) / (cosh(x) * cosh(x))",),
        samples={"a": (0.1,)},
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
        name="gaussian",
        value="exp(-x * x)",
        partials=("-2 * x * exp(-x * x)",),
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
    Reference(
        name="delu",
        value="where(x > 0, (n + 0.5) * x - expm1(-x), x / (1 + exp(-x)))",
        partials=("where(x > 0, n + 0.5 + exp(-x), (1 + x / (1 + exp(x))) / (1 + exp(-x)))",),
        samples={"n": (2.0,)},
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
        name="snake",
        value="where(alpha == 0, x, x + sin(alpha * x) * sin(alpha * x) / alpha)",
        partials=(
            "1 + sin(2 * alpha * x)",
            "where(alpha == 0, x * x, (x * sin(2 * alpha * x) - sin(alpha * x) * sin(alpha * x) / alpha) / alpha)",
        ),
        inputs=("x", "alpha"),
        samples={"alpha": (0.5, -1.3, 0.0, 0.25)},
    ),
    Reference(
        name="gcu",
        value="x * cos(x)",
        partials=("cos(x) - x * sin(x)",),
    ),
    Reference(
        name="softsign",
        value="x / (1 + fabs(x))",
        partials=("1 / ((1 + fabs(x)) * (1 + fabs(x)))",),
    ),
    Reference(
        name="tanhshrink",
        value="where(fabs(x) < 0.5, x * x * x / (3 + x * x / (5 + x * x / (7 + x * x / (9 + x * x / (11 + x * x / (13 + x * x / (15 + x * x / (17 + x * x / (19 + x * x / (21 + x * x / (23 + x * x / (25 + x * x / (27 + x * x / (29 + x * x / (31)))))))))))))) + x * x), x - tanh(x))",
        partials=("tanh(x) * tanh(x)",),
    ),
    Reference(
        name="sigmoid_glu",
        value="up / (1 + exp(-gate))",
        partials=("up / ((1 + exp(gate)) * (1 + exp(-gate)))", "1 / (1 + exp(-gate))"),
        builtin=lambda gate, up: torch.sigmoid(gate) * up,
        inputs=("gate", "up"),
        samples={"up": (1.0, -0.3, 1e-3)},
    ),
    Reference(
        name="pelu",
        value="where(a == 0, a * (x / b), where(x < 0, a * expm1(x / b), a / b * x))",
        partials=(
            "where(x < 0, a / b * exp(x / b), a / b + 0 * x)",
            "where(x < 0, expm1(x / b), x / b)",
            "where(x < 0, -a * x / (b * b) * exp(x / b), -a * x / (b * b))",
        ),
        inputs=("x", "a", "b"),
        samples={"a": (1.7, 0.3), "b": (0.5, 2.3)},
    ),
    Reference(
        name="mpelu",
        value="where(x < 0, where(alpha == 0, alpha * (beta * x), alpha * expm1(beta * x)), x)",
        partials=(
            "where(x < 0, alpha * beta * exp(beta * x), where(x == x, 1, x))",
            "where(x < 0, expm1(beta * x), 0 * x)",
            "where(x < 0, alpha * x * exp(beta * x), 0 * x)",
        ),
        inputs=("x", "alpha", "beta"),
        samples={"alpha": (0.25, 1.5), "beta": (2.0, 0.35)},
    ),
    Reference(
        name="srelu",
        value="where(x >= t_right, t_right + a_right * (x - t_right), where(x <= t_left, t_left + a_left * (x - t_left), x))",
        partials=(
            "where(x >= t_right, a_right, where(x <= t_left, a_left, where(x == x, 1, x)))",
            "where(x >= t_right, 1 - a_right, 0 * x)",
            "where(x >= t_right, x - t_right, 0 * x)",
            "where(x >= t_right, 0 * x, where(x <= t_left, 1 - a_left, 0 * x))",
            "where(x >= t_right, 0 * x, where(x <= t_left, x - t_left, 0 * x))",
        ),
        inputs=("x", "t_right", "a_right", "t_left", "a_left"),
        samples={
            "t_right": (0.3, 2.3),
            "a_right": (0.7, 0.0),
            "t_left": (-0.7, -1.1),
            "a_left": (0.1, -0.3),
        },
    ),
    Reference(
        name="arelu",
        value="where(x > 0, x * (1 + 1 / (1 + exp(-beta))), x * fmin(fmax(alpha, 0.01), 0.99))",
        partials=(
            "where(x > 0, 1 + 1 / (1 + exp(-beta)), where(x == x, fmin(fmax(alpha, 0.01), 0.99), x))",
            "where(x > 0, 0, where(alpha < 0.01, 0 * x, where(alpha > 0.99, 0 * x, x)))",
            "where(x > 0, x / ((1 + exp(-beta)) * (1 + exp(beta))), 0 * x)",
        ),
        inputs=("x", "alpha", "beta"),
        samples={"alpha": (0.3, 0.0, 1.5), "beta": (-1.0, -30.0, 100.0)},
    ),
    Reference(
        name="star_relu",
        value="scale * fmax(x, 0) * fmax(x, 0) + bias + 0 * x",
        partials=("2 * scale * fmax(x, 0) + 0 * x", "fmax(x, 0) * fmax(x, 0) + 0 * x", "where(x == x, 1, x)"),
        inputs=("x", "scale", "bias"),
        samples={"scale": (1.5, -0.3), "bias": (0.25, 0.0)},
    ),
    Reference(
        name="aptx",
        value="(where(beta * x < -0.01, alpha - 1 + 2 / (1 + exp(-2 * beta * x)), where(beta * x < 0.01, alpha + tanh(beta * x), where(alpha == -1, -2 / (1 + exp(2 * beta * x)), alpha + 1 - 2 / (1 + exp(2 * beta * x)))))) * gamma * x",
        partials=(
            "gamma * (where(beta * x < -0.01, alpha - 1 + 2 / (1 + exp(-2 * beta * x)), where(beta * x < 0.01, alpha + tanh(beta * x), where(alpha == -1, -2 / (1 + exp(2 * beta * x)), alpha + 1 - 2 / (1 + exp(2 * beta * x))))) + beta * x / (cosh(beta * x) * cosh(beta * x)))",
            "gamma * x",
            "gamma * x * (x / (cosh(beta * x) * cosh(beta * x)))",
            "(where(beta * x < -0.01, alpha - 1 + 2 / (1 + exp(-2 * beta * x)), where(beta * x < 0.01, alpha + tanh(beta * x), where(alpha == -1, -2 / (1 + exp(2 * beta * x)), alpha + 1 - 2 / (1 + exp(2 * beta * x)))))) * x",
        ),
        inputs=("x", "alpha", "beta", "gamma"),
        samples={"alpha": (1.25, 1.0), "beta": (0.5, -2.0), "gamma": (1.0, 0.7)},
    ),
    Reference(
        name="dynamic_tanh",
        value="weight * tanh(alpha * x) + bias",
        partials=(
            "weight * alpha / (cosh(alpha * x) * cosh(alpha * x))",
            "weight * x / (cosh(alpha * x) * cosh(alpha * x))",
            "tanh(alpha * x)",
            "where(x == x, 1, x)",
        ),
        inputs=("x", "alpha", "weight", "bias"),
        samples={"alpha": (1.3, -0.7), "weight": (-1.5, 0.4), "bias": (0.5, -0.1)},
    ),
    Reference(
        name="parametric_sigmoid",
        value="height / (1 + exp(-slope * x))",
        partials=(
            "height * slope / ((1 + exp(slope * x)) * (1 + exp(-slope * x)))",
            "height * x / ((1 + exp(slope * x)) * (1 + exp(-slope * x)))",
            "1 / (1 + exp(-slope * x))",
        ),
        inputs=("x", "slope", "height"),
        samples={"slope": (0.35, -1.7), "height": (2.5, -0.3)},
    ),
    Reference(
        name="parametric_tanh",
        value="height * tanh(slope * x)",
        partials=(
            "height * slope / (cosh(slope * x) * cosh(slope * x))",
            "height * x / (cosh(slope * x) * cosh(slope * x))",
            "tanh(slope * x)",
        ),
        inputs=("x", "slope", "height"),
        samples={"slope": (0.35, -1.7), "height": (2.5, -0.3)},
    ),
    Reference(
        name="acon_c",
        value="where(p2 == 0, x * (p1 / (1 + exp(-beta * p1 * x))), where(p1 == 0, x * (p2 / (1 + exp(-beta * p2 * x))), x * (p1 / (1 + exp(-beta * (p1 - p2) * x)) + p2 / (1 + exp(beta * (p1 - p2) * x)))))",
        partials=(
            "p1 * (1 + beta * (p1 - p2) * x / (1 + exp(beta * (p1 - p2) * x))) / (1 + exp(-beta * (p1 - p2) * x)) + p2 * (1 - beta * (p1 - p2) * x / (1 + exp(-beta * (p1 - p2) * x))) / (1 + exp(beta * (p1 - p2) * x))",
            "x * ((1 + beta * (p1 - p2) * x / (1 + exp(beta * (p1 - p2) * x))) / (1 + exp(-beta * (p1 - p2) * x)))",
            "x * ((1 - beta * (p1 - p2) * x / (1 + exp(-beta * (p1 - p2) * x))) / (1 + exp(beta * (p1 - p2) * x)))",
            "(p1 - p2) * x / (1 + exp(beta * (p1 - p2) * x)) * ((p1 - p2) * x / (1 + exp(-beta * (p1 - p2) * x)))",
        ),
        inputs=("x", "p1", "p2", "beta"),
        samples={"p1": (0.3, 1.1, 0.5), "p2": (1.2, -0.4, 0.5), "beta": (0.7, 1.6, 1.0)},
    ),
    Reference(
        name="snake_beta",
        value="x + sin(alpha * x) * sin(alpha * x) / beta",
        partials=(
            "1 + alpha / beta * sin(2 * alpha * x)",
            "x / beta * sin(2 * alpha * x)",
            "-sin(alpha * x) * sin(alpha * x) / (beta * beta)",
        ),
        inputs=("x", "alpha", "beta"),
        samples={"alpha": (0.5, 1.3), "beta": (2.0, 0.7)},
    ),
    Reference(
        name="xielu",
        value="where(x > 0, ((fmax(alpha_p, 0) + log1p(exp(-fabs(alpha_p)))) * x + beta) * x, (fmax(alpha_n, 0) + log1p(exp(-fabs(alpha_n)))) * (where(x > eps, expm1(eps) - x, where(x > -0.03, x * x * (1 / 2 + x * (1 / 6 + x * (1 / 24 + x * (1 / 120 + x * (1 / 720 + x * (1 / 5040 + x * (1 / 40320 + x * (1 / 362880 + x * (1 / 3628800 + x * (1 / 39916800 + x * (1 / 479001600 + x * (1 / 6227020800 + x * (1 / 87178291200 + x * (1 / 1307674368000)))))))))))))), expm1(x) - x))) + beta * where(x > eps, expm1(eps), expm1(x)))",
        partials=(
            "where(x > 0, 2 * (fmax(alpha_p, 0) + log1p(exp(-fabs(alpha_p)))) * x + beta, where(x < eps, (fmax(alpha_n, 0) + log1p(exp(-fabs(alpha_n)))) * expm1(x) + beta * exp(x), 0 * x - (fmax(alpha_n, 0) + log1p(exp(-fabs(alpha_n))))))",
            "where(x > 0, x * x / (1 + exp(-alpha_p)), 0 * x)",
            "where(x > 0, 0, (where(x > eps, expm1(eps) - x, where(x > -0.03, x * x * (1 / 2 + x * (1 / 6 + x * (1 / 24 + x * (1 / 120 + x * (1 / 720 + x * (1 / 5040 + x * (1 / 40320 + x * (1 / 362880 + x * (1 / 3628800 + x * (1 / 39916800 + x * (1 / 479001600 + x * (1 / 6227020800 + x * (1 / 87178291200 + x * (1 / 1307674368000)))))))))))))), expm1(x) - x))) / (1 + exp(-alpha_n)))",
        ),
        inputs=("x", "alpha_p", "alpha_n"),
        samples={
            "alpha_p": (-1.5, 2.0),
            "alpha_n": (1.5, -3.0),
            "beta": (0.25,),
            "eps": (-1e-3,),
        },
    ),
    Reference(
        name="dynamic_erf",
        value="weight * erf(alpha * x + shift) + bias",
        partials=(
            "weight * alpha * 2 / sqrt(pi) * exp(-(alpha * x + shift) * (alpha * x + shift))",
            "weight * 2 / sqrt(pi) * (x * exp(-(alpha * x + shift) * (alpha * x + shift)))",
            "weight * 2 / sqrt(pi) * exp(-(alpha * x + shift) * (alpha * x + shift))",
            "erf(alpha * x + shift)",
            "where(x == x, 1, x)",
        ),
        inputs=("x", "alpha", "shift", "weight", "bias"),
        samples={
            "alpha": (1.3, -0.7),
            "shift": (0.2, -0.6),
            "weight": (-1.5, 0.4),
            "bias": (0.8, -0.1),
        },
    ),
    Reference(
        name="smu",
        value="x * (alpha + (1 - alpha) * erfc(-mu * (1 - alpha) * x) / 2)",
        partials=(
            "alpha + (1 - alpha) * (erfc(-mu * (1 - alpha) * x) / 2 + mu * (1 - alpha) * x / sqrt(pi) * exp(-(mu * (1 - alpha) * x) * (mu * (1 - alpha) * x)))",
            "(1 - alpha) * (1 - alpha) / sqrt(pi) * (x * (x * exp(-(mu * (1 - alpha) * x) * (mu * (1 - alpha) * x))))",
        ),
        inputs=("x", "mu"),
        samples={"mu": (2.5, -0.6), "alpha": (0.0,)},
    ),
    Reference(
        name="smu1",
        value="where((1 - alpha) * x < 0, alpha * x + mu * mu / (2 * (sqrt(((1 - alpha) * x) * ((1 - alpha) * x) + mu * mu) - (1 - alpha) * x)), ((1 + alpha) * x + sqrt(((1 - alpha) * x) * ((1 - alpha) * x) + mu * mu)) / 2)",
        partials=(
            "where((1 - alpha) * x < 0, alpha + (1 - alpha) * mu * mu / (2 * sqrt(((1 - alpha) * x) * ((1 - alpha) * x) + mu * mu) * (sqrt(((1 - alpha) * x) * ((1 - alpha) * x) + mu * mu) - (1 - alpha) * x)), alpha + (1 - alpha) * (1 + (1 - alpha) * x / sqrt(((1 - alpha) * x) * ((1 - alpha) * x) + mu * mu)) / 2)",
            "mu / (2 * sqrt(((1 - alpha) * x) * ((1 - alpha) * x) + mu * mu))",
        ),
        inputs=("x", "mu"),
        samples={"mu": (0.5, -2.0), "alpha": (0.0,)},
    ),
    Reference(
        name="sinlu",
        value="(x + a * sin(b * x)) / (1 + exp(-x))",
        partials=(
            "(1 + a * b * cos(b * x) + (x + a * sin(b * x)) / (1 + exp(x))) / (1 + exp(-x))",
            "sin(b * x) / (1 + exp(-x))",
            "a * x * cos(b * x) / (1 + exp(-x))",
        ),
        inputs=("x", "a", "b"),
        samples={"a": (0.5, -0.7), "b": (0.5, 0.9)},
    ),
    Reference(
        name="erfact",
        value="where(alpha == 0, alpha * x, x * erf(alpha * exp(beta * x)))",
        partials=(
            "erf(alpha * exp(beta * x)) + 2 / sqrt(pi) * alpha * beta * x * exp(beta * x - alpha * alpha * exp(2 * beta * x))",
            "2 / sqrt(pi) * (x * exp(beta * x - alpha * alpha * exp(2 * beta * x)))",
            "2 / sqrt(pi) * alpha * (x * (x * exp(beta * x - alpha * alpha * exp(2 * beta * x))))",
        ),
        inputs=("x", "alpha", "beta"),
        samples={"alpha": (1.25, -0.4), "beta": (0.5, 1.5)},
    ),
    Reference(
        name="pserf",
        value="x * erf(gamma * (fmax(delta * x, 0) + log1p(exp(-fabs(delta * x)))))",
        partials=(
            "erf(gamma * (fmax(delta * x, 0) + log1p(exp(-fabs(delta * x))))) + 2 / sqrt(pi) * gamma * delta * x * exp(-gamma * (fmax(delta * x, 0) + log1p(exp(-fabs(delta * x)))) * (gamma * (fmax(delta * x, 0) + log1p(exp(-fabs(delta * x)))))) / (1 + exp(-delta * x))",
            "2 / sqrt(pi) * (x * ((fmax(delta * x, 0) + log1p(exp(-fabs(delta * x)))) * exp(-gamma * (fmax(delta * x, 0) + log1p(exp(-fabs(delta * x)))) * (gamma * (fmax(delta * x, 0) + log1p(exp(-fabs(delta * x))))))))",
            "2 / sqrt(pi) * gamma * (x * (x * exp(-gamma * (fmax(delta * x, 0) + log1p(exp(-fabs(delta * x)))) * (gamma * (fmax(delta * x, 0) + log1p(exp(-fabs(delta * x)))))) / (1 + exp(-delta * x))))",
        ),
        inputs=("x", "gamma", "delta"),
        samples={"gamma": (1.0, -0.6), "delta": (1.5, 0.7)},
    ),
    Reference(
        name="soft_exponential",
        value="where(alpha < 0, where((-alpha * (x + alpha)) <= -1, -exp(1e9), -log1p(where((-alpha * (x + alpha)) <= -1, 0, (-alpha * (x + alpha)))) / alpha), where(alpha > 0, where(fabs((alpha * x)) < 0.03, x + alpha + x * (alpha * x) * (1 / 2 + (alpha * x) * (1 / 6 + (alpha * x) * (1 / 24 + (alpha * x) * (1 / 120 + (alpha * x) * (1 / 720 + (alpha * x) * (1 / 5040 + (alpha * x) * (1 / 40320 + (alpha * x) * (1 / 362880 + (alpha * x) * (1 / 3628800 + (alpha * x) * (1 / 39916800 + (alpha * x) * (1 / 479001600 + (alpha * x) * (1 / 6227020800 + (alpha * x) * (1 / 87178291200 + (alpha * x) * (1 / 1307674368000)))))))))))))), expm1((alpha * x)) / alpha + alpha), x))",
        partials=(
            "where(alpha < 0, where((-alpha * (x + alpha)) <= -1, 0, 1 / (1 + (-alpha * (x + alpha)))), where(x == x, exp((alpha * x)), x))",
            "where(alpha < 0, where((-alpha * (x + alpha)) <= -1, 0, where(fabs((-alpha * (x + alpha))) < 0.015, (x + alpha) * (x + alpha) * (1 / 2 + (-alpha * (x + alpha)) * (-2 / 3 + (-alpha * (x + alpha)) * (3 / 4 + (-alpha * (x + alpha)) * (-4 / 5 + (-alpha * (x + alpha)) * (5 / 6 + (-alpha * (x + alpha)) * (-6 / 7 + (-alpha * (x + alpha)) * (7 / 8 + (-alpha * (x + alpha)) * (-8 / 9 + (-alpha * (x + alpha)) * (9 / 10 + (-alpha * (x + alpha)) * (-10 / 11 + (-alpha * (x + alpha)) * (11 / 12 + (-alpha * (x + alpha)) * (-12 / 13 + (-alpha * (x + alpha)) * (13 / 14 + (-alpha * (x + alpha)) * (-14 / 15 + (-alpha * (x + alpha)) * (15 / 16 + (-alpha * (x + alpha)) * (-16 / 17 + (-alpha * (x + alpha)) * (17 / 18))))))))))))))))), (log1p((-alpha * (x + alpha))) - where((-alpha * (x + alpha)) > 1, 1 - 1 / (1 + (-alpha * (x + alpha))), (-alpha * (x + alpha)) / (1 + (-alpha * (x + alpha))))) / (alpha * alpha)) + 1 / (1 + (-alpha * (x + alpha)))), where(alpha > 0, where(fabs((alpha * x)) < 0.03, x * x * (1 / 2 + (alpha * x) * (2 / 6 + (alpha * x) * (3 / 24 + (alpha * x) * (4 / 120 + (alpha * x) * (5 / 720 + (alpha * x) * (6 / 5040 + (alpha * x) * (7 / 40320 + (alpha * x) * (8 / 362880 + (alpha * x) * (9 / 3628800 + (alpha * x) * (10 / 39916800 + (alpha * x) * (11 / 479001600 + (alpha * x) * (12 / 6227020800 + (alpha * x) * (13 / 87178291200 + (alpha * x) * (14 / 1307674368000)))))))))))))), where((alpha * x) > 1, ((alpha * x) - 1) * exp((alpha * x)) + 1, (alpha * x) * exp((alpha * x)) - expm1((alpha * x))) / (alpha * alpha)) + 1, x * x / 2 + 1))",
        ),
        inputs=("x", "alpha"),
        samples={"alpha": (0.5, -0.7, 1e-3, -1e-3, 1.5)},
    ),
    Reference(
        name="swiglu_clamped",
        value="(where(up > limit, limit, where(up < -limit, -limit, up)) + 1) * (where(gate > limit, limit, gate) / (1 + exp(-alpha * where(gate > limit, limit, gate))))",
        partials=(
            "where(gate > limit, 0 * up, (1 + alpha * gate / (1 + exp(alpha * gate))) / (1 + exp(-alpha * gate)) * (where(up > limit, limit, where(up < -limit, -limit, up)) + 1))",
            "where(fabs(up) > limit, 0 * gate, where(gate > limit, limit, gate) / (1 + exp(-alpha * where(gate > limit, limit, gate))))",
        ),
        builtin=lambda gate, up, alpha, limit: (
            (up.clamp(-limit, limit) + 1) * F.silu(alpha * gate.clamp(max=limit)) / alpha
        ),
        inputs=("gate", "up"),
        samples={"up": (1.0, -0.3, 9.0), "alpha": (1.0, 1.702, 0.5), "limit": (4.0, 2.5, 7.0)},
    ),
    Reference(
        name="gtu",
        value="tanh(gate) / (1 + exp(-up))",
        partials=(
            "1 / (cosh(gate) * cosh(gate) * (1 + exp(-up)))",
            "tanh(gate) / ((1 + exp(up)) * (1 + exp(-up)))",
        ),
        builtin=lambda gate, up: torch.tanh(gate) * torch.sigmoid(up),
        inputs=("gate", "up"),
        samples={"up": (1.0, -2.3)},
    ),
    Reference(
        name="xatglu",
        value="(where(gate < -1, -atan(1 / gate) / pi, 1 / 2 + atan(gate) / pi) + 2 * alpha * atan(gate) / pi) * up",
        partials=(
            "(1 + 2 * alpha) / (pi * (1 + gate * gate)) * up",
            "where(gate < -1, -atan(1 / gate) / pi, 1 / 2 + atan(gate) / pi) + 2 * alpha * atan(gate) / pi",
            "2 * atan(gate) / pi * up",
        ),
        inputs=("gate", "up", "alpha"),
        samples={"up": (1.0, -2.3), "alpha": (0.25, -0.1)},
    ),
    *WITH_COEFFICIENTS,
)

BY_NAME = {reference.name: reference for reference in REFERENCES}
