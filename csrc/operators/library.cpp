// The schemas: torch.ops.torchactiv.<name>, <name>_, <name>.out, <name>_backward and <name>_double_backward.
#include <torch/library.h>

#include <sstream>

#include "csrc/operators/combinations.h"

namespace torchactiv {
namespace {

class Schema {
 public:
  explicit Schema(std::string name) { text_ << name << "("; }

  Schema& tensor(std::string_view name, const char* type = "Tensor ") {
    separate();
    text_ << type << name;
    return *this;
  }
  Schema& argument(const Argument& argument, bool with_default) {
    separate();
    text_ << "float " << argument.name;
    if (with_default && argument.default_value == argument.default_value) text_ << "=" << argument.default_value;
    return *this;
  }
  Schema& text(std::string_view argument) {
    separate();
    text_ << argument;
    return *this;
  }
  Schema& star() {
    separate();
    text_ << "*";
    return *this;
  }
  std::string returns(std::string_view type) { return text_.str() + ") -> " + std::string(type); }
  std::string returns_tensors(std::size_t count) {
    if (count == 1) return returns("Tensor");
    std::string type = "(Tensor";
    for (std::size_t i = 1; i < count; ++i) type += ", Tensor";
    return returns(type + ")");
  }

 private:
  void separate() {
    if (!first_) text_ << ", ";
    first_ = false;
  }
  std::ostringstream text_;
  bool first_ = true;
};

void define(torch::Library& m, const Operator& op) {
  const auto add_arguments = [&](Schema& schema, bool with_default) -> Schema& {
    for (const Argument& argument : op.arguments) schema.argument(argument, with_default);
    return schema;
  };
  const auto add_inputs = [&](Schema& schema) -> Schema& {
    for (const Input& input : op.inputs) schema.tensor(input.name);
    return schema;
  };
  const auto add_saved = [&](Schema& schema) -> Schema& {
    for (std::size_t i = 0; i < op.saved_count(); ++i) schema.tensor(op.saved_name(i));
    return schema;
  };
  const std::vector<at::Tag> tags{at::Tag::pt2_compliant_tag, at::Tag::pointwise};
  const auto def = [&](const std::string& schema) { m.def(schema.c_str(), tags); };
  const std::string name = op.name();

  Schema forward(name);
  def(add_arguments(add_inputs(forward), true).returns("Tensor"));

  if (op.in_place) {
    Schema in_place(name + "_");
    def(add_arguments(in_place.tensor(op.inputs[0].name, "Tensor(a!) "), true).returns("Tensor(a!)"));
  }

  Schema out(name + ".out");
  def(add_arguments(add_inputs(out), true).star().tensor("out", "Tensor(a!) ").returns("Tensor(a!)"));

  Schema backward(name + "_backward");
  def(add_arguments(add_saved(backward.tensor("grad_output")), false).returns_tensors(op.inputs.size()));

  Schema double_backward(name + "_double_backward");
  for (std::size_t i = 0; i < op.saved_count(); ++i)
    double_backward.tensor("grad_grad_" + std::string(op.inputs[i].name));
  def(add_arguments(add_saved(double_backward.tensor("grad_output")), false).returns_tensors(1 + op.saved_count()));
}

void define_combination(torch::Library& m, const CombinationSchema& formula) {
  const std::vector<at::Tag> tags{at::Tag::pt2_compliant_tag, at::Tag::pointwise};
  const auto add_arguments = [&](Schema& schema, bool with_default) -> Schema& {
    schema.text(with_default ? "str activation=\"" + formula.default_activation + "\"" : "str activation");
    return schema.text(with_default ? "float[] arguments=[]" : "float[] arguments");
  };
  const auto def = [&](const std::string& schema) { m.def(schema.c_str(), tags); };
  const auto add_inputs = [&](Schema& schema, const std::string& prefix) {
    for (const Input& input : formula.inputs) schema.tensor(prefix + std::string(input.name));
  };
  const std::size_t count = formula.inputs.size();
  Schema forward(formula.name);
  add_inputs(forward, "");
  def(add_arguments(forward, true).returns("Tensor"));

  Schema out(formula.name + ".out");
  add_inputs(out, "");
  def(add_arguments(out, true).star().tensor("out", "Tensor(a!) ").returns("Tensor(a!)"));

  Schema backward(formula.name + "_backward");
  add_inputs(backward.tensor("grad_output"), "");
  def(add_arguments(backward, false).returns_tensors(count));

  Schema double_backward(formula.name + "_double_backward");
  add_inputs(double_backward, "grad_grad_");
  add_inputs(double_backward.tensor("grad_output"), "");
  def(add_arguments(double_backward, false).returns_tensors(1 + count));
}

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY(torchactiv, m) {
  for (const torchactiv::Operator* op : torchactiv::operators()) torchactiv::define(m, *op);
  for (const auto& formula : torchactiv::combination_schemas()) torchactiv::define_combination(m, formula);
}
