"""Who competes: each function of torchactiv, and the same in PyTorch."""

import functools
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch.nn.functional as F
import torchactiv
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "python"))
from operators import OPERATORS, Case, Input, Operator
from written_out import WRITTEN_OUT

Function = Callable[..., Tensor]


@dataclass(frozen=True)
class Subject:
    """A function of torchactiv and its rival."""

    name: str
    ours: Function
    theirs: Function
    in_pytorch: bool
    """Whether the rival is a function of PyTorch, and not written out."""
    has_exponential: bool
    inputs: tuple[Input, ...]
    """Coefficients one by one, which the functions take in one tensor."""
    operator: Operator | None
    """None for what is composed of operators."""
    smallest: int = 1
    """The number of elements that it takes at least."""
    random: bool = False
    """Whether results differ from call to call."""
    in_half: bool = True
    """Whether PyTorch has it for float16."""
    is_gated: bool = False
    """Whether another function is named in the call: gates, and what has a bias."""

    @property
    def is_adaptive(self) -> bool:
        """Whether it has parameters of its own."""
        return not self.is_gated and any(i.is_parameter for i in self.inputs)


def _of(operator: Operator) -> Subject:
    reference = operator.reference
    # Where the tests do without PyTorch's function, because it is less exact than they need, it is a rival nonetheless.
    theirs = None if operator.name in WRITTEN_OUT else reference.builtin or getattr(F, operator.name, None)
    ours: Function = getattr(torchactiv.functional, operator.name)
    return Subject(
        name=operator.name,
        ours=_with(operator.demanded | operator.along_channels, ours),
        theirs=_with(operator.demanded, theirs) if theirs else _written_out(operator) or _formula(operator),
        in_pytorch=theirs is not None,
        has_exponential=any(
            f"{name}(" in e for name in ("exp", "expm1", "tanh", "cosh") for e in reference.expressions
        ),
        inputs=operator.inputs,
        operator=operator,
        is_gated=len(operator.data) > 1,
    )


def _as_started(operator: Operator) -> Operator:
    """With as many coefficients as its module starts with, from what they start from, where the tests take a few."""
    if not operator.has_coefficients:
        return operator
    learned: list[Input] = []
    for name, initial in operator.learned:
        if isinstance(initial, tuple):
            learned += [Input(f"{name}{k}", True, value, name, value) for k, value in enumerate(initial)]
        else:
            learned.append(Input(name, True, initial, name))
    return replace(operator, inputs=(*operator.data, *learned))


def _with(keywords: Mapping[str, float], function: Function) -> Function:
    return (lambda *tensors: function(*tensors, **keywords)) if keywords else function


def _written_out(operator: Operator) -> Function | None:
    """Whose parameters are shaped to broadcast along the channels, as one would, which costs nothing."""
    function = WRITTEN_OUT.get(operator.name)
    if function is None or not operator.parameters:
        return function
    described = [operator.inputs[members[0]] for members in operator.tensors.values()]

    def call(*tensors: Tensor) -> Tensor:
        shape = [-1] + [1] * (tensors[0].dim() - 2)
        shaped: list[Tensor] = []
        for tensor, described_as in zip(tensors, described, strict=True):
            if described_as.sample is not None:
                shaped += tensor.view([tensor.size(0), *shape]).unbind()
            else:
                shaped.append(tensor.view(shape) if described_as.is_parameter else tensor)
        return function(*shaped)

    return call


def _formula(operator: Operator) -> Function:
    """For an operator without a line in written_out.py: what the tests take for exact."""
    case = Case(operator, tuple(operator.arguments.values()))
    return lambda *tensors: case.formula(operator.reference.value, *tensors)


def _compositions() -> list[Subject]:
    """The functions of PyTorch that are no elementwise operators here; gelu is among the operators, in two forms."""

    ours = torchactiv.functional
    rrelu = Subject(
        name="rrelu",
        ours=ours.rrelu,
        theirs=F.rrelu,
        in_pytorch=True,
        has_exponential=False,
        inputs=(Input("input", False, 0),),
        operator=None,
    )
    training = replace(
        rrelu,
        name="rrelu (training)",
        ours=lambda x: ours.rrelu(x, training=True),
        theirs=lambda x: F.rrelu(x, training=True),
        random=True,
        in_half=False,
    )
    glu = replace(
        rrelu,
        name="glu",
        ours=lambda x: ours.glu(x, dim=1),
        theirs=lambda x: F.glu(x, dim=1),
        has_exponential=True,
        smallest=2,
    )
    return [glu, rrelu, training]


def _combinations() -> list[Subject]:
    """What takes another function, with some of those that models use."""
    ours, data = torchactiv.functional, Input("input", False, 0)
    activations: dict[str, Callable[[Tensor], Tensor]] = {
        name: getattr(F, name) for name in ("silu", "gelu", "relu", "mish", "sigmoid")
    }
    found = []
    for name, activation in activations.items():
        gated = Subject(
            name=f"gated ({name})",
            ours=functools.partial(ours.gated, activation=name),
            theirs=lambda gate, up, f=activation: f(gate) * up,
            in_pytorch=False,
            has_exponential=name != "relu",
            inputs=(data, data),
            operator=None,
            is_gated=True,
        )
        biased = replace(
            gated,
            name=f"bias_act ({name})",
            ours=functools.partial(ours.bias_act, activation=name, dim=1),
            theirs=lambda x, bias, f=activation: f(x + bias.view([-1] + [1] * (x.dim() - 2))),
            inputs=(data, Input("bias", True, 0)),
        )
        packed = replace(
            gated,
            name=f"gated_packed ({name})",
            ours=functools.partial(ours.gated_packed, activation=name, dim=1),
            theirs=lambda x, f=activation: f(x.chunk(2, 1)[0]) * x.chunk(2, 1)[1],
            inputs=(data,),
            smallest=2,
        )
        found += [gated, biased, packed]
    bilinear = replace(found[0], name="gated (identity)", ours=ours.bilinear_glu, theirs=lambda gate, up: gate * up)
    return [*found, replace(bilinear, has_exponential=False)]


SUBJECTS = [*(_of(_as_started(operator)) for operator in OPERATORS), *_compositions(), *_combinations()]
