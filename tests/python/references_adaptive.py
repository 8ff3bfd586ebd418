"""References of functions with parameters; tests/python/references.py says what a row is."""

import torch.nn.functional as F
from reference_row import Reference

ADAPTIVE = (
    Reference(
        name="prelu",
        value="where(x > 0, x, weight * x)",
        partials=("where(x > 0, 1, weight)", "where(x > 0, 0, x)"),
        builtin=F.prelu,
        inputs=("x", "weight"),
        samples={"weight": (-1.5, 3e-39)},
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
        third_derivatives_up_to=1.0,  # they are no numbers where the function itself overflows
    ),
)
