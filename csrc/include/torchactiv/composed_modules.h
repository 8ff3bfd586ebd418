// The functions of compositions.h as modules; GELU, GLU and RReLU are LibTorch's.
#pragma once

#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torchactiv/compositions.h>

#include <ostream>
#include <string>

namespace torchactiv::nn {

/// Options for GELU.
struct GELUOptions {
  /// "none" for the exact function, "tanh" for the approximation by a hyperbolic tangent.
  TORCH_ARG(std::string, approximate) = "none";
};

/// Gaussian error linear unit; see torchactiv::gelu.
class GELUImpl : public torch::nn::Cloneable<GELUImpl> {
 public:
  explicit GELUImpl(const GELUOptions& options_ = {}) : options(options_) {}

  at::Tensor forward(const at::Tensor& input) { return torchactiv::gelu(input, options.approximate()); }
  void reset() override {}
  void pretty_print(std::ostream& stream) const override { stream << "torchactiv::nn::GELU()"; }

  GELUOptions options;
};
TORCH_MODULE(GELU);

/// Options for GLU.
struct GLUOptions {
  /* implicit */ GLUOptions(int64_t dim = -1) : dim_(dim) {}

  /// The dimension to halve.
  TORCH_ARG(int64_t, dim);
};

/// Gated linear unit; see torchactiv::glu.
class GLUImpl : public torch::nn::Cloneable<GLUImpl> {
 public:
  explicit GLUImpl(const GLUOptions& options_ = {}) : options(options_) {}

  at::Tensor forward(const at::Tensor& input) { return torchactiv::glu(input, options.dim()); }
  void reset() override {}
  void pretty_print(std::ostream& stream) const override {
    stream << "torchactiv::nn::GLU(dim=" << options.dim() << ")";
  }

  GLUOptions options;
};
TORCH_MODULE(GLU);

/// Options for RReLU.
struct RReLUOptions {
  /// Of the interval that the slopes are drawn from in training.
  TORCH_ARG(double, lower) = 1.0 / 8;
  TORCH_ARG(double, upper) = 1.0 / 3;

  /// Whether the result is written over the input.
  TORCH_ARG(bool, inplace) = false;
};

/// Randomised leaky rectified linear unit; see torchactiv::rrelu.
class RReLUImpl : public torch::nn::Cloneable<RReLUImpl> {
 public:
  explicit RReLUImpl(const RReLUOptions& options_ = {}) : options(options_) {}

  at::Tensor forward(at::Tensor input) {
    if (options.inplace()) return torchactiv::rrelu_(input, options.lower(), options.upper(), is_training());
    return torchactiv::rrelu(input, options.lower(), options.upper(), is_training());
  }
  void reset() override {}
  void pretty_print(std::ostream& stream) const override {
    stream << "torchactiv::nn::RReLU(lower=" << options.lower() << ", upper=" << options.upper();
    if (options.inplace()) stream << ", inplace=true";
    stream << ")";
  }

  RReLUOptions options;
};
TORCH_MODULE(RReLU);

/// Options for CReLU.
struct CReLUOptions {
  /* implicit */ CReLUOptions(int64_t dim = 1) : dim_(dim) {}

  /// The dimension that becomes twice as long.
  TORCH_ARG(int64_t, dim);
};

/// Concatenated rectified linear unit; see torchactiv::crelu.
class CReLUImpl : public torch::nn::Cloneable<CReLUImpl> {
 public:
  explicit CReLUImpl(const CReLUOptions& options_ = {}) : options(options_) {}

  at::Tensor forward(const at::Tensor& input) { return torchactiv::crelu(input, options.dim()); }
  void reset() override {}
  void pretty_print(std::ostream& stream) const override {
    stream << "torchactiv::nn::CReLU(dim=" << options.dim() << ")";
  }

  CReLUOptions options;
};
TORCH_MODULE(CReLU);

/// Options for Maxout.
struct MaxoutOptions {
  /* implicit */ MaxoutOptions(int64_t pieces) : pieces_(pieces) {}

  /// How many neighbours make a group.
  TORCH_ARG(int64_t, pieces);
  /// The dimension that becomes shorter.
  TORCH_ARG(int64_t, dim) = 1;
};

/// Maxout; see torchactiv::maxout.
class MaxoutImpl : public torch::nn::Cloneable<MaxoutImpl> {
 public:
  explicit MaxoutImpl(const MaxoutOptions& options_) : options(options_) {}

  at::Tensor forward(const at::Tensor& input) { return torchactiv::maxout(input, options.pieces(), options.dim()); }
  void reset() override {}
  void pretty_print(std::ostream& stream) const override {
    stream << "torchactiv::nn::Maxout(pieces=" << options.pieces() << ", dim=" << options.dim() << ")";
  }

  MaxoutOptions options;
};
TORCH_MODULE(Maxout);

}  // namespace torchactiv::nn
