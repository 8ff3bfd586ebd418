// The second pass of backward: the loops of the gradient of the input, from s = g f'(u), whatever that is found from.
#pragma once

#include "csrc/kernels/rounded_vectors.h"

namespace torchactiv::TORCHACTIV_ISA {

template <class V>
V gradient_of_input(const V& s, const V& distance, const V& scale, const Correction<V>& correction) {
  const V owed = multiply_add(distance, correction.slope, correction.shift);
  return multiply_add(owed, -correction.scale, s * scale);
}

// Of rows of n elements, each of another channel. slope_of(g, u) is s; what is kept in the place of g may be that.
template <class Data, class SlopeOf>
void rows_gradient(const void* of_output, const void* of_x, void* of_input, std::int64_t rows, std::int64_t n,
                   const Affine<float>* channels, const Correction<float>* corrections, bool streams,
                   SlopeOf slope_of) {
  const Data *g = static_cast<const Data*>(of_output), *x = static_cast<const Data*>(of_x);
  Data* dx = static_cast<Data*>(of_input);
  streams = streams && can_stream(dx, n);
  for (std::int64_t row = 0; row < rows; ++row, x += n, g += n, dx += n) {
    const Affine<RoundedFloats> c = repeated(channels[row]);
    const Correction<RoundedFloats> correction = repeated(corrections[row]);
    by_elements(n, [&]<class Elements>(std::int64_t i, Elements some) {
      using V = typename Elements::Vector;
      const Affine<V> own = leading<V>(c);
      const V distance = some.read(x + i) - own.centre;
      const V s = slope_of(some.read(g + i), multiply_add(distance, own.scale, own.shift));
      some.put(streams, gradient_of_input(s, distance, own.scale, leading<V>(correction)), dx + i);
    });
  }
  if (streams) end_streams();
}

template <class Elements>
Affine<typename Elements::Vector> loaded(const Elements& some, const Affine<const float*>& c, std::int64_t i) {
  return {some.load(c.centre + i), some.load(c.scale + i), some.load(c.shift + i)};
}

// Of channels side by side. found(some, at, affine map of the channels) is {s, x - centre}. The channel's own scale is
// that of its map, or of its correction where the map is the inverse.
template <bool of_inverse, class Data, class Found>
void columns_gradient(Data* dx, std::int64_t rows, std::int64_t stride, std::int64_t n, Affine<const float*> channels,
                      Correction<const float*> corrections, bool from_memory, bool past_caches, Found found) {
  const bool streams = past_caches && can_stream(dx, stride);
  by_columns(takes_single_rows(from_memory, n), rows, n,
             [&]<int together, class Elements>(std::int64_t row, std::int64_t i, Elements some) {
               using V = typename Elements::Vector;
               const Affine<V> c = loaded(some, channels, i);
               const Correction<V> correction{c.centre, some.load(corrections.slope + i),
                                              some.load(corrections.shift + i), some.load(corrections.scale + i)};
               for (int k = 0; k < together; ++k) {
                 const std::int64_t at = (row + k) * stride + i;
                 const auto [s, distance] = found(some, at, c);
                 const V scale = of_inverse ? correction.scale : c.scale;
                 some.put(streams, gradient_of_input(s, distance, scale, correction), dx + at);
               }
             });
  if (streams) end_streams();
}

}  // namespace torchactiv::TORCHACTIV_ISA
