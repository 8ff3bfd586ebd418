// The extension module torchactiv._calls.
#include <torch/csrc/Exceptions.h>

#include <memory>

#include "python_bindings/calls/operator_call.h"

namespace torchactiv {
namespace {

// A function of Python and what it refers to; lives as long as the program.
struct Function {
  OperatorCall call;
  std::string name;
  PyMethodDef method;
};

PyObject* called(PyObject* self, PyObject* const* given, Py_ssize_t count, PyObject* keywords) {
  return (*static_cast<const OperatorCall*>(PyCapsule_GetPointer(self, nullptr)))(given, count, keywords);
}

template <class F>
PyCFunction as_method(F* function) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

PyObject* operator_call(PyObject*, PyObject* const* given, Py_ssize_t count) {
  HANDLE_TH_ERRORS
  const char* const name = count == 2 ? PyUnicode_AsUTF8(given[0]) : nullptr;
  if (!name) {
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_TypeError, "operator_call takes a name and a function");
    return nullptr;
  }
  std::optional<OperatorCall> call = OperatorCall::find(name, given[1]);
  Py_INCREF(given[1]);
  if (!call) return given[1];
  auto function = std::make_unique<Function>(Function{std::move(*call), name, {}});
  function->method = {function->name.c_str(), as_method(called), METH_FASTCALL | METH_KEYWORDS, nullptr};
  PyObject* const capsule = PyCapsule_New(&function->call, nullptr, nullptr);
  PyObject* const result = capsule ? PyCFunction_New(&function->method, capsule) : nullptr;
  Py_XDECREF(capsule);
  if (result) function.release();
  return result;
  END_HANDLE_TH_ERRORS
}

PyMethodDef functions[] = {
    {"operator_call", as_method(operator_call), METH_FASTCALL,
     "operator_call(name, in_general): a function that calls the operator, and in_general for what it does not take"},
    {nullptr, nullptr, 0, nullptr}};

PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_calls", nullptr, -1, functions, nullptr, nullptr, nullptr, nullptr};

}  // namespace
}  // namespace torchactiv

PyMODINIT_FUNC PyInit__calls() { return PyModule_Create(&torchactiv::definition); }
