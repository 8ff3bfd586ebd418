"""The activations that PyTorch lacks, as one would write them in PyTorch: rivals, eager and compiled.

Those with parameters take them after x. They are short and fast rather than exact in the tails, as in the papers, and
have the default arguments. The formulas of tests/python/references.py would be unfair rivals: those take detours to
lose no digits.
"""

import math
from collections.abc import Callable, Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def _dsilu(x: Tensor) -> Tensor:
    gate = torch.sigmoid(x)
    return gate * (1 + x * (1 - gate))


def _penalized_tanh(x: Tensor) -> Tensor:
    squashed = torch.tanh(x)
    return torch.where(x > 0, squashed, 0.25 * squashed)


def _acon_c(x: Tensor, p1: Tensor, p2: Tensor, beta: Tensor) -> Tensor:
    difference = (p1 - p2) * x
    return difference * torch.sigmoid(beta * difference) + p2 * x


def _srelu(x: Tensor, t_right: Tensor, a_right: Tensor, t_left: Tensor, a_left: Tensor) -> Tensor:
    left = torch.where(x <= t_left, t_left + a_left * (x - t_left), x)
    return torch.where(x >= t_right, t_right + a_right * (x - t_right), left)


def _xielu(x: Tensor, alpha_p: Tensor, alpha_n: Tensor) -> Tensor:
    """As in transformers."""
    a_p, a_n = F.softplus(alpha_p), 0.5 + F.softplus(alpha_n)
    left = (torch.expm1(torch.clamp_max(x, -1e-6)) - x) * a_n + 0.5 * x
    return torch.where(x > 0, a_p * x * x + 0.5 * x, left)


def _swiglu_clamped(gate: Tensor, up: Tensor) -> Tensor:
    """As in transformers."""
    gate, up = gate.clamp(max=7.0), up.clamp(-7.0, 7.0)
    return (up + 1) * gate * torch.sigmoid(1.702 * gate)


def _soft_exponential(x: Tensor, alpha: Tensor) -> Tensor:
    """All three cases, as what is learned may be any of them; divisors that are not 0, lest gradients be NaN."""
    divisor = torch.where(alpha == 0, 1.0, alpha)
    logarithm = -torch.log(torch.where(alpha < 0, 1 - alpha * (x + alpha), 1.0)) / divisor
    exponential = torch.expm1(torch.where(alpha > 0, alpha * x, 0.0)) / divisor + alpha
    return torch.where(alpha < 0, logarithm, torch.where(alpha > 0, exponential, x))


def _horner(x: Tensor, coefficients: Sequence[Tensor]) -> Tensor:
    result = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        result = coefficient + x * result
    return result


def _rational(denominator: Callable[[Tensor, Sequence[Tensor]], Tensor]) -> Callable[..., Tensor]:
    """With a numerator of degree 5, as papers have it."""
    return lambda x, *c: _horner(x, c[:6]) / denominator(x, c[6:])


def _of_magnitudes(x: Tensor, q: Sequence[Tensor]) -> Tensor:
    magnitude = x.abs()
    return 1 + magnitude * _horner(magnitude, [coefficient.abs() for coefficient in q])


def _bspline(x: Tensor, *coefficients: Tensor) -> Tensor:
    """Intervals of a grid from -1 to 1; the recursion of Cox and de Boor, as the published codes of KANs have it."""
    intervals = len(coefficients) - 3
    grid = torch.arange(-3.0, intervals + 4)
    points = (x.unsqueeze(-1) + 1) * (intervals / 2)
    bases = ((points >= grid[:-1]) & (points < grid[1:])).to(x.dtype)
    for k in (1, 2, 3):
        rising = (points - grid[: -(k + 1)]) / k * bases[..., :-1]
        bases = rising + (grid[k + 1 :] - points) / k * bases[..., 1:]
    return sum(c * bases[..., k] for k, c in enumerate(coefficients))  # type: ignore[return-value]


def _kan_edge(x: Tensor, *parameters: Tensor) -> Tensor:
    *coefficients, base_weight, spline_weight = parameters
    return base_weight * F.silu(x) + spline_weight * _bspline(x, *coefficients)


def _apl(x: Tensor, *parameters: Tensor) -> Tensor:
    pieces = len(parameters) // 2
    hinges = (a * F.relu(b - x) for a, b in zip(parameters[:pieces], parameters[pieces:], strict=True))
    return F.relu(x) + sum(hinges)


def _dynamic_relu(x: Tensor, *parameters: Tensor) -> Tensor:
    pieces = len(parameters) // 2
    result, *others = (a * x + b for a, b in zip(parameters[:pieces], parameters[pieces:], strict=True))
    for line in others:
        result = torch.maximum(result, line)
    return result


WRITTEN_OUT: Mapping[str, Callable[..., Tensor]] = {
    "thresholded_relu": lambda x: torch.where(x > 1, x, 0.0),
    "shrink": lambda x: torch.where(x < -0.5, x, torch.where(x > 0.5, x, 0.0)),
    "hard_mish": lambda x: x / 2 * torch.clamp(x + 2, 0, 2),
    "relu_squared": lambda x: F.relu(x).square(),
    "sparse_plus": lambda x: torch.where(x <= -1, 0.0, torch.where(x < 1, (x + 1).square() / 4, x)),
    "sparse_sigmoid": lambda x: torch.clamp((x + 1) / 2, 0, 1),
    "tlu": lambda x: torch.clamp_min(x, 0),
    "sqnl": lambda x: torch.where(x.abs() <= 2, x * (1 - x.abs() / 4), x.sign()),
    "identity": lambda x: x.clone(),
    "step": lambda x: torch.where(x >= 0, 1.0, 0 * x),
    "swish": lambda x, beta: x * torch.sigmoid(beta * x),
    "quick_gelu": lambda x: x * torch.sigmoid(1.702 * x),
    "e_swish": lambda x: 1.375 * F.silu(x),
    "dsilu": _dsilu,
    "shifted_softplus": lambda x: F.softplus(x) - math.log(2),
    "sqrt_softplus": lambda x: F.softplus(x).sqrt(),
    "laplace": lambda x: 0.5 * (1 + torch.erf((x - 0.707107) / (0.282095 * math.sqrt(2)))),
    "gelu_clipped": lambda x: F.gelu(x).clamp(-10, 10),
    "tanhexp": lambda x: x * torch.tanh(torch.exp(x)),
    "serf": lambda x: x * torch.erf(F.softplus(x)),
    "logish": lambda x: x * torch.log1p(torch.sigmoid(x)),
    "smish": lambda x: x * torch.tanh(torch.log1p(torch.sigmoid(x))),
    "phish": lambda x: x * torch.tanh(F.gelu(x)),
    "gish": lambda x: x * torch.log(2 - torch.exp(-torch.exp(x))),
    "lisht": lambda x: x * torch.tanh(x),
    "squareplus": lambda x: (x + torch.sqrt(x.square() + 4)) / 2,
    "smelu": lambda x: torch.where(x <= -1, 0.0, torch.where(x < 1, (x + 1).square() / 4, x)),
    "isru": lambda x: x * torch.rsqrt(1 + x.square()),
    "isrlu": lambda x: torch.where(x >= 0, x, x * torch.rsqrt(1 + x.square())),
    "bent_identity": lambda x: (torch.sqrt(x.square() + 1) - 1) / 2 + x,
    "lecun_tanh": lambda x: 1.7159 * torch.tanh(2 / 3 * x),
    "rectified_tanh": lambda x: F.relu(torch.tanh(x)),
    "penalized_tanh": _penalized_tanh,
    "elish": lambda x: torch.where(x >= 0, x, torch.expm1(x)) * torch.sigmoid(x),
    "hard_elish": lambda x: torch.where(x >= 0, x, torch.expm1(x)) * torch.clamp((x + 1) / 2, 0, 1),
    "gaussian": lambda x: torch.exp(-x.square()),
    "golu": lambda x: x * torch.exp(-torch.exp(-x)),
    "colu": lambda x: x / (1 - x * torch.exp(-(x + torch.exp(x)))),
    "delu": lambda x: torch.where(x > 0, 1.5 * x + (torch.exp(-x) - 1).abs(), F.silu(x)),
    "cloglog": lambda x: 1 - torch.exp(-torch.exp(x)),
    "loglog": lambda x: torch.exp(-torch.exp(-x)),
    "symlog": lambda x: x.sign() * torch.log1p(x.abs()),
    "sine": lambda x: torch.sin(30 * x),
    "snake": lambda x, alpha: x + torch.sin(alpha * x).square() / alpha,
    "gcu": lambda x: x * torch.cos(x),
    "pelu": lambda x, a, b: torch.where(x >= 0, a / b * x, a * torch.expm1(x / b)),
    "mpelu": lambda x, alpha, beta: torch.where(x >= 0, x, alpha * torch.expm1(beta * x)),
    "srelu": _srelu,
    "arelu": lambda x, alpha, beta: F.relu(x) * (1 + torch.sigmoid(beta)) - F.relu(-x) * alpha.clamp(0.01, 0.99),
    "star_relu": lambda x, scale, bias: scale * F.relu(x).square() + bias,
    "xielu": _xielu,
    "acon_c": _acon_c,
    "aptx": lambda x, alpha, beta, gamma: (alpha + torch.tanh(beta * x)) * gamma * x,
    "smu": lambda x, mu: (1.25 * x + 0.75 * x * torch.erf(mu * 0.75 * x)) / 2,
    "smu1": lambda x, mu: (1.25 * x + torch.sqrt((0.75 * x).square() + mu.square())) / 2,
    "erfact": lambda x, alpha, beta: x * torch.erf(alpha * torch.exp(beta * x)),
    "pserf": lambda x, gamma, delta: x * torch.erf(gamma * F.softplus(delta * x)),
    "sinlu": lambda x, a, b: (x + a * torch.sin(b * x)) * torch.sigmoid(x),
    "snake_beta": lambda x, alpha, beta: x + torch.sin(alpha * x).square() / beta,
    "dynamic_tanh": lambda x, alpha, weight, bias: weight * torch.tanh(alpha * x) + bias,
    "dynamic_erf": lambda x, alpha, shift, weight, bias: weight * torch.erf(alpha * x + shift) + bias,
    "parametric_sigmoid": lambda x, slope, height: height * torch.sigmoid(slope * x),
    "parametric_tanh": lambda x, slope, height: height * torch.tanh(slope * x),
    "soft_exponential": _soft_exponential,
    "swiglu_clamped": _swiglu_clamped,
    "xatglu": lambda gate, up, alpha: ((torch.atan(gate) / math.pi + 0.5) * (1 + 2 * alpha) - alpha) * up,
    "gtu": lambda gate, up: torch.tanh(gate) * torch.sigmoid(up),
    "apl": _apl,
    "dynamic_relu": _dynamic_relu,
    "rational_a": _rational(_of_magnitudes),
    "rational_b": _rational(lambda x, q: 1 + (x * _horner(x, q)).abs()),
    "rational_c": _rational(lambda x, q: 0.1 + _horner(x, q).abs()),
    "rational_n": _rational(lambda x, q: 1 + x * _horner(x, q)),
    "polynomial": lambda x, *c: _horner(x, c),
    "bspline": _bspline,
    "kan_edge": _kan_edge,
}
