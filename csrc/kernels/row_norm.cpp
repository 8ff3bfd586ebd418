#include "csrc/kernels/row_norm.h"

#include "csrc/kernels/row_elements.h"
#include "csrc/kernels/row_segments.h"

namespace torchactiv::TORCHACTIV_ISA {
namespace {

template <class Data>
[[gnu::flatten]] void add_two(const Data* a, const Data* b, Data* sum, std::int64_t n) {
  by_falling_widths<Computed<Data>>(
      n, [=]<class V>(std::int64_t i, V) { store_as(read_as<V>(a + i) + read_as<V>(b + i), sum + i); }, 0);
}

// Calls work(first, last) for a few short rows, which do not wait for each other, or one long row. What they read is
// little: memory is fastest where reading and writing alternate, every few kilobytes.
constexpr std::int64_t elements_of_batch = 1024, most_of_batch = 64;
template <class Work>
void each_batch(std::int64_t rows, std::int64_t length, Work work) {
  const std::int64_t batch = std::clamp<std::int64_t>(elements_of_batch / length, 1, most_of_batch);
  for (std::int64_t first = 0; first < rows; first += batch) work(first, std::min(first + batch, rows));
}

// Calls work(begin, end, the first of their channels) for rows that have the same weights.
template <class Work>
void each_run(const RowBlock& block, std::int64_t first, std::int64_t last, Work work) {
  if (block.groups == 1) return work(first, last, std::int64_t{0});
  for (std::int64_t row = first; row < last; ++row) work(row, row + 1, block.first_channel(row));
}

template <class T>
struct Segments {
  static constexpr std::int64_t most = RowNormFunctions::most_elements / 2;  // of at least two elements each
  Affine<T> of[most];

  // Those of rows that lie behind each other. (Inlined, GCC takes what no rows would leave for uninitialised.)
  [[gnu::noinline]] Segments(const RowBlock& block, std::int64_t first, std::int64_t last, const RowState* states,
                             const T* w, const T* b) {
    Affine<T>* next = of;
    for (std::int64_t row = first; row < last; ++row) {
      const Affine<T> affine = states[row].template affine<T>();
      const std::int64_t channel = block.first_channel(row);
      for (std::int64_t c = channel; c < channel + block.channels; ++c) *next++ = of_channel(affine, w[c], b[c]);
    }
  }
};

template <class Data, class T>
void forward(FusedKernels f, const Data* x, Data* y, const RowBlock& block, const T* w, const T* b, RowState* states) {
  const std::int64_t n = block.length();
  each_batch(block.rows, n, [&](std::int64_t first, std::int64_t last) {
    const std::int64_t at = first * n;
    for (std::int64_t row = first; row < last; ++row)
      states[row] = RowState::of(block.centred ? row_moments(x + row * n, n) : row_moments_about_zero(x + row * n, n),
                                 n, block.eps);
    if (block.inner > 1) {
      const Segments<T> segments(block, first, last, states, w, b);
      segments_forward(f, x + at, y + at, (last - first) * block.channels, block.inner, segments.of);
      return;
    }
    Affine<T> of_row[most_of_batch];
    each_run(block, first, last, [&](std::int64_t begin, std::int64_t end, std::int64_t channel) {
      for (std::int64_t row = begin; row < end; ++row) of_row[row - begin] = states[row].template affine<T>();
      elements_forward(f, x + begin * n, y + begin * n, end - begin, n, of_row, w + channel, b + channel);
    });
  });
}

template <class Data, class T>
void segments_rows_backward(FusedKernels f, const Data* g, const Data* x, Data* dx, const RowBlock& block, const T* w,
                            const T* b, const RowState* states, double* dw, double* db) {
  each_batch(block.rows, block.length(), [&](std::int64_t first, std::int64_t last) {
    const std::int64_t at = first * block.length(), count = (last - first) * block.channels;
    const Segments<T> segments(block, first, last, states, w, b);
    std::array<double, 2> found[Segments<T>::most];
    std::fill_n(found, count, std::array<double, 2>{});
    segments_backward(f, g + at, x + at, dx + at, count, block.inner, segments.of, found);

    Correction<T> corrections[Segments<T>::most];
    for (std::int64_t row = first; row < last; ++row) {
      const RowState& state = states[row];
      const std::int64_t channel = block.first_channel(row), segment = (row - first) * block.channels;
      double sums[2] = {};
      for (std::int64_t c = 0; c < block.channels; ++c) {
        const auto [slope, distance] = found[segment + c];
        const double of_weight = state.template gradient_of_weight<T>(slope, distance);
        dw[channel + c] += of_weight;
        db[channel + c] += slope;
        sums[0] += slope * static_cast<double>(w[channel + c]);
        sums[1] += of_weight * static_cast<double>(w[channel + c]);
      }
      std::fill_n(corrections + segment, block.channels, state.correction<T>(block.length(), block.centred, sums));
    }
    segments_correct(f, (f.leaves_slope() ? dx : g) + at, x + at, dx + at, count, block.inner, segments.of,
                     corrections);
  });
}

// Where s = g f' of rows is kept until these are corrected: in the place of dx, or where dx goes past the caches or has
// less digits, in a few rows that stay there.
template <class Data>
class Slopes {
  using T = Computed<Data>;

 public:
  // For rows of n elements, of which row r is kept in place r modulo `kept`: rows that are summed in one call begin
  // in the first place, which is the only one then.
  Slopes(FusedKernels f, const Data* g, Data* dx, std::int64_t n, std::int64_t kept)
      : streams_(f.streams && can_stream(dx, n)), is_given_(f.is_identity), g_(g), dx_(dx), n_(n), kept_rows_(kept) {}
  ~Slopes() {
    if (streams_) end_streams();
  }
  Slopes(const Slopes&) = delete;
  Slopes& operator=(const Slopes&) = delete;

  // The place of the element `i` of a row.
  T* place(std::int64_t row, std::int64_t i = 0) {
    if constexpr (std::is_same_v<T, Data>)
      if (!streams_) return dx_ + row * n_ + i;
    return kept_ + row % kept_rows_ * n_ + i;
  }
  void correct(const Data* x, std::int64_t row, std::int64_t rows, std::int64_t i, std::int64_t count,
               const Correction<T>* corrections, const T* w) {
    const std::int64_t at = row * n_ + i;
    const auto write = [&]<class Slope>(const Slope* s) {
      const auto kernel = streams_ ? write_corrected<true, Slope, Data, T> : write_corrected<false, Slope, Data, T>;
      kernel(s, x + at, dx_ + at, rows, count, corrections, w);
    };
    is_given_ ? write(g_ + at) : write(static_cast<const T*>(place(row, i)));
  }

 private:
  bool streams_, is_given_;
  const Data* g_;
  Data* dx_;
  std::int64_t n_, kept_rows_;
  alignas(64) T kept_[2 * RowNormFunctions::most_elements];
};

template <class Data, class T>
void short_rows_backward(FusedKernels f, const Data* g, const Data* x, Data* dx, const RowBlock& block, const T* w,
                         const T* b, const RowState* states, T* dw, T* db) {
  const std::int64_t n = block.length();
  Slopes<Data> slopes(f, g, dx, n, 1);
  each_batch(block.rows, n, [&](std::int64_t first, std::int64_t last) {
    each_run(block, first, last, [&](std::int64_t begin, std::int64_t end, std::int64_t channel) {
      const std::int64_t at = begin * n, count = end - begin;
      Affine<T> of_row[most_of_batch];
      Correction<T> corrections[most_of_batch];
      std::array<double, 2> sums[most_of_batch] = {};
      for (std::int64_t i = 0; i < count; ++i) of_row[i] = states[begin + i].template affine<T>();
      elements_backward(f, g + at, x + at, slopes.place(begin), count, n, of_row, w + channel, b + channel,
                        dw + channel, db + channel, sums);
      for (std::int64_t i = 0; i < count; ++i)
        corrections[i] = states[begin + i].template correction<T>(n, block.centred, sums[i].data());
      slopes.correct(x, begin, count, 0, n, corrections, w + channel);
    });
  });
}

// Parts of a row are added up in turn with those of the row before being written.
template <class Data, class T>
void long_rows_backward(FusedKernels f, const Data* g, const Data* x, Data* dx, const RowBlock& block, const T* w,
                        const T* b, const RowState* states, T* dw, T* db) {
  const std::int64_t n = block.length();
  Slopes<Data> slopes(f, g, dx, n, 2);
  Affine<T> of_row{};
  Correction<T> correction{};
  for (std::int64_t row = 0; row <= block.rows; ++row) {
    const bool is_row = row < block.rows, has_previous = row > 0;
    const std::int64_t channel = block.first_channel(row), previous = block.first_channel(row + block.groups - 1);
    std::array<double, 2> sums{};
    if (is_row) of_row = states[row].template affine<T>();
    for (std::int64_t i = 0; i < n; i += columns_together) {
      const std::int64_t count = std::min(columns_together, n - i), at = row * n + i;
      if (is_row)
        elements_backward(f, g + at, x + at, slopes.place(row, i), 1, count, &of_row, w + channel + i, b + channel + i,
                          dw + channel + i, db + channel + i, &sums);
      if (has_previous) slopes.correct(x, row - 1, 1, i, count, &correction, w + previous + i);
    }
    if (is_row) correction = states[row].template correction<T>(n, block.centred, sums.data());
  }
}

constexpr std::int64_t short_row = 128;

template <class Data, class T>
void backward(FusedKernels f, const Data* g, const Data* x, Data* dx, const RowBlock& block, const T* w, const T* b,
              const RowState* states, ScaleSums<T> totals) {
  if (block.inner > 1)
    segments_rows_backward(f, g, x, dx, block, w, b, states, totals.weight_doubles, totals.bias_doubles);
  else if (block.length() <= short_row)
    short_rows_backward(f, g, x, dx, block, w, b, states, totals.weight, totals.bias);
  else
    long_rows_backward(f, g, x, dx, block, w, b, states, totals.weight, totals.bias);
}

// The kernels of data as those of what lies in memory.
template <class Data, class T>
struct InMemory {
  static const Data* data(const void* p) { return static_cast<const Data*>(p); }
  static Data* data(void* p) { return static_cast<Data*>(p); }

  static void add(const void* a, const void* b, void* sum, std::int64_t n) { add_two(data(a), data(b), data(sum), n); }
  static void forward_of_blocks(FusedKernels f, const void* x, void* y, const RowBlock& block, const T* w, const T* b,
                                RowState* states) {
    forward(f, data(x), data(y), block, w, b, states);
  }
  static void backward_of_blocks(FusedKernels f, const void* g, const void* x, void* dx, const RowBlock& block,
                                 const T* w, const T* b, const RowState* states, ScaleSums<T> sums) {
    backward(f, data(g), data(x), data(dx), block, w, b, states, sums);
  }

  static void forward_of_elements(FusedKernels f, const void* x, void* y, std::int64_t rows, std::int64_t n,
                                  const Affine<T>* of_row, const T* w, const T* b) {
    elements_forward(f, data(x), data(y), rows, n, of_row, w, b);
  }
  static void backward_of_elements(FusedKernels f, const void* g, const void* x, T* s, std::int64_t rows,
                                   std::int64_t n, const Affine<T>* of_row, const T* w, const T* b, T* dw, T* db,
                                   std::array<double, 2>* sums) {
    elements_backward(f, data(g), data(x), s, rows, n, of_row, w, b, dw, db, sums);
  }
  static void correct_elements(const void* g, const T* s, const void* x, void* dx, std::int64_t rows, std::int64_t n,
                               const Correction<T>* corrections, const T* w) {
    if (s)
      write_corrected<false>(s, data(x), data(dx), rows, n, corrections, w);
    else
      write_corrected<false>(data(g), data(x), data(dx), rows, n, corrections, w);
  }

  static void forward_of_segments(FusedKernels f, const void* x, void* y, std::int64_t segments, std::int64_t length,
                                  const Affine<T>* affine) {
    segments_forward(f, data(x), data(y), segments, length, affine);
  }
  static void backward_of_segments(FusedKernels f, const void* g, const void* x, void* s, std::int64_t segments,
                                   std::int64_t length, const Affine<T>* affine, std::array<double, 2>* sums) {
    segments_backward(f, data(g), data(x), data(s), segments, length, affine, sums);
  }
  static void correct_segments(FusedKernels f, const void* s, const void* x, void* dx, std::int64_t segments,
                               std::int64_t length, const Affine<T>* affine, const Correction<T>* corrections) {
    segments_correct(f, data(s), data(x), data(dx), segments, length, affine, corrections);
  }

  static constexpr RowNormKernels<T> kernels{
      .add = add,
      .forward = forward_of_blocks,
      .backward = backward_of_blocks,
      .elements_forward = forward_of_elements,
      .elements_backward = backward_of_elements,
      .elements_correct = correct_elements,
      .segments_forward = forward_of_segments,
      .segments_backward = backward_of_segments,
      .segments_correct = correct_segments,
  };
};

}  // namespace

extern const RowNormFunctions row_norm_functions;
const RowNormFunctions row_norm_functions{
    {InMemory<float, float>::kernels,
     {},
     InMemory<BFloat16Element, float>::kernels,
     InMemory<Float16Element, float>::kernels},
    InMemory<double, double>::kernels,
};

}  // namespace torchactiv::TORCHACTIV_ISA
