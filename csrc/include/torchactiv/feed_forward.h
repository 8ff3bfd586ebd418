// Gated feed-forward blocks as modules, in the manner of torch::nn.
#pragma once

#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>
#include <torchactiv/combinations.h>

#include <optional>
#include <ostream>
#include <string>

namespace torchactiv::nn {

/// Options for GatedFeedForward, and for the blocks of one activation, which choose that themselves.
struct GatedFeedForwardOptions {
  GatedFeedForwardOptions(int64_t in_features, int64_t hidden_features)
      : in_features_(in_features), hidden_features_(hidden_features) {}

  TORCH_ARG(int64_t, in_features);
  TORCH_ARG(int64_t, hidden_features);
  /// in_features by default.
  TORCH_ARG(std::optional<int64_t>, out_features) = std::nullopt;
  /// The operator of an activation of one tensor.
  TORCH_ARG(std::string, activation) = "silu";
  /// Whether the layers have one.
  TORCH_ARG(bool, bias) = false;
  /// Whether gate and up are one layer, whose first rows are those of the gate.
  TORCH_ARG(bool, packed) = false;
};

/// down_proj(f(gate_proj(x)) up_proj(x)), with the names of the layers of LLaMA-style models; packed with gate_up_proj
/// in place of the first two.
template <class Derived>
class GatedFeedForwardImplBase : public torch::nn::Cloneable<Derived> {
 public:
  explicit GatedFeedForwardImplBase(const GatedFeedForwardOptions& options_) : options(options_) {
    GatedFeedForwardImplBase::reset();
  }
  GatedFeedForwardImplBase(int64_t in_features, int64_t hidden_features)
      : GatedFeedForwardImplBase(GatedFeedForwardOptions(in_features, hidden_features)) {}

  at::Tensor forward(const at::Tensor& input) {
    if (options.packed()) return down_proj(gated_packed(gate_up_proj(input), options.activation()));
    return down_proj(gated(gate_proj(input), up_proj(input), options.activation()));
  }

  void reset() override {
    const int64_t hidden = options.hidden_features();
    if (options.packed()) {
      gate_up_proj = layer("gate_up_proj", options.in_features(), 2 * hidden);
    } else {
      gate_proj = layer("gate_proj", options.in_features(), hidden);
      up_proj = layer("up_proj", options.in_features(), hidden);
    }
    down_proj = layer("down_proj", hidden, options.out_features().value_or(options.in_features()));
  }

  void pretty_print(std::ostream& stream) const override {
    const std::string name = this->name();  // that of the Impl
    stream << name.substr(0, name.rfind("Impl")) << "(in_features=" << options.in_features()
           << ", hidden_features=" << options.hidden_features()
           << ", out_features=" << options.out_features().value_or(options.in_features())
           << ", activation=" << options.activation() << std::boolalpha << ", bias=" << options.bias()
           << ", packed=" << options.packed() << std::noboolalpha << ")";
  }

  GatedFeedForwardOptions options;
  torch::nn::Linear gate_proj{nullptr}, up_proj{nullptr}, gate_up_proj{nullptr}, down_proj{nullptr};

 private:
  torch::nn::Linear layer(const std::string& name, int64_t in, int64_t out) {
    return this->register_module(name, torch::nn::Linear(torch::nn::LinearOptions(in, out).bias(options.bias())));
  }
};

/// A gated feed-forward block of any activation.
class GatedFeedForwardImpl : public GatedFeedForwardImplBase<GatedFeedForwardImpl> {
 public:
  using GatedFeedForwardImplBase::GatedFeedForwardImplBase;
};
TORCH_MODULE(GatedFeedForward);

/// GatedFeedForward with silu, as in LLaMA.
class SwiGLUImpl : public GatedFeedForwardImplBase<SwiGLUImpl> {
 public:
  SwiGLUImpl(int64_t in_features, int64_t hidden_features)
      : SwiGLUImpl(GatedFeedForwardOptions(in_features, hidden_features)) {}
  explicit SwiGLUImpl(GatedFeedForwardOptions options_) : GatedFeedForwardImplBase(options_.activation("silu")) {}
};
TORCH_MODULE(SwiGLU);

/// GatedFeedForward with gelu.
class GEGLUImpl : public GatedFeedForwardImplBase<GEGLUImpl> {
 public:
  GEGLUImpl(int64_t in_features, int64_t hidden_features)
      : GEGLUImpl(GatedFeedForwardOptions(in_features, hidden_features)) {}
  explicit GEGLUImpl(GatedFeedForwardOptions options_) : GatedFeedForwardImplBase(options_.activation("gelu_erf")) {}
};
TORCH_MODULE(GEGLU);

/// GatedFeedForward with relu.
class ReGLUImpl : public GatedFeedForwardImplBase<ReGLUImpl> {
 public:
  ReGLUImpl(int64_t in_features, int64_t hidden_features)
      : ReGLUImpl(GatedFeedForwardOptions(in_features, hidden_features)) {}
  explicit ReGLUImpl(GatedFeedForwardOptions options_) : GatedFeedForwardImplBase(options_.activation("relu")) {}
};
TORCH_MODULE(ReGLU);

/// GatedFeedForward with mish.
class MishGLUImpl : public GatedFeedForwardImplBase<MishGLUImpl> {
 public:
  MishGLUImpl(int64_t in_features, int64_t hidden_features)
      : MishGLUImpl(GatedFeedForwardOptions(in_features, hidden_features)) {}
  explicit MishGLUImpl(GatedFeedForwardOptions options_) : GatedFeedForwardImplBase(options_.activation("mish")) {}
};
TORCH_MODULE(MishGLU);

/// GatedFeedForward without an activation.
class BilinearGLUImpl : public GatedFeedForwardImplBase<BilinearGLUImpl> {
 public:
  BilinearGLUImpl(int64_t in_features, int64_t hidden_features)
      : BilinearGLUImpl(GatedFeedForwardOptions(in_features, hidden_features)) {}
  explicit BilinearGLUImpl(GatedFeedForwardOptions options_)
      : GatedFeedForwardImplBase(options_.activation("identity")) {}
};
TORCH_MODULE(BilinearGLU);

}  // namespace torchactiv::nn
