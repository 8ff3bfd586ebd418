"""References of functions of two inputs; tests/python/references.py says what a row is."""

import torch
import torch.nn.functional as F
from reference_row import Reference

GATED = (
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
        name="sigmoid_glu",
        value="up / (1 + exp(-gate))",
        partials=("up / ((1 + exp(gate)) * (1 + exp(-gate)))", "1 / (1 + exp(-gate))"),
        builtin=lambda gate, up: torch.sigmoid(gate) * up,
        inputs=("gate", "up"),
        samples={"up": (1.0, -0.3, 1e-3)},
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
)
