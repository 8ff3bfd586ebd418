// An operator as a function of Python, for exact tensors and numbers in order. What torch.ops has in front of an
// operator (a look at every overload, Python calling Python) takes as long as a small tensor takes.
#pragma once

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/python_headers.h>

#include <optional>
#include <string>
#include <vector>

namespace torchactiv {

class OperatorCall {
 public:
  // None for an operator whose results are not all tensors. `in_general` takes the calls that this one leaves:
  // keywords, subclasses of Tensor, integers for floats, too many arguments.
  static std::optional<OperatorCall> find(const char* name, PyObject* in_general);

  // The results, or null with Python's error set.
  PyObject* operator()(PyObject* const* given, Py_ssize_t count, PyObject* keywords) const;

 private:
  // Of `other` nothing is taken but None.
  enum class Kind { tensor, number, integer, flag, text, numbers, integers, other };
  struct Argument {
    Kind kind;
    bool is_optional;
    std::optional<c10::IValue> default_value;
  };

  OperatorCall(c10::OperatorHandle handle, PyObject* in_general) : handle_(handle), in_general_(in_general) {}
  static Kind kind_of(const c10::Type& type);
  static bool push(const Argument& argument, PyObject* value, std::vector<c10::IValue>& stack);
  std::optional<std::vector<c10::IValue>> stack_of(PyObject* const* given, Py_ssize_t count) const;

  c10::OperatorHandle handle_;
  PyObject* in_general_;
  std::vector<Argument> arguments_;
  Py_ssize_t positional_ = 0;
};

}  // namespace torchactiv
