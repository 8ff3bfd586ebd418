"""What operators with many coefficients compute: the formulas written out, limits, and what modules start from."""

from collections.abc import Callable, Sequence

import pytest
import torch
import torch.nn.functional as F
import torchactiv
import torchactiv.functional as ours
from operators import sample
from torch import Tensor
from torchactiv.nn import APL, BSpline, KANEdge, MaxAffine, Rational

SHAPE = (3, 4, 5)


def apl(x: Tensor, a: Tensor, b: Tensor) -> Tensor:
    return F.relu(x) + (a * F.relu(b - x)).sum(0)


def max_affine(x: Tensor, slopes: Tensor, intercepts: Tensor) -> Tensor:
    return (slopes * x + intercepts).amax(0)


def polynomial(x: Tensor, coefficients: Tensor, first: int = 0) -> Tensor:
    return sum((c * x ** (first + k) for k, c in enumerate(coefficients)), torch.zeros_like(x))


RATIONALS: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    "A": lambda x, p, q: polynomial(x, p) / (1 + polynomial(x.abs(), q.abs(), 1)),
    "B": lambda x, p, q: polynomial(x, p) / (1 + polynomial(x, q, 1).abs()),
    "C": lambda x, p, q: polynomial(x, p) / (0.1 + polynomial(x, q).abs()),
    "N": lambda x, p, q: polynomial(x, p) / (1 + polynomial(x, q, 1)),
}


def bases(x: Tensor, count: int, low: float, high: float) -> Tensor:
    """The recursion of Cox and de Boor."""
    step = (high - low) / (count - 3)
    grid = (low + step * torch.arange(-3, count + 1, dtype=x.dtype)).view(-1, *[1] * x.dim())
    result = ((x >= grid[:-1]) & (x < grid[1:])).to(x.dtype)
    for k in (1, 2, 3):
        rising = (x - grid[: -(k + 1)]) / (grid[k:-1] - grid[: -(k + 1)]) * result[:-1]
        result = rising + (grid[k + 1 :] - x) / (grid[k + 1 :] - grid[1:-k]) * result[1:]
    return result


def bspline(x: Tensor, coefficients: Tensor, low: float, high: float) -> Tensor:
    return (coefficients * bases(x, coefficients.size(0), low, high)).sum(0)


def along(counted: Tensor) -> Tensor:
    """Coefficients of each channel, for data of three dimensions."""
    return counted[:, None, :, None]


def randoms(*shape: int, seed: int = 0, scale: float = 0.5) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return (scale * torch.randn(shape, dtype=torch.float64, generator=generator)).requires_grad_()


# As many as there may be, or nearly: mine, the formula written out, and the parameters.
MANY: dict[str, tuple[Callable[..., Tensor], Callable[..., Tensor], list[Tensor]]] = {
    "apl": (ours.apl, lambda x, a, b: apl(x, along(a), along(b)), [randoms(20, 4), randoms(20, 4, seed=1)]),
    "dynamic_relu": (
        ours.dynamic_relu,
        lambda x, a, b: max_affine(x, along(a), along(b)),
        [randoms(20, 4), randoms(20, 4, seed=1)],
    ),
    "polynomial": (ours.polynomial, lambda x, c: polynomial(x, along(c)), [randoms(8, 4)]),
    "bspline": (
        lambda x, c: ours.bspline(x, c, -3, 2.5),
        lambda x, c: bspline(x, along(c), -3, 2.5),
        [randoms(39, 4)],
    ),
    "kan_edge": (
        lambda x, c, b, s: ours.kan_edge(x, c, b, s, -3, 2.5),
        lambda x, c, b, s: b.view(-1, 1) * F.silu(x) + s.view(-1, 1) * bspline(x, along(c), -3, 2.5),
        [randoms(30, 4), randoms(4, seed=1), randoms(4, seed=2)],
    ),
    **{
        f"rational {version}, degrees {m} and {n}": (
            lambda x, p, q, v=version: ours.rational(x, p, q, v),
            lambda x, p, q, v=version: RATIONALS[v](x, along(p), along(q)),
            [randoms(m + 1, 4), randoms(n + (version == "C"), 4, seed=1, scale=0.04 if version == "N" else 0.5)],
        )
        for version in RATIONALS
        for m, n in ((9, 8), (0, 1), (2, 5))
    },
}


@pytest.mark.parametrize("name", MANY)
def test_many(name: str) -> None:
    """Values, gradients and second derivatives are those of the formula."""
    mine, formula, parameters = MANY[name]
    # Version N has poles: its coefficients are such that they are far away.
    x = (sample(SHAPE) / (8 if "N" in name else 2)).requires_grad_()
    inputs = [x, *parameters]
    results = [f(*inputs) for f in (mine, formula)]
    torch.testing.assert_close(*results, rtol=1e-9, atol=1e-9)
    gradients = [torch.autograd.grad(r.sin().sum(), inputs, create_graph=True) for r in results]
    torch.testing.assert_close(*gradients, rtol=1e-8, atol=1e-8)
    second = [torch.autograd.grad(sum(g.sin().sum() for g in gs), inputs, allow_unused=True) for gs in gradients]
    for a, b in zip(*second, strict=True):
        torch.testing.assert_close(a, torch.zeros_like(a) if b is None else b, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize("name", MANY)
def test_many_in_shorter_types(name: str, dtype: torch.dtype) -> None:
    """Each result is that of the double, rounded once; sums of gradients to what a sum in float has."""
    mine, _, parameters = MANY[name]
    x = sample((7, 4, 131)) / (8 if "N" in name else 2)
    short = [t.detach().to(dtype).requires_grad_() for t in (x, *parameters)]
    double = [t.detach().double().requires_grad_() for t in short]
    result, exact = mine(*short), mine(*double)
    torch.testing.assert_close(result, exact.to(dtype), rtol=torch.finfo(dtype).eps, atol=1e-7)
    gradient = sample((7, 4, 131), seed=3).to(dtype)
    for a, e, p in zip(
        torch.autograd.grad(result, short, gradient),
        torch.autograd.grad(exact, double, gradient.double()),
        short,
        strict=True,
    ):
        scale = e.abs().max().item() if p is not short[0] else 0.0
        torch.testing.assert_close(a.double(), e, rtol=2 * torch.finfo(dtype).eps, atol=1e-5 * scale + 1e-6)


def test_what_modules_start_from() -> None:
    x = torch.linspace(-3, 3, 61)
    assert torch.equal(APL()(x), F.relu(x)) and torch.equal(MaxAffine()(x), F.relu(x))
    torch.testing.assert_close(KANEdge()(x), F.silu(x))
    inside = torch.linspace(-1, 1, 61)
    torch.testing.assert_close(BSpline()(inside), inside)
    assert not BSpline()(torch.tensor([-2.3, 2.3])).any()
    for version in "ABCN":
        module = getattr(torchactiv.nn, f"Rational{version}")()
        torch.testing.assert_close(module(x), F.leaky_relu(x), rtol=0, atol=0.015)


def test_modules_of_other_sizes() -> None:
    x = sample(SHAPE, dtype=torch.float32)
    assert APL(a_init=[0.2] * 5, b_init=range(5))(x).shape == SHAPE
    module = BSpline(num_parameters=4, init=[0.1] * 12, low=-2, high=2)
    assert module.coefficients.shape == (12, 4) and module(x).shape == SHAPE
    with pytest.raises(RuntimeError, match=r"apl: a and b must have as many .* got a of shape \[2\], b of shape \[3\]"):
        APL(a_init=[0.0, 0.0])(x)


@pytest.mark.parametrize("version", "ABCDN")
@pytest.mark.parametrize(
    "approximate", ["elu", "gelu", "identity", "leaky_relu", "mish", "relu", "sigmoid", "silu", "softplus", "tanh"]
)
def test_rational_starts_near_the_activation(approximate: str, version: str) -> None:
    module = Rational(approximate, version=version, dtype=torch.float64).eval()
    x = torch.linspace(-3, 3, 997, dtype=torch.float64)
    expected = torchactiv.nn.make(approximate)(x)
    largest = (module(x) - expected).abs().max().item()
    assert module.error / 2 < largest + 1e-12 and largest <= module.error


@pytest.mark.parametrize(("name", "approximate"), [("swish", "silu"), ("gelu_python", "gelu")])
def test_rational_starts_near_what_other_libraries_call_so(name: str, approximate: str) -> None:
    module, expected = Rational(name), Rational(approximate)
    assert repr(module) == repr(expected)
    assert torch.equal(module.numerator, expected.numerator)


def test_rational_is_noisy_in_training_only() -> None:
    torch.manual_seed(0)
    module, x = Rational(version="D"), torch.linspace(-3, 3, 50)
    first, second = module(x), module(x)
    assert not torch.equal(first, second)
    assert torch.equal(module.eval()(x), module(x))
    expected = ours.rational(x, module.numerator, module.denominator, "B")
    assert torch.equal(module(x), expected)
    module.train()(x).sum().backward()
    assert module.numerator.grad is not None and module.denominator.grad is not None


@pytest.mark.parametrize("version", "ABCDN")
def test_rational_per_channel_scripted(version: str) -> None:
    module, x = Rational(version=version, num_parameters=4, dim=-2).eval(), sample(SHAPE, dtype=torch.float32)
    assert module.numerator.shape == (6, 4)
    assert torch.equal(torch.jit.script(module)(x), module(x))


def test_rational_at_infinities() -> None:
    """The limit, whatever the degrees; no number only where there is none."""
    x = torch.tensor([-torch.inf, torch.inf, torch.nan, 3e38, -3e38])

    def values(p: Sequence[float], q: Sequence[float], version: str = "A") -> list[float]:
        result: list[float] = ours.rational(
            x, torch.tensor(p, dtype=x.dtype), torch.tensor(q, dtype=x.dtype), version
        ).tolist()
        return result

    inf = torch.inf
    for version in "ABN":
        assert values([1, 2, 3], [1, 6], version)[:2] == [0.5, 0.5]
        assert values([1, 2], [1, 6], version)[:2] == [0, 0]
        assert values([1.0] * 10, [0, 0, 0, 0, 0, 0, 0, 2], version)[:2] == [-inf, inf]
        assert values([0.0] * 9 + [1], [0, 0, 0, 0, 0, 0, 0, 2], version)[3] == pytest.approx(1.5e38)
    assert values([0, 1], [0, 2], "C")[:2] == [-0.5, 0.5]
    assert values([0, 1], [0, 2], "C")[2] != values([0, 1], [0, 2], "C")[2]
    assert values([0, 1], [2])[3:] == [0.5, -0.5]


def test_apl_at_infinities() -> None:
    x = torch.tensor([-torch.inf, torch.inf])
    assert ours.apl(x, torch.tensor([1.0, -1.0]), torch.tensor([3.0, 1.0])).tolist() == [2.0, torch.inf]
    assert ours.apl(x, torch.tensor([1.0]), torch.tensor([3.0])).tolist() == [torch.inf, torch.inf]
