// Rows that are normalised by themselves, of elements that have a weight each, in one loop with the activation behind
// it; Data are floats, or 16-bit elements, which are converted in registers. For all other activations
// csrc/kernels/row_elements.h calls their kernels block by block.
#pragma once

#include "csrc/kernels/fused_normalisation.h"

namespace torchactiv::TORCHACTIV_ISA {

template <class Op, class Data>
struct ElementsNormalisedBy {
  [[gnu::flatten]] static void forward(const void* of_input, void* of_output, std::int64_t rows, std::int64_t n,
                                       const Affine<float>* of_row, const float* w, const float* b,
                                       const double* arguments, bool streams) {
    const Data* x = static_cast<const Data*>(of_input);
    Data* y = static_cast<Data*>(of_output);
    streams = streams && can_stream(y, n);
    for (std::int64_t row = 0; row < rows; ++row, x += n, y += n) {
      const Affine<RoundedFloats> c = repeated(of_row[row]);
      by_elements(n, [&]<class Elements>(std::int64_t i, Elements some) {
        using V = typename Elements::Vector;
        const V u = multiply_add(normalised(some.read(x + i), leading<V>(c)), some.load(w + i), some.load(b + i));
        some.put(streams, Forward<Op>::template evaluate<V>({u}, arguments)[0], y + i);
      });
    }
    if (streams) end_streams();
  }

  [[gnu::flatten]] static void sums(const void* of_output, const void* of_input, float* s, std::int64_t rows,
                                    std::int64_t n, const Affine<float>* of_row, const float* w, const float* b,
                                    float* dw, float* db, std::array<double, 2>* sums, const double* arguments) {
    const Data *g = static_cast<const Data*>(of_output), *x = static_cast<const Data*>(of_input);
    for (std::int64_t row = 0; row < rows; ++row, g += n, x += n, s += n) {
      const Affine<RoundedFloats> c = repeated(of_row[row]);
      RoundedFloats slopes(0.0), products(0.0);
      by_elements(n, [&]<class Elements>(std::int64_t i, Elements some) {
        using V = typename Elements::Vector;
        const V z = normalised(some.read(x + i), leading<V>(c)), weight = some.load(w + i);
        const V found = slope<Op>(some.read(g + i), multiply_add(z, weight, some.load(b + i)), arguments);
        if constexpr (is_identity<Op>)
          prefetch<V>(s + i);
        else
          some.store(found, s + i);
        some.store(multiply_add(found, z, some.load(dw + i)), dw + i);
        some.store(some.load(db + i) + found, db + i);
        const V weighted = found * weight;
        replace_leading(slopes, leading<V>(slopes) + weighted);
        replace_leading(products, multiply_add(weighted, z, leading<V>(products)));
      });
      sums[row][0] += sum_of_lanes(slopes);
      sums[row][1] += sum_of_lanes(products);
    }
  }

 private:
  template <class V>
  static V normalised(const V& x, const Affine<V>& c) {
    return multiply_add(x - c.centre, c.scale, c.shift);
  }
  // The second pass will write there: it would wait for this memory, which the first one's reading hides.
  template <class V>
  static void prefetch(const float* p) {
    for (int part = 0; part < V::parts; ++part) __builtin_prefetch(p + part * Float::lanes, 1);
  }
};

}  // namespace torchactiv::TORCHACTIV_ISA
