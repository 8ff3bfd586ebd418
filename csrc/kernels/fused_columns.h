// Normalisation of channels that lie side by side in one loop with the activation behind it; Data are floats, or 16-bit
// elements, which are converted in registers.
#pragma once

#include "csrc/kernels/fused_normalisation.h"
#include "csrc/kernels/normalisation_gradient.h"

namespace torchactiv::TORCHACTIV_ISA {

template <class Op, class Data>
struct ColumnsNormalisedBy {
  static void forward(const void* x, const void* r, void* y, std::int64_t rows, std::int64_t stride, std::int64_t n,
                      Affine<const float*> channels, const double* arguments, bool streams) {
    (r ? forward_of<true> : forward_of<false>)(data(x), data(r), data(y), rows, stride, n, channels, arguments,
                                               streams);
  }

  template <bool from_output>
  static void sums(const void* g, const void* x, const void* r, void* s, std::int64_t rows, std::int64_t stride,
                   std::int64_t n, Affine<const float*> channels, float* slope_sums, float* distance_sums,
                   const double* arguments, bool from_memory) {
    (r ? sums_of<from_output, true> : sums_of<from_output, false>)(data(g), data(x), data(r), data(s), rows, stride, n,
                                                                   channels, slope_sums, distance_sums, arguments,
                                                                   from_memory);
  }

  template <bool from_output, bool of_slope>
  [[gnu::flatten]] static void gradient(const void* of_output, const void* of_x, const void* of_r, void* of_input,
                                        std::int64_t rows, std::int64_t stride, std::int64_t n,
                                        Affine<const float*> channels, Correction<const float*> corrections,
                                        const double* arguments, bool streams) {
    constexpr bool adds = from_output && of_slope;
    const Data *const g = data(of_output), *const x = data(of_x), *const r = data(of_r);
    columns_gradient<from_output>(data(of_input), rows, stride, n, channels, corrections, streams,
                                  streams && Op::has_cheap_slope, [&](auto some, std::int64_t at, const auto& c) {
                                    const auto [distance, u] = distance_and_u<Op, from_output, adds>(
                                        some, x + at, adds ? r + at : nullptr, c, arguments);
                                    auto s = some.read(g + at);
                                    if constexpr (!of_slope) s = slope<Op>(s, u, arguments);
                                    return std::pair{s, distance};
                                  });
  }

 private:
  static const Data* data(const void* p) { return static_cast<const Data*>(p); }
  static Data* data(void* p) { return static_cast<Data*>(p); }

  template <bool adds>
  [[gnu::flatten]] static void forward_of(const Data* x, const Data* r, Data* y, std::int64_t rows, std::int64_t stride,
                                          std::int64_t n, Affine<const float*> channels, const double* arguments,
                                          bool streams) {
    const bool single = takes_single_rows(streams, n);
    streams = streams && can_stream(y, stride);  // channels that are side by side wait for memory, whatever f is
    by_columns(single, rows, n, [&]<int together>(std::int64_t row, std::int64_t i, auto some) {
      const auto c = loaded(some, channels, i);
      for (int k = 0; k < together; ++k) {
        const std::int64_t at = (row + k) * stride + i;
        const auto u = distance_and_u<Op, false, adds>(some, x + at, adds ? r + at : nullptr, c, arguments).second;
        some.put(streams, value<Op>(u, arguments), y + at);
      }
    });
    if (streams) end_streams();
  }

  template <bool from_output, bool adds>
  [[gnu::flatten]] static void sums_of(const Data* g, const Data* x, const Data* r, Data* s, std::int64_t rows,
                                       std::int64_t stride, std::int64_t n, Affine<const float*> channels,
                                       float* slope_sums, float* distance_sums, const double* arguments,
                                       bool from_memory) {
    // Four rows of four tensors are more streams than the processor follows, from the caches as well.
    const bool single = takes_single_rows(from_memory || adds, n);
    const bool streams = from_memory && single && can_stream(s, stride);
    by_columns(single, rows, n, [&]<int together>(std::int64_t row, std::int64_t i, auto some) {
      const auto c = loaded(some, channels, i);
      auto slopes = some.load(slope_sums + i), distances = some.load(distance_sums + i);
      for (int k = 0; k < together; ++k) {
        const std::int64_t at = (row + k) * stride + i;
        const auto [distance, u] =
            distance_and_u<Op, from_output, adds>(some, x + at, adds ? r + at : nullptr, c, arguments);
        const auto found = slope<Op>(some.read(g + at), u, arguments);
        if constexpr (keeps_slope<Op> || adds) some.put(streams, found, s + at);
        slopes = slopes + found;
        distances = multiply_add(found, distance, distances);
      }
      some.store(slopes, slope_sums + i);
      some.store(distances, distance_sums + i);
    });
    if (streams) end_streams();
  }
};

}  // namespace torchactiv::TORCHACTIV_ISA
