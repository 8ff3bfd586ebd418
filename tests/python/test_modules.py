"""torchactiv.functional and torchactiv.nn have the names, arguments, defaults, repr and state of PyTorch's."""

import copy
import inspect
import io
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
import torchactiv
from operators import (
    OPERATORS,
    Case,
    Operator,
    every_case,
    every_operator,
    every_parametric,
    every_plain_case,
    every_plain_operator,
    same_bits,
)
from torchactiv import (
    batch_norms,
    combinations,
    composed_modules,
    compositions,
    conditional_modules,
    gated_modules,
    inplace_abn,
    instance_norm_modules,
    named_gates,
    row_norm_modules,
    row_norms,
    sync_batch_norm,
    taaf_module,
)

IN_TORCH_NN = [o for o in OPERATORS if hasattr(torch.nn, o.module)]
IN_TORCH_FUNCTIONAL = [o for o in OPERATORS if hasattr(torch.nn.functional, o.name)]
like_torch_nn = pytest.mark.parametrize("operator", IN_TORCH_NN, ids=lambda operator: operator.name)
like_torch_functional = pytest.mark.parametrize("operator", IN_TORCH_FUNCTIONAL, ids=lambda operator: operator.name)

Described = list[tuple[str, Any, Any]]


def described(function: Callable[..., object]) -> Described:
    """Name, kind and default of each parameter; annotations are no part of how a function is called."""
    return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]


def initial_values(operator: Operator) -> list[str]:
    """The constructor's arguments that say what parameters start from."""
    names = [name for name, _ in operator.learned]
    return ["init"] if len(names) == 1 else [f"{name}_init" for name in names]


def constructions(operator: Operator) -> Iterator[dict[str, Any]]:
    """Arguments for the constructor: none, each alone, all together."""
    options: dict[str, Any] = {name: values[0] for name, values in operator.reference.samples.items()}
    options = {name: value for name, value in options.items() if name in operator.arguments}
    if operator.parameters:
        starts = [(0.5,) * len(i) if isinstance(i, tuple) else 0.5 for _, i in operator.learned]
        initial = dict(zip(initial_values(operator), starts, strict=True))
        options |= {"num_parameters": 3, **initial, "dtype": torch.float64}
    if operator.inplace_argument:
        options["inplace"] = True
    yield operator.demanded
    yield from (operator.demanded | {name: value} for name, value in options.items())
    yield options


def test_there_is_something_to_compare_with() -> None:
    assert IN_TORCH_NN and IN_TORCH_FUNCTIONAL


@every_plain_operator
def test_names_are_public(operator: Operator) -> None:
    assert operator.name in torchactiv.functional.__all__
    assert operator.module in torchactiv.nn.__all__
    assert operator.function.__name__ == operator.name
    assert operator.module_class.__module__ == "torchactiv.nn"


@every_plain_operator
def test_signature_is_that_of_the_catalogue(operator: Operator) -> None:
    """Tensors, then numbers with their defaults, then dim, inplace or out."""
    kind, empty = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.empty
    inputs: Described = [
        (i.name, kind, i.initial if i.is_parameter and not operator.drop_in else empty) for i in operator.inputs
    ]
    numbers: Described = [
        (name, kind, inspect.Parameter.empty if name in operator.required else default)
        for name, default in operator.arguments.items()
    ]
    inplace: Described = [("inplace", kind, False)] if operator.inplace_argument else []
    dim: Described = [("dim", kind, operator.dim)] if operator.along_channels else []
    out: Described = [("out", kind, None)] if operator.out_argument else []
    assert described(operator.function) == inputs + numbers + dim + inplace + out
    assert described(operator.module_class.forward)[1:] == [(i.name, kind, empty) for i in operator.data]


@like_torch_functional
def test_signature_is_that_of_torch_functional(operator: Operator) -> None:
    theirs = getattr(torch.nn.functional, operator.name)
    try:
        expected = described(theirs)
    except ValueError:  # made in C++, which Python cannot read; its schema calls input self
        packet = getattr(torch.ops.aten, {"logsigmoid": "log_sigmoid"}.get(operator.name, operator.name))
        schema = getattr(packet, "out" if "out" in packet.overloads() else "default")._schema
        names = ["input" if a.name == "self" else a.name for a in schema.arguments]
        assert [name for name, _, _ in described(operator.function)] == names
    else:
        assert described(operator.function) == expected


@like_torch_nn
def test_signature_is_that_of_torch_nn(operator: Operator) -> None:
    theirs = getattr(torch.nn, operator.module)
    deprecated = ("min_value", "max_value")  # of Hardtanh, by PyTorch's own warning
    assert described(operator.module_class) == [p for p in described(theirs) if p[0] not in deprecated]
    assert described(operator.module_class.forward) == described(theirs.forward)


@like_torch_nn
def test_repr_and_attributes_are_those_of_torch_nn(operator: Operator) -> None:
    for options in constructions(operator):
        ours, theirs = operator.module_class(**options), getattr(torch.nn, operator.module)(**options)
        assert isinstance(ours, type(theirs))  # for whoever looks for those, and changes their attributes
        assert repr(ours) == repr(theirs)
        assert set(vars(ours)) == set(vars(theirs))
        assert {n: v for n, v in vars(ours).items() if n[0] != "_"} == {
            n: v for n, v in vars(theirs).items() if n[0] != "_"
        }
        assert getattr(ours, "__constants__", []) == getattr(theirs, "__constants__", [])


@pytest.mark.parametrize("name", ["GELU", "GLU", "RReLU"])
def test_modules_of_compositions_are_those_of_torch_nn(name: str) -> None:
    ours, theirs = getattr(torchactiv.nn, name), getattr(torch.nn, name)
    assert issubclass(ours, theirs)
    assert described(ours) == described(theirs) and repr(ours()) == repr(theirs())
    assert vars(ours()).keys() == vars(theirs()).keys()


def test_hardtanh_refuses_what_torch_nn_does() -> None:
    for module in (torchactiv.nn.Hardtanh, torch.nn.Hardtanh):
        with pytest.raises(AssertionError, match=r"max_val .1.* must be greater than min_val .2"):
            module(2.0, 1.0)


@every_operator
def test_repr_shows_what_was_given(operator: Operator) -> None:
    if operator.repr == "nothing":
        return
    for options in constructions(operator):
        text = repr(operator.module_class(**options))
        assert text.startswith(operator.module + "(")
        for name, value in options.items():
            if name not in (
                "dtype",
                *initial_values(operator),
            ):  # what parameters start from is not shown, as in torch.nn
                assert (f"{value}" if operator.repr == "values" else f"{name}={value}") in text


@like_torch_nn
def test_state_goes_to_torch_nn_and_back(operator: Operator) -> None:
    for options in constructions(operator):
        ours, theirs = operator.module_class(**options), getattr(torch.nn, operator.module)(**options)
        expected = theirs.state_dict()
        assert list(ours.state_dict()) == list(expected)
        assert all(same_bits(t, expected[name]) for name, t in ours.state_dict().items())
        with torch.no_grad():
            for parameter in theirs.parameters():
                parameter.mul_(3)
        assert str(ours.load_state_dict(theirs.state_dict())) == "<All keys matched successfully>"
        assert str(theirs.load_state_dict(ours.state_dict())) == "<All keys matched successfully>"
        assert all(same_bits(a, b) for a, b in zip(ours.parameters(), theirs.parameters(), strict=True))


@every_plain_operator
def test_parameters(operator: Operator) -> None:
    """Learned, named as in the schema, of the dtype and device asked for, and of the initial value."""
    module = operator.module_class(**operator.demanded)
    assert [name for name, _ in module.named_parameters()] == [i.name for i in operator.parameters]
    assert not list(module.buffers())
    for described_input, parameter in zip(operator.parameters, module.parameters(), strict=True):
        assert isinstance(parameter, torch.nn.Parameter) and parameter.requires_grad
        assert parameter.shape == (1,) and parameter.dtype == torch.get_default_dtype()
        assert parameter.item() == torch.tensor(described_input.initial).item()
    if operator.parameters:
        elsewhere = operator.module_class(num_parameters=3, device="meta", dtype=torch.bfloat16)
        assert all(p.is_meta and p.dtype == torch.bfloat16 for p in elsewhere.parameters())
        assert [p.shape[0] for p in elsewhere.parameters()] == [1 if i.shared else 3 for i in operator.parameters]


@like_torch_nn
def test_reset_parameters_where_torch_nn_has_it(operator: Operator) -> None:
    theirs = getattr(torch.nn, operator.module)
    assert hasattr(operator.module_class, "reset_parameters") == hasattr(theirs, "reset_parameters")


@every_parametric
def test_reset_parameters(case: Case) -> None:
    module = case.module(case.inputs()[0])
    before = [p.detach().clone() for p in module.parameters()]
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(1)
    module.reset_parameters()  # type: ignore[operator]
    assert all(same_bits(p.detach(), b) for p, b in zip(module.parameters(), before, strict=True))


@every_plain_case
def test_module_computes_the_function(case: Case) -> None:
    tensors = case.inputs()
    module = case.module(tensors[0]).double()
    data = [t for t, i in zip(tensors, case.operator.inputs, strict=True) if not i.is_parameter]
    expected = case.forward(*case.join(data, module.parameters()))
    assert same_bits(module(*data), expected)
    function = case.operator.function(*case.join(data, module.parameters()), **case.keywords_in_python)
    assert same_bits(function, expected)
    assert (expected.grad_fn is not None) == bool(case.operator.parameters)


def _pickled(module: torch.nn.Module) -> torch.nn.Module:
    copied: torch.nn.Module = pickle.loads(pickle.dumps(module))
    return copied


def _saved(module: torch.nn.Module) -> torch.nn.Module:
    file = io.BytesIO()
    torch.save(module, file)
    file.seek(0)
    loaded: torch.nn.Module = torch.load(file, weights_only=False)
    return loaded


@pytest.mark.parametrize("duplicate", [copy.deepcopy, _pickled, _saved], ids=["deepcopy", "pickle", "torch.save"])
@every_case
def test_a_copy_is_the_same_and_its_own(case: Case, duplicate: Callable[[torch.nn.Module], torch.nn.Module]) -> None:
    tensors = case.inputs()
    module = case.module(tensors[0]).double()
    copied = duplicate(module)
    assert type(copied) is type(module) and repr(copied) == repr(module)
    data = [t for t, i in zip(tensors, case.operator.inputs, strict=True) if not i.is_parameter]
    expected = module(*data)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.mul_(-2)
    assert same_bits(copied(*data), expected)


@every_plain_case
def test_a_module_learns(case: Case) -> None:
    """A step along the gradient changes every parameter and makes the loss smaller."""
    torch.manual_seed(0)
    tensors = case.inputs((8, 3, 5), dtype=torch.float64)
    data = [t for t, i in zip(tensors, case.operator.inputs, strict=True) if not i.is_parameter]
    scale = torch.nn.Parameter(torch.ones((), dtype=torch.float64))
    module = case.module(tensors[0]).double()
    optimizer = torch.optim.SGD([scale, *module.parameters()], lr=1e-3)
    before = [p.detach().clone() for p in module.parameters()]
    losses = []
    for _ in range(2):
        loss = (module(*(d * scale for d in data)) - 1).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    if scale.grad == 0:  # a slope of zero everywhere
        assert losses[1] == losses[0] and case.operator.reference.partials == ("where(x == x, 0, x)",)
        return
    assert losses[1] < losses[0]
    assert all((p != b).all() for p, b in zip(module.parameters(), before, strict=True))


def test_functions_that_torch_functional_has_in_place() -> None:
    """relu_ and so on: the same signature where Python can read it, and the same tensor."""
    for name in ("relu_", "threshold_", "hardtanh_", "elu_", "selu_", "celu_", "leaky_relu_", "rrelu_"):
        x = torch.tensor([-1.5, 0.25])
        arguments = (0.5, 2.0) if name == "threshold_" else ()
        expected = getattr(torch.nn.functional, name)(x.clone(), *arguments)
        result = getattr(torchactiv.functional, name)(x, *arguments)
        assert result is x
        torch.testing.assert_close(x, expected)


def test_the_catalogue_lists_every_function_and_module() -> None:
    in_place = {f"{o.name}_" for o in OPERATORS if o.inplace_argument}
    functions = {o.name for o in OPERATORS} | set(compositions.__all__) | {"poly_norm", "rational"}
    modules = {o.module for o in OPERATORS} | set(composed_modules.__all__)
    # What is none, but has one in it:
    functions_that_are_none = {*combinations.__all__, *named_gates.__all__, "batch_norm_act", *row_norms.__all__}
    assert set(torchactiv.functional.__all__) == functions | in_place | functions_that_are_none
    blocks = set(gated_modules.__all__) | set(conditional_modules.__all__) | set(taaf_module.__all__)
    norms = (
        set(batch_norms.__all__) - {"batch_norm_act"}
        | set(inplace_abn.__all__)
        | set(row_norm_modules.__all__)
        | set(instance_norm_modules.__all__)
        | set(sync_batch_norm.__all__)
    )
    assert set(torchactiv.nn.__all__) == modules | blocks | norms | {"AlphaDropout", "PolyNorm", "Rational", "make"}
    assert {entry["name"] for entry in torchactiv.catalogue()} == functions - {"rrelu_"}
