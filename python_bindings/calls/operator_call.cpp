#include "python_bindings/calls/operator_call.h"

#include <ATen/PythonTorchFunctionTLS.h>
#include <torch/csrc/Exceptions.h>
#include <torch/csrc/autograd/python_variable.h>
#include <torch/csrc/utils/object_ptr.h>
#include <torch/csrc/utils/pybind.h>

namespace torchactiv {
namespace {

// Calls push(item) for each, as long as it returns true.
template <class Push>
bool for_each_item(PyObject* sequence, Push push) {
  if (!PyList_CheckExact(sequence) && !PyTuple_CheckExact(sequence)) return false;
  PyObject* const* items = PySequence_Fast_ITEMS(sequence);
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(sequence); ++i)
    if (!push(items[i])) return false;
  return true;
}

bool get(PyObject* value, double& result) {
  if (!PyFloat_CheckExact(value)) return false;
  result = PyFloat_AS_DOUBLE(value);
  return true;
}

bool get(PyObject* value, std::int64_t& result) {
  if (!PyLong_CheckExact(value)) return false;
  int overflow = 0;
  result = PyLong_AsLongLongAndOverflow(value, &overflow);
  return overflow == 0;
}

template <class T>
bool push_one(PyObject* value, std::vector<c10::IValue>& stack) {
  T result;
  if (!get(value, result)) return false;
  stack.emplace_back(result);
  return true;
}

template <class T>
bool push_list(PyObject* value, std::vector<c10::IValue>& stack) {
  c10::List<T> list;
  T item;
  const bool taken = for_each_item(value, [&](PyObject* element) {
    if (!get(element, item)) return false;
    list.push_back(item);
    return true;
  });
  if (taken) stack.emplace_back(std::move(list));
  return taken;
}

PyObject* to_python(std::vector<c10::IValue>&& results) {
  if (results.size() == 1) return THPVariable_Wrap(std::move(results[0]).toTensor());
  THPObjectPtr tuple(PyTuple_New(static_cast<Py_ssize_t>(results.size())));
  if (!tuple) throw python_error();
  for (std::size_t i = 0; i < results.size(); ++i) {
    PyObject* const result = THPVariable_Wrap(std::move(results[i]).toTensor());
    if (!result) throw python_error();
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), result);
  }
  return tuple.release();
}

}  // namespace

OperatorCall::Kind OperatorCall::kind_of(const c10::Type& type) {
  switch (type.kind()) {
    case c10::TypeKind::TensorType:
      return Kind::tensor;
    case c10::TypeKind::FloatType:
      return Kind::number;
    case c10::TypeKind::IntType:
      return Kind::integer;
    case c10::TypeKind::BoolType:
      return Kind::flag;
    case c10::TypeKind::StringType:
      return Kind::text;
    case c10::TypeKind::ListType: {
      const c10::TypeKind element = type.castRaw<c10::ListType>()->getElementType()->kind();
      if (element == c10::TypeKind::FloatType) return Kind::numbers;
      if (element == c10::TypeKind::IntType) return Kind::integers;
      return Kind::other;
    }
    default:
      return Kind::other;
  }
}

std::optional<OperatorCall> OperatorCall::find(const char* name, PyObject* in_general) {
  OperatorCall call(c10::Dispatcher::singleton().findSchemaOrThrow(name, ""), in_general);
  const c10::FunctionSchema& schema = call.handle_.schema();
  for (const c10::Argument& result : schema.returns())
    if (result.type()->kind() != c10::TypeKind::TensorType) return std::nullopt;
  for (const c10::Argument& argument : schema.arguments()) {
    const auto* optional = argument.type()->castRaw<c10::OptionalType>();
    const Kind kind = kind_of(optional ? *optional->getElementType() : *argument.type());
    call.arguments_.push_back({kind, optional != nullptr, argument.default_value()});
    call.positional_ += !argument.kwarg_only();
  }
  return call;
}

bool OperatorCall::push(const Argument& argument, PyObject* value, std::vector<c10::IValue>& stack) {
  if (argument.is_optional && value == Py_None) {
    stack.emplace_back();
    return true;
  }
  switch (argument.kind) {
    case Kind::tensor:
      if (!THPVariable_CheckExact(value)) return false;
      stack.emplace_back(THPVariable_Unpack(value));
      return true;
    case Kind::number:
      return push_one<double>(value, stack);
    case Kind::integer:
      return push_one<std::int64_t>(value, stack);
    case Kind::flag:
      if (!PyBool_Check(value)) return false;
      stack.emplace_back(value == Py_True);
      return true;
    case Kind::text: {
      Py_ssize_t size = 0;
      const char* const text = PyUnicode_CheckExact(value) ? PyUnicode_AsUTF8AndSize(value, &size) : nullptr;
      if (!text) return false;
      stack.emplace_back(std::string(text, static_cast<std::size_t>(size)));
      return true;
    }
    case Kind::numbers:
      return push_list<double>(value, stack);
    case Kind::integers:
      return push_list<std::int64_t>(value, stack);
    case Kind::other:
      return false;
  }
  return false;
}

std::optional<std::vector<c10::IValue>> OperatorCall::stack_of(PyObject* const* given, Py_ssize_t count) const {
  if (count > positional_) return std::nullopt;
  std::vector<c10::IValue> stack;
  stack.reserve(arguments_.size());
  for (std::size_t i = 0; i < arguments_.size(); ++i) {
    if (i < static_cast<std::size_t>(count)) {
      if (!push(arguments_[i], given[i], stack)) return std::nullopt;
    } else {
      if (!arguments_[i].default_value) return std::nullopt;
      stack.push_back(*arguments_[i].default_value);
    }
  }
  return stack;
}

PyObject* OperatorCall::operator()(PyObject* const* given, Py_ssize_t count, PyObject* keywords) const {
  HANDLE_TH_ERRORS
  std::optional<std::vector<c10::IValue>> stack;
  if (!keywords && !at::impl::torch_function_mode_enabled()) stack = stack_of(given, count);
  if (!stack) {
    PyErr_Clear();  // of text that is none in UTF-8
    return PyObject_Vectorcall(in_general_, given, static_cast<std::size_t>(count), keywords);
  }
  {
    const pybind11::gil_scoped_release without_lock;
    handle_.callBoxed(*stack);
  }
  return to_python(std::move(*stack));
  END_HANDLE_TH_ERRORS
}

}  // namespace torchactiv
