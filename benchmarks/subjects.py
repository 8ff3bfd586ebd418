"""Who competes: each function of torchactiv, and the same in PyTorch."""

import sys
from collections.abc import Callable
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
    operator: Operator | None
    """None for what is composed of operators."""
    smallest: int = 1
    """The number of elements that it takes at least."""
    random: bool = False
    """Whether results differ from call to call."""
    in_half: bool = True
    """Whether PyTorch has it for float16."""


def _of(operator: Operator) -> Subject:
    reference = operator.reference
    # Where the tests do without PyTorch's function, because it is less exact than they need, it is a rival nonetheless.
    theirs = reference.builtin or getattr(F, operator.name, None)
    return Subject(
        name=operator.name,
        ours=_with_demanded(operator.function, operator),
        theirs=_with_demanded(theirs, operator) if theirs else WRITTEN_OUT.get(operator.name) or _formula(operator),
        in_pytorch=theirs is not None,
        has_exponential=any(
            f"{name}(" in e for name in ("exp", "expm1", "tanh", "cosh") for e in reference.expressions
        ),
        inputs=operator.inputs,
        operator=operator,
    )


def _with_demanded(function: Function, operator: Operator) -> Function:
    demanded = operator.demanded
    return (lambda *tensors: function(*tensors, **demanded)) if demanded else function


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


SUBJECTS = [*(_of(operator) for operator in OPERATORS), *_compositions()]
