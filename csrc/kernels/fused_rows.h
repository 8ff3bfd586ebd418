// Normalisation of rows of elements, each of one channel, in one loop with the activation behind it; Data are floats,
// or 16-bit elements, which are converted in registers.
#pragma once

#include "csrc/kernels/fused_normalisation.h"
#include "csrc/kernels/normalisation_gradient.h"

namespace torchactiv::TORCHACTIV_ISA {

// f(u) and g f'(u) in the place of u.
template <class Op>
[[gnu::flatten]] void activate_rounded(float* u, std::int64_t n, const double* arguments) {
  by_elements(n, [&](std::int64_t i, auto some) { some.store(value<Op>(some.load(u + i), arguments), u + i); });
}
template <class Op>
[[gnu::flatten]] void derive_rounded(const float* g, float* u, std::int64_t n, const double* arguments) {
  by_elements(n, [&](std::int64_t i, auto some) {
    some.store(slope<Op>(some.read(g + i), some.load(u + i), arguments), u + i);
  });
}

template <class Op, class Data>
struct RowsNormalisedBy {
  static void forward(const void* x, const void* r, void* y, std::int64_t rows, std::int64_t n,
                      const Affine<float>* channels, const double* arguments, bool streams) {
    (r ? forward_of<true> : forward_of<false>)(data(x), data(r), data(y), rows, n, channels, arguments, streams);
  }
  static void sums(const void* g, const void* x, const void* r, void* s, std::int64_t rows, std::int64_t n,
                   const Affine<float>* channels, std::array<double, 2>* sums, const double* arguments) {
    (r ? sums_of<true> : sums_of<false>)(data(g), data(x), data(r), data(s), rows, n, channels, sums, arguments);
  }

  [[gnu::flatten]] static void gradient(const void* g, const void* x, void* dx, std::int64_t rows, std::int64_t n,
                                        const Affine<float>* channels, const Correction<float>* corrections,
                                        const double* arguments, bool streams) {
    rows_gradient<Data>(g, x, dx, rows, n, channels, corrections, streams && Op::has_cheap_slope,
                        [&](const auto& gradient, const auto& u) { return slope<Op>(gradient, u, arguments); });
  }

 private:
  static const Data* data(const void* p) { return static_cast<const Data*>(p); }
  static Data* data(void* p) { return static_cast<Data*>(p); }

  // y = f(u) of each of u = (x - centre) scale + shift, to which r is added if it `adds`
  template <bool adds>
  [[gnu::flatten]] static void forward_of(const Data* x, const Data* r, Data* y, std::int64_t rows, std::int64_t n,
                                          const Affine<float>* channels, const double* arguments, bool streams) {
    streams = may_stream<Op>(streams, y, n);
    for (std::int64_t row = 0; row < rows; ++row) {
      const Affine<RoundedFloats> c = repeated(channels[row]);
      by_elements(n, [&]<class Elements>(std::int64_t i, Elements some) {
        const auto own = leading<typename Elements::Vector>(c);
        const std::int64_t at = row * n + i;
        const auto u = distance_and_u<Op, false, adds>(some, x + at, adds ? r + at : nullptr, own, arguments).second;
        some.put(streams, value<Op>(u, arguments), y + at);
      });
    }
    if (streams) end_streams();
  }

  template <bool adds>
  [[gnu::flatten]] static void sums_of(const Data* g, const Data* x, const Data* r, Data* s, std::int64_t rows,
                                       std::int64_t n, const Affine<float>* channels, std::array<double, 2>* sums,
                                       const double* arguments) {
    for (std::int64_t row = 0; row < rows; ++row) {
      const Affine<RoundedFloats> c = repeated(channels[row]);
      RoundedFloats slopes(0.0), distances(0.0);
      by_elements(n, [&]<class Elements>(std::int64_t i, Elements some) {
        using V = typename Elements::Vector;
        const std::int64_t at = row * n + i;
        const auto [distance, u] =
            distance_and_u<Op, false, adds>(some, x + at, adds ? r + at : nullptr, leading<V>(c), arguments);
        const V found = slope<Op>(some.read(g + at), u, arguments);
        if constexpr (keeps_slope<Op> || adds) some.put(false, found, s + at);
        replace_leading(slopes, leading<V>(slopes) + found);
        replace_leading(distances, multiply_add(found, distance, leading<V>(distances)));
      });
      sums[row][0] += sum_of_lanes(slopes);
      sums[row][1] += sum_of_lanes(distances);
    }
  }
};

}  // namespace torchactiv::TORCHACTIV_ISA
