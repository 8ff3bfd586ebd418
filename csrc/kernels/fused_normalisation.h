// Normalisation in one loop with the activation behind it, for those that networks have there: the formulas of an
// element. For all others csrc/kernels/normalisation.cpp calls the activation's kernels block by block.
#pragma once

#include "csrc/kernels/normalisation.h"
#include "csrc/kernels/rounded_vectors.h"

namespace torchactiv::TORCHACTIV_ISA {

// Of the identity g is the gradient, whatever u is.
template <class Op>
constexpr bool is_identity = std::string_view(Op::card.name) == "identity";

// g f'(u)
template <class Op, class V>
V slope(const V& g, const V& u, const double* arguments) {
  if constexpr (is_identity<Op>) return g;
  std::array<V, 1> saved{u};
  if constexpr (Op::saved == Saved::output) saved = Forward<Op>::template evaluate<V>(saved, arguments);
  return chain<Op>(g, partials<Op>(saved, arguments)[0]);
}

template <class Op, class V>
V value(const V& u, const double* arguments) {
  return Forward<Op>::template evaluate<V>({u}, arguments)[0];
}

// Whether slopes are kept between the passes of backward; to calculate them again would take longer.
template <class Op>
constexpr bool keeps_slope = !Op::has_cheap_slope;

// x - centre, and u, of what lies at x and r. `from_output`: given y in the place of x, and the affine map from u back
// to x - centre.
template <class Op, bool from_output, bool adds, class Elements, class Data, class V>
std::pair<V, V> distance_and_u(const Elements& some, const Data* x, std::type_identity_t<const Data*> r,
                               const Affine<V>& c, const double* arguments) {
  if constexpr (from_output) {
    const V u = Inverse<Op>::template evaluate<V>({some.read(x)}, arguments)[0];
    V normalised = u;
    if constexpr (adds) normalised = u - some.read(r);
    return {multiply_add(normalised - c.centre, c.scale, c.shift), u};
  } else {
    const V distance = some.read(x) - c.centre;
    V u = multiply_add(distance, c.scale, c.shift);
    if constexpr (adds) u = u + some.read(r);
    return {distance, u};
  }
}

// Whether vectors go past the caches: what takes longer to calculate does not wait for its stores.
template <class Op, class Data>
bool may_stream(bool streams, const Data* p, std::int64_t stride) {
  return Op::has_cheap_slope && streams && can_stream(p, stride);
}

}  // namespace torchactiv::TORCHACTIV_ISA
