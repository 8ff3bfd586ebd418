// Activations that are no function of single elements, or that choose between several: made of the catalogue's
// operators and of ATen's, and so differentiable, batched and traced as these are (CompositeImplicitAutograd).
#include <ATen/Functions.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/library.h>

#include <cmath>

#include "csrc/operators/activations.h"
#include "csrc/operators/checks.h"
#include "csrc/operators/operator.h"
#include "csrc/packed_gate/packed_gate.h"

namespace torchactiv {
namespace {

template <class Op>
at::Tensor call(TensorSpan tensors, ArgumentSpan arguments = {}) {
  return operator_of<Op>().forward.call(tensors, arguments)[0];
}

std::int64_t wrap_dimension(const char* name, const at::Tensor& input, std::int64_t dim) {
  TORCH_CHECK(input.dim() > 0, name, " does not support 0-dimensional tensors");
  TORCH_CHECK_INDEX(-input.dim() <= dim && dim < input.dim(), name, ": dim=", dim, " is out of range for input of ",
                    input.dim(), " dimensions");
  return dim < 0 ? dim + input.dim() : dim;
}

void check_bounds(double lower, double upper) {
  TORCH_CHECK(std::isfinite(lower), "rrelu: lower bound must be finite, but got lower=", lower);
  TORCH_CHECK(std::isfinite(upper), "rrelu: upper bound must be finite, but got upper=", upper);
  TORCH_CHECK(lower <= upper, "rrelu: lower must not be greater than upper, got lower=", lower, ", upper=", upper);
}

void check_random(const at::Tensor& input) {
  TORCH_CHECK_NOT_IMPLEMENTED(is_supported(input.scalar_type()), "\"rrelu\" not implemented for '", input.scalar_type(),
                              "': input must be a tensor of dtype float32, float64, bfloat16 or float16");
}

// The derivative of rrelu at each element, with which it is multiplied, forward and backward: all that is saved. It is
// prelu's; with a dimension in front, since a weight of one dimension would belong to channels. `drawn` is overwritten.
at::Tensor random_slopes(const at::Tensor& input, const at::Tensor& drawn, double lower, double upper,
                         std::optional<at::Generator> generator) {
  drawn.uniform_(lower, upper, std::move(generator));
  const at::Tensor data = input.detach().unsqueeze(0), one = at::ones({1}, data.options()).expand_as(data);
  return operator_of<PRelu>().backward.call({one, data, drawn.unsqueeze(0)}, {})[0].squeeze(0);
}

// Where slopes can be drawn into. vmap, which torch.func may be within, refuses to draw numbers, or gives them a batch
// where they shall differ: no numbers as well as others.
at::Tensor undrawn_slopes(const at::Tensor& input, std::optional<at::Generator> generator) {
  const at::Tensor slopes = at::empty_like(input);
  if (!c10::impl::tls_is_dispatch_key_included(c10::DispatchKey::FuncTorchDynamicLayerBackMode)) return slopes;
  return slopes.add(at::rand({0}, std::move(generator), input.options()).sum());
}

at::Tensor gelu(const at::Tensor& input, c10::string_view approximate) {
  if (approximate == "none") return call<GeluErf>(input);
  if (approximate == "tanh") return call<GeluTanh>(input);
  TORCH_CHECK(false, "gelu: approximate argument must be either none or tanh, got '", approximate, "'");
}

at::Tensor rrelu(const at::Tensor& input, double lower, double upper, bool training,
                 std::optional<at::Generator> generator) {
  check_bounds(lower, upper);
  if (!training) return call<LeakyRelu>(input, (lower + upper) / 2);
  check_random(input);
  const at::Tensor undrawn = undrawn_slopes(input, generator);
  return at::mul(input, random_slopes(input, undrawn, lower, upper, std::move(generator)));
}

at::Tensor& rrelu_(at::Tensor& input, double lower, double upper, bool training,
                   std::optional<at::Generator> generator) {
  check_bounds(lower, upper);
  if (!training) {
    operator_of<LeakyRelu>().forward_in_place.call(input, (lower + upper) / 2);
    return input;
  }
  check_random(input);
  return input.mul_(random_slopes(input, at::empty_like(input), lower, upper, std::move(generator)));
}

at::Tensor glu(const at::Tensor& input, std::int64_t dim) {
  const std::int64_t wrapped = wrap_dimension("glu", input, dim);
  TORCH_CHECK(input.sym_size(wrapped) % 2 == 0, "glu: Halving dimension must be even, but dimension ", wrapped,
              " is size ", input.sym_size(wrapped));
  return call_packed_gate(input, {Sigmoid::card.name, {}, wrapped, /*gate_first=*/false});
}

at::Tensor crelu(const at::Tensor& input, std::int64_t dim) {
  const std::int64_t wrapped = wrap_dimension("crelu", input, dim);
  return at::cat({call<Relu>(input), call<Relu>(at::neg(input))}, wrapped);
}

at::Tensor maxout(const at::Tensor& input, std::int64_t pieces, std::int64_t dim) {
  const std::int64_t wrapped = wrap_dimension("maxout", input, dim);
  const c10::SymInt size = input.sym_size(wrapped);
  TORCH_CHECK(pieces > 0 && size % pieces == 0, "maxout: dimension ", wrapped, " of size ", size,
              " cannot be divided into groups of pieces=", pieces);
  return at::amax(input.unflatten_symint(wrapped, {size / pieces, pieces}), wrapped + 1);
}

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_FRAGMENT(torchactiv, m) {
  const std::vector<at::Tag> tags{at::Tag::pt2_compliant_tag};
  m.def("gelu(Tensor input, *, str approximate='none') -> Tensor", tags);
  m.def(
      "rrelu(Tensor input, float lower=0.125, float upper=0.3333333333333333, bool training=False, "
      "Generator? generator=None) -> Tensor",
      tags);
  m.def(
      "rrelu_(Tensor(a!) input, float lower=0.125, float upper=0.3333333333333333, bool training=False, "
      "Generator? generator=None) -> Tensor(a!)",
      tags);
  m.def("glu(Tensor input, int dim=-1) -> Tensor", tags);
  m.def("crelu(Tensor input, int dim=1) -> Tensor", tags);
  m.def("maxout(Tensor input, int pieces, int dim=1) -> Tensor", tags);
}

namespace torchactiv {
namespace {

void implement(torch::Library& m) {
  m.impl("gelu", gelu);
  m.impl("rrelu", rrelu);
  m.impl("rrelu_", rrelu_);
  m.impl("glu", glu);
  m.impl("crelu", crelu);
  m.impl("maxout", maxout);
}

}  // namespace
}  // namespace torchactiv

TORCH_LIBRARY_IMPL(torchactiv, CompositeImplicitAutograd, m) { torchactiv::implement(m); }
// vmap as well takes them for what they are made of, so that each part has its rule, random numbers among them.
TORCH_LIBRARY_IMPL(torchactiv, FuncTorchBatchedDecomposition, m) { torchactiv::implement(m); }
// It has aliases in its schema and is no function to functionalization; its parts are.
TORCH_LIBRARY_IMPL(torchactiv, Functionalize, m) { m.impl("rrelu_", torchactiv::rrelu_); }
// Without a batch in the input, too, vmap has a say in random numbers.
TORCH_LIBRARY_IMPL(torchactiv, FuncTorchVmapMode, m) {
  m.impl("rrelu", torchactiv::rrelu);
  m.impl("rrelu_", torchactiv::rrelu_);
}
