#include "tests/accuracy/sweep.h"

#include <atomic>
#include <cmath>
#include <mutex>
#include <numeric>
#include <thread>

#include "tests/accuracy/format.h"
#include "tests/accuracy/measure.h"

namespace accuracy {
namespace {

template <class Format>
bool representable(double value) {
  const double nearest = decode<Format>(encode<Format>(value));
  return std::isfinite(nearest) && (nearest != 0 || value == 0);
}

// The k-th slice takes the k-th value of each variable, or its default where there are not so many.
template <class Format>
std::vector<Slice> slices(const Operator& op) {
  std::size_t count = 1;
  for (const auto& values : op.inputs) count = std::max(count, values.size());
  for (const auto& values : op.arguments) count = std::max(count, values.size());
  std::vector<Slice> result;
  for (std::size_t k = 0; k < count; ++k) {
    Slice slice;
    for (const auto& values : op.inputs) slice.inputs.push_back(k < values.size() ? values[k] : values[0]);
    for (const auto& values : op.arguments) slice.arguments.push_back(k < values.size() ? values[k] : values[0]);
    bool fits = true;
    for (const double input : slice.inputs) fits &= representable<Format>(input);
    if (fits) result.push_back(slice);
  }
  // Sums of arbitrary coefficients cancel, which leaves no digits of any format.
  if (!op.inputs.empty() && !op.counted) {
    result.push_back(result[0]);
    result.back().broadcast = false;
  }
  return result;
}

// A hash of the index (the finaliser of SplitMix64), so that samples do not depend on the threads.
std::uint64_t scramble(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return x ^ x >> 31;
}

// The blocks in an order that jumps about: an error that many neighbours share (of f' at every tiny x) is soon seen not
// to be the largest, and then need not be confirmed for each.
std::uint64_t block_at(std::uint64_t index, std::uint64_t count) {
  std::uint64_t step = count * 5 / 8 + 1;
  while (std::gcd(step, count) != 1) ++step;
  return index * step % count;
}

template <class Format>
typename Format::Bits finite_sample(std::uint64_t index) {
  const auto bits = static_cast<typename Format::Bits>(scramble(index));
  const bool finite = (bits & ~sign_bit<Format>) < infinity_bits<Format>;
  return finite ? bits : static_cast<typename Format::Bits>(bits ^ infinity_bits<Format>);
}

// Both ends of every kind of number, so that they are taken at any stride; at 1 they are taken anyway.
template <class Format>
std::vector<typename Format::Bits> special_patterns(std::uint64_t stride) {
  if (stride == 1) return {};
  constexpr std::uint32_t infinity = infinity_bits<Format>, smallest_normal = 1u << (Format::precision - 1);
  std::vector<typename Format::Bits> result;
  for (const std::uint32_t magnitude : {0u, 1u, smallest_normal - 1, smallest_normal, infinity - 1, infinity,
                                        infinity + 1, infinity + smallest_normal / 2, sign_bit<Format> - 1u})
    for (const std::uint32_t sign : {0u, std::uint32_t{sign_bit<Format>}})
      result.push_back(static_cast<typename Format::Bits>(magnitude | sign));
  return result;
}

// Which inputs a slice is measured at, by index.
template <class Format>
class Inputs {
 public:
  Inputs(const Slice& slice, int input_count, std::uint64_t stride)
      : special_(special_patterns<Format>(stride)),
        input_count_(static_cast<std::uint64_t>(input_count)),
        stride_(stride),
        broadcast_(slice.broadcast) {
    const std::uint64_t all = std::uint64_t{1} << bit_count<Format>;
    const std::uint64_t patterns = (all + stride - 1) / stride;
    regular_ = broadcast_ ? patterns : std::max<std::uint64_t>(patterns / 16, std::uint64_t{1} << 20);
  }

  std::uint64_t size() const { return regular_ + (broadcast_ ? special_.size() : 0); }

  void fill(Measurer<Format>& measurer, std::uint64_t begin, int n) const {
    for (std::uint64_t i = 0; i < (broadcast_ ? 1 : input_count_); ++i) {
      auto& column = measurer.column(static_cast<int>(i));
      for (int j = 0; j < n; ++j) {
        const std::uint64_t index = begin + static_cast<std::uint64_t>(j);
        if (!broadcast_)
          column[j] = finite_sample<Format>(index * input_count_ + i);
        else if (index < regular_)
          column[j] = static_cast<typename Format::Bits>(index * stride_);
        else
          column[j] = special_[index - regular_];
      }
    }
  }

 private:
  const std::vector<typename Format::Bits> special_;
  std::uint64_t input_count_, stride_, regular_;
  bool broadcast_;
};

}  // namespace

template <class Format>
Measurement sweep(const Operator& op, const Options& options, const std::function<void(double)>& progress) {
  const int input_count = static_cast<int>(op.reference->inputs.size());
  const Builtin* builtin = options.with_pytorch ? find_builtin(op.reference->name) : nullptr;
  Measurement result{&op, Format::name, Format::precision, {}, {}, {}, 0};
  result.figures.resize(options.capabilities.size());
  std::mutex mutex;
  const auto all = slices<Format>(op);
  for (std::size_t k = 0; k < all.size(); ++k) {
    const bool further = k > 0 && all[k].broadcast;
    const std::uint64_t float_stride = further ? std::max(options.stride, least_further_stride) : options.stride;
    const Inputs<Format> inputs(all[k], input_count, bit_count<Format> == 32 ? float_stride : 1);
    const std::uint64_t size = inputs.size(), blocks = (size + block_size - 1) / block_size;
    std::atomic<std::uint64_t> next = 0;
    const auto work = [&](bool reports) {
      Measurer<Format> measurer(op, options.capabilities, builtin);
      for (std::uint64_t done; (done = next++) < blocks;) {
        const std::uint64_t begin = block_at(done, blocks) * block_size;
        const int n = static_cast<int>(std::min<std::uint64_t>(block_size, size - begin));
        inputs.fill(measurer, begin, n);
        measurer.measure(all[k], n, begin / block_size);
        if (reports)
          progress((static_cast<double>(k) + static_cast<double>(done) / static_cast<double>(blocks)) /
                   static_cast<double>(all.size()));
      }
      const std::lock_guard lock(mutex);
      for (std::size_t c = 0; c < result.figures.size(); ++c) merge(result.figures[c], measurer.figures(c));
      merge(result.pytorch, measurer.builtin_figures());
      result.reference_gap.offer(measurer.reference_gap().error, measurer.reference_gap().at);
    };
    std::vector<std::thread> threads;
    for (int t = 1; t < options.threads; ++t) threads.emplace_back(work, false);
    work(true);
    for (std::thread& thread : threads) thread.join();
    result.inputs += size;
  }
  return result;
}

template Measurement sweep<Float32>(const Operator&, const Options&, const std::function<void(double)>&);
template Measurement sweep<BFloat16>(const Operator&, const Options&, const std::function<void(double)>&);
template Measurement sweep<Float16>(const Operator&, const Options&, const std::function<void(double)>&);

}  // namespace accuracy
