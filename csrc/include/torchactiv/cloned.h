// Copies of modules that are derived from LibTorch's: what these inherit from torch::nn::Cloneable makes one of the
// base, without the activation.
#pragma once

#include <torch/nn/module.h>

#include <memory>
#include <optional>

namespace torchactiv::nn {

/// `fresh`, made with the options of `original`, with copies of its parameters and buffers.
template <class Impl>
std::shared_ptr<torch::nn::Module> cloned(const Impl& original, std::shared_ptr<Impl> fresh,
                                          const std::optional<torch::Device>& device) {
  const torch::NoGradGuard guard;
  const auto copied = [&](const at::Tensor& from) { return from.detach().clone().to(device.value_or(from.device())); };
  auto parameters = fresh->named_parameters(), buffers = fresh->named_buffers();
  for (const auto& item : original.named_parameters()) {
    at::Tensor& to = parameters[item.key()];
    to.set_data(copied(item.value()));
    to.set_requires_grad(item.value().requires_grad());
  }
  for (const auto& item : original.named_buffers()) buffers[item.key()].set_data(copied(item.value()));
  fresh->train(original.is_training());
  return fresh;
}

}  // namespace torchactiv::nn
