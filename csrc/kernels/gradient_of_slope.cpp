#include "csrc/kernels/gradient_of_slope.h"

#include "csrc/kernels/fused_normalisation.h"

namespace torchactiv::TORCHACTIV_ISA {

template <class Data>
[[gnu::flatten]] void GradientOfSlope<Data>::rows(const void* of_slope, const void* of_x, void* of_input,
                                                  std::int64_t count, std::int64_t n, const Affine<float>* channels,
                                                  const Correction<float>* corrections, const double*, bool streams) {
  const Data *s = static_cast<const Data*>(of_slope), *x = static_cast<const Data*>(of_x);
  Data* dx = static_cast<Data*>(of_input);
  streams = streams && can_stream(dx, n);
  for (std::int64_t row = 0; row < count; ++row, x += n, s += n, dx += n) {
    const Affine<RoundedFloats> c = repeated(channels[row]);
    const Correction<RoundedFloats> correction = repeated(corrections[row]);
    by_elements(n, [&]<class Elements>(std::int64_t i, Elements some) {
      using V = typename Elements::Vector;
      const Affine<V> own = leading<V>(c);
      const V distance = some.read(x + i) - own.centre;
      some.put(streams, gradient_of_input(some.read(s + i), distance, own.scale, leading<V>(correction)), dx + i);
    });
  }
  if (streams) end_streams();
}

template <class Data>
[[gnu::flatten]] void GradientOfSlope<Data>::columns(const void* of_slope, const void* of_x, const void*,
                                                     void* of_input, std::int64_t count, std::int64_t stride,
                                                     std::int64_t n, Affine<const float*> channels,
                                                     Correction<const float*> corrections, const double*,
                                                     bool streams) {
  const Data *const s = static_cast<const Data*>(of_slope), *const x = static_cast<const Data*>(of_x);
  Data* const dx = static_cast<Data*>(of_input);
  const bool single = takes_single_rows(streams, n);
  streams = streams && can_stream(dx, stride);
  by_columns(single, count, n, [&]<int together>(std::int64_t row, std::int64_t i, auto some) {
    const auto centre = some.load(channels.centre + i), scale = some.load(channels.scale + i);
    const Correction<std::remove_cv_t<decltype(centre)>> correction{
        centre, some.load(corrections.slope + i), some.load(corrections.shift + i), some.load(corrections.scale + i)};
    for (int k = 0; k < together; ++k) {
      const std::int64_t at = (row + k) * stride + i;
      some.put(streams, gradient_of_input(some.read(s + at), some.read(x + at) - centre, scale, correction), dx + at);
    }
  });
  if (streams) end_streams();
}

template struct GradientOfSlope<float>;
template struct GradientOfSlope<BFloat16Element>;
template struct GradientOfSlope<Float16Element>;

}  // namespace torchactiv::TORCHACTIV_ISA
