"""Bad input: PyTorch's exception type, a message that names operator and argument, and nothing written."""

import itertools

import numpy as np
import pytest
import torch
import torchactiv.functional
from operators import (
    Case,
    every_in_place,
    every_plain_case,
    every_plain_parametric,
    every_with_several_data,
    one_of_each_kind,
    same_bits,
)
from refusals import dtype_name, refused, type_raised

UNSUPPORTED = (torch.int64, torch.int32, torch.uint8, torch.bool, torch.complex64, torch.complex128)
every_unsupported = pytest.mark.parametrize("dtype", UNSUPPORTED, ids=str)


@every_unsupported
@every_plain_case
def test_dtype_that_is_no_real_number(case: Case, dtype: torch.dtype) -> None:
    """Each input in turn; also integers, which PyTorch refuses for mish and promotes for tanh: here always refused."""
    expected = type_raised(lambda: torch.ops.aten.mish(torch.ones(3, dtype=dtype)))
    for i, described in enumerate(case.operator.inputs):
        tensors = list(case.inputs())
        tensors[i] = tensors[i].to(dtype)
        mentioned = case.operator.name, described.name, dtype_name(dtype), "float32"
        with refused(expected, *mentioned):
            case.forward(*tensors)
        out = torch.full((2, 3, 5), 7.0, dtype=torch.float64)
        with refused(expected, *mentioned):
            case.out(*tensors, out=out)
        assert (out == 7).all() and out._version == 0


@every_unsupported
@every_in_place
def test_dtype_that_is_no_real_number_in_place(case: Case, dtype: torch.dtype) -> None:
    x = torch.tensor([1, 0, 1]).to(dtype)
    before = x.clone()
    expected = type_raised(lambda: torch.ops.aten.mish_(x.clone()))
    with refused(expected, case.operator.name, case.operator.inputs[0].name, dtype_name(dtype)):
        case.in_place(x)
    assert torch.equal(x, before) and x._version == 0


@every_unsupported
@one_of_each_kind
def test_dtype_that_is_no_real_number_in_the_derivatives(case: Case, dtype: torch.dtype) -> None:
    """The registered functions check by themselves: they can be called without forward."""
    tensors = case.inputs()
    saved = [t.to(dtype) for t in case.saved(*tensors)]
    gradient = torch.ones(2, 3, 5, dtype=torch.float64)
    with refused(NotImplementedError, case.operator.name, dtype_name(dtype)):
        case.backward(gradient, *saved)
    with refused(NotImplementedError, case.operator.name, dtype_name(dtype)):
        case.double_backward(*(torch.ones_like(s) for s in saved), gradient, *saved)


@every_plain_case
def test_inputs_on_different_devices(case: Case) -> None:
    for i in range(1, len(case.operator.inputs)):
        tensors = list(case.inputs())
        expected = type_raised(lambda: torch.mul(torch.ones(3), torch.ones(3, device="meta")))
        tensors[i] = tensors[i].to("meta")
        names = [described.name for described in case.operator.inputs]
        with refused(expected, case.operator.name, names[0], names[i], "cpu", "meta"):
            case.forward(*tensors)


@every_in_place
def test_leaf_that_requires_grad_in_place(case: Case) -> None:
    (x,) = case.inputs(requires_grad=True)
    before = x.detach().clone()
    expected = type_raised(lambda: torch.ops.aten.mish_(x.detach().clone().requires_grad_()))
    with refused(expected, case.operator.name + "_", case.operator.inputs[0].name, "leaf", "requires grad"):
        case.in_place(x)
    with refused(expected, "view of a leaf"):
        case.in_place(x[0])
    with refused(expected, "view"):
        case.in_place((x * 1).unbind()[0])  # PyTorch refuses to follow one of several views
    assert same_bits(x.detach(), before) and x._version == 0


@every_in_place
def test_more_than_one_element_at_a_place(case: Case) -> None:
    base = torch.full((2, 1), -0.5, dtype=torch.float64)
    expected = type_raised(lambda: torch.ops.aten.mish_(torch.ones(1).expand(3)))
    with refused(expected, case.operator.name + "_", case.operator.inputs[0].name, "[2, 3]", "clone"):
        case.in_place(base.expand(2, 3))
    assert (base == -0.5).all()


@every_plain_case
def test_missing_argument(case: Case) -> None:
    """torch.ops says which; a Python function says so as every Python function."""
    operator, tensors = case.operator, case.inputs()
    expected = type_raised(lambda: torch.ops.aten.mish())
    for count, described in enumerate(operator.inputs):
        for call in (operator.overload(), getattr(torch.ops.torchactiv, operator.name)):
            with refused(expected, operator.name, described.name, "missing"):
                call(*tensors[:count])
        names = [i.name for i in operator.inputs[count:] if not i.is_parameter or operator.drop_in]
        if names:  # parameters have defaults, but for those of PyTorch's function
            with refused(type_raised(lambda: torch.nn.functional.mish()), operator.name, "missing", *names):  # type: ignore[call-arg]
                operator.function(*tensors[:count])
    with refused(type_raised(lambda: torch.ops.aten.mish.out(tensors[0])), operator.name, "out", "missing"):
        operator.overload("", "out")(*tensors)


@every_plain_case
def test_argument_that_is_not_there(case: Case) -> None:
    with refused(type_raised(lambda: torch.ops.aten.mish(torch.ones(3), slope=1)), case.operator.name):
        case.operator.overload()(*case.inputs(), slope=1)
    with refused(type_raised(lambda: torch.nn.functional.mish(torch.ones(3), slope=1)), case.operator.name, "slope"):  # type: ignore[call-arg]
        case.operator.function(*case.inputs(), slope=1)


@every_plain_case
def test_argument_of_the_wrong_type(case: Case) -> None:
    tensors = case.inputs()
    for i, described in enumerate(case.operator.inputs):
        wrong = [*tensors[:i], "text", *tensors[i + 1 :]]
        expected = type_raised(lambda: torch.ops.aten.mish("text"))
        with refused(expected, case.operator.name, described.name, "Tensor", "str"):
            case.operator.overload()(*wrong, **case.operator.demanded)
    for name in case.operator.arguments:
        expected = type_raised(lambda: torch.ops.aten.leaky_relu(torch.ones(3), "text"))
        with refused(expected, case.operator.name, name, "str"):
            case.operator.overload()(*tensors, **case.operator.demanded | {name: "text"})


@every_plain_parametric
def test_parameter_of_the_wrong_shape(case: Case) -> None:
    """The data have three channels: four parameters do not fit, and what has no channels takes one only."""
    expected = type_raised(lambda: torch.prelu(torch.ones(2, 3), torch.ones(4)))
    for shape, size in (((2, 3, 5), (4,)), ((3,), (3,)), ((), (2,)), ((2, 3, 5), (2, 2, 5)), ((3, 5), (1, 3, 5))):
        data = case.inputs(shape)[0]
        wrong = torch.ones(size, dtype=torch.float64)
        for parameter in case.operator.parameters:
            tensors = case.join(
                [data] * len(case.operator.data),
                [wrong if p is parameter else torch.ones(1).double() for p in case.operator.parameters],
            )
            out = torch.full(shape, 7.0, dtype=torch.float64)
            with refused(expected, case.operator.name, parameter.name, case.operator.inputs[0].name):
                case.forward(*tensors)
            with refused(expected, case.operator.name, parameter.name, case.operator.inputs[0].name):
                case.out(*tensors, out=out)
            assert (out == 7).all() and out._version == 0


@every_plain_parametric
def test_parameter_of_another_dtype(case: Case) -> None:
    data, *rest = case.inputs()
    for i, described in enumerate(case.operator.inputs[1:]):
        if not described.is_parameter:
            continue
        wrong = [t.float() if j == i else t for j, t in enumerate(rest)]
        with refused(type_raised(lambda: torch.prelu(data, torch.ones(1))), case.operator.name, "Float", "Double"):
            case.forward(data, *wrong)
        with refused(RuntimeError, described.name, case.operator.inputs[0].name):
            case.forward(data, *wrong)


@every_with_several_data
def test_data_that_do_not_broadcast(case: Case) -> None:
    """The message has the names and both shapes."""
    names = [i.name for i in case.operator.data]
    data = [torch.ones(2, 3), torch.ones(2, 4), *[torch.ones(2, 3)] * (len(names) - 2)]
    tensors = case.join(data, case.parameters(data[0]))
    expected = type_raised(lambda: torch.ones(2, 3) * torch.ones(2, 4))
    with refused(expected, case.operator.name, *names[:2], "[2, 3]", "[2, 4]"):
        case.forward(*tensors)
    out = torch.full((2, 3), 7.0)
    with refused(expected, case.operator.name, *names[:2], "[2, 3]", "[2, 4]"):
        case.out(*tensors, out=out)
    assert (out == 7).all() and out._version == 0


@every_plain_case
def test_sparse_tensor(case: Case) -> None:
    tensors = case.inputs((4, 3))
    expected = type_raised(lambda: torch.ops.aten.mish(torch.ones(3).to_sparse()))
    for i, described in enumerate(case.operator.inputs):
        with refused(expected, case.operator.name, described.name, "Sparse"):
            case.forward(*tensors[:i], tensors[i].to_sparse(), *tensors[i + 1 :])


@every_in_place
def test_tensor_made_in_inference_mode(case: Case) -> None:
    with torch.inference_mode():
        (x,) = case.inputs()
        before, another = x.clone(), x.clone()
    expected = type_raised(lambda: torch.ops.aten.mish_(another))
    with refused(expected, "inference tensor"):
        case.in_place(x)
    assert same_bits(x, before)


@every_plain_case
def test_the_library_works_after_an_error(case: Case) -> None:
    tensors = case.inputs()
    expected = case.forward(*tensors)
    with pytest.raises(NotImplementedError):
        case.forward(*(t.int() for t in tensors))
    assert same_bits(case.forward(*tensors), expected)


@every_plain_case
def test_a_number_that_requires_grad(case: Case) -> None:
    """It would be taken for its value, and get no gradient. One that requires none is a number, as for PyTorch."""
    with pytest.raises(TypeError, match="alpha"):
        torch.nn.functional.elu(torch.ones(3), alpha=torch.nn.Parameter(torch.ones(())))  # type: ignore[arg-type]
    operator, tensors = case.operator, case.inputs()
    functions = [operator.function]
    if operator.inplace_argument:
        functions.append(getattr(torchactiv.functional, operator.name + "_"))
    for function, name in itertools.product(functions, operator.arguments):
        numbers = {n: torch.tensor(v, dtype=torch.float64) for n, v in case.keywords.items()}
        expected = function(*(t.clone() for t in tensors), **case.keywords)
        assert torch.equal(function(*(t.clone() for t in tensors), **numbers), expected)
        with refused(TypeError, operator.name, name, "Number", "requires grad"):
            function(*tensors, **numbers | {name: numbers[name].requires_grad_()})


@every_plain_case
def test_functions_refuse_what_is_no_tensor_or_no_number(case: Case) -> None:
    """With PyTorch's exception, though its message differs."""
    with pytest.raises(TypeError):
        torch.nn.functional.leaky_relu([1.0], 0.1)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        torch.nn.functional.leaky_relu(torch.ones(3), "text")  # type: ignore[arg-type]
    operator, tensors = case.operator, case.inputs()
    for i, described in enumerate(operator.inputs):
        for wrong in ([1.0], None, 1.0, "text") if not described.is_parameter else ():
            given = [*tensors[:i], wrong, *tensors[i + 1 :]]
            with refused(TypeError, operator.name, described.name, "Tensor", type(wrong).__name__):
                operator.function(*given, **case.keywords)
        for wrong in ("0.5", "text", None, [1.0], np.ones(3), 1j) if described.is_parameter else ():
            given = case.join(tensors[: len(operator.data)], [torch.ones(1).double()] * len(operator.parameters))
            given = [*given[:i], wrong, *given[i + 1 :]]
            with refused(TypeError, operator.name, described.name, "Tensor", "Number", type(wrong).__name__):
                operator.function(*given, **case.keywords)
    for name, default in case.keywords.items():
        for value in ("text", None, 1j, [1.0], np.str_("2")):
            with refused(TypeError, operator.name, name, "Number", type(value).__name__):
                operator.function(*tensors, **case.keywords | {name: value})
        for several in (torch.ones(2), np.ones(2), np.ones(1), torch.ones(0)):
            with refused(TypeError, operator.name, name, "Number", type(several).__name__, list(several.shape)):
                operator.function(*tensors, **case.keywords | {name: several})
        with refused(TypeError, operator.name, name, "Number", "torch.complex64"):
            operator.function(*tensors, **case.keywords | {name: torch.tensor(1j)})
        scalar = operator.function(*tensors, **case.keywords | {name: np.float32(default)})
        assert torch.equal(scalar, operator.function(*tensors, **case.keywords | {name: float(np.float32(default))}))
        if default.is_integer():
            whole = operator.function(*tensors, **case.keywords | {name: int(default)})
            assert torch.equal(whole, operator.function(*tensors, **case.keywords))
