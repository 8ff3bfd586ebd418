// C++ has no torch.ops: in the scripts of these tests `torchactiv` stands for torch.ops.torchactiv, and `torch` for
// itself.
#pragma once

#include <torch/csrc/jit/frontend/resolver.h>
#include <torch/csrc/jit/frontend/sugared_value.h>

#include <memory>
#include <string>

namespace torchactiv_test {

struct Resolver : torch::jit::Resolver {
  std::shared_ptr<torch::jit::SugaredValue> resolveValue(const std::string& name, torch::jit::GraphFunction&,
                                                         const torch::jit::SourceRange&) override {
    if (name == "torchactiv") return std::make_shared<torch::jit::BuiltinModule>("torchactiv");
    if (name == "torch") return std::make_shared<torch::jit::BuiltinModule>("aten");
    return nullptr;
  }
};

}  // namespace torchactiv_test
