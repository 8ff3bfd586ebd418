#include "csrc/kernels/combinations.h"

#include <algorithm>
#include <array>

#include "csrc/kernels/staged.h"

namespace torchactiv::TORCHACTIV_ISA {
namespace {

constexpr std::int64_t block_lanes = 64;  // whole vectors of every kernel
static_assert(block_lanes % Floats::lanes == 0 && block_lanes % SingleDoubles::lanes == 0 &&
              block_lanes % Doubles::lanes == 0);

// Part of a row of an input: contiguous, or one element for all of it.
template <class T>
struct Part {
  const T* pointer;
  std::int64_t step;
};

// What the formulas below are written in: n elements of every operand, and memory for as many results of the
// activation.
template <class T>
class Block {
 public:
  static constexpr std::int64_t length = 2048 / sizeof(T);

  Block(const CombinationContext& f, const double* arguments) : f_(f), arguments_(arguments) {}

  std::int64_t n = 0;

  // f(x)
  void forward(T* y, Part<T> x) const { call(f_.forward, {y}, {x}); }
  // f(x), where the derivatives are functions of it
  void forward_if_saved(T* y, Part<T> x) const {
    if (f_.saves_output) forward(y, x);
  }
  // gradient f', of x or, if that is what the derivative is a function of, of y = f(x)
  void backward(T* result, const T* gradient, Part<T> x, const T* y) const {
    call(f_.backward, {result}, {{gradient, 1}, saved(x, y)});
  }
  // v f' and v gradient f''; `spare` is overwritten.
  void double_backward(T* slope, T* curvature, Part<T> v, const T* gradient, Part<T> x, const T* y, T* spare) const {
    if (!f_.saves_output) return call(f_.double_backward, {slope, curvature}, {v, {gradient, 1}, x});
    call(f_.double_backward, {slope, spare}, {v, {gradient, 1}, {y, 1}});
    call(f_.backward, {curvature}, {{spare, 1}, {y, 1}});
  }

  // The elements side by side; `spare` is for those of one element.
  const T* contiguous(Part<T> part, T* spare) const {
    if (part.step == 1) return part.pointer;
    std::fill_n(spare, n, *part.pointer);
    return spare;
  }

  template <class Formula>
  void each(Formula formula) const {
    for (std::int64_t i = 0; i < n; ++i) formula(i);
  }

 private:
  Part<T> saved(Part<T> x, const T* y) const { return f_.saves_output ? Part<T>{y, 1} : x; }

  void call(const MapKernel& kernel, std::initializer_list<T*> outputs, std::initializer_list<Part<T>> inputs) const {
    constexpr std::size_t most = 6;  // operands of an activation of one tensor
    char* data[most];
    std::int64_t strides[2 * most] = {}, count = 0;
    const auto add = [&](const T* pointer, std::int64_t step) {
      data[count] = reinterpret_cast<char*>(const_cast<T*>(pointer));
      strides[count++] = step * static_cast<std::int64_t>(sizeof(T));
    };
    for (T* const output : outputs) add(output, 1);
    for (const Part<T>& input : inputs) add(input.pointer, input.step);
    kernel(data, strides, n, 1, arguments_);
  }

  const CombinationContext& f_;
  const double* arguments_;
};

// Whole cache lines, of which vectors cross none.
template <class T>
struct Buffer {
  alignas(64) T values[Block<T>::length];
  T& operator[](std::int64_t i) { return values[i]; }
  const T& operator[](std::int64_t i) const { return values[i]; }
  operator T*() { return values; }
};

// The elements of several operands side by side.
template <class T, std::size_t count>
struct Contiguous {
  Buffer<T> repeated[count];
  std::array<const T*, count> all;
  Contiguous(const Block<T>& block, const Part<T>* in) {
    for (std::size_t i = 0; i < count; ++i) all[i] = block.contiguous(in[i], repeated[i]);
  }
};

// Formulas take the outputs, and behind them the inputs. Their loops are over contiguous elements, of which the
// compiler makes vectors.
struct GatedForward {
  static constexpr int outputs = 1, inputs = 2;
  template <class T>
  static void run(const Block<T>& block, T* const* out, const Part<T>* in) {
    Buffer<T> f, of_up;
    block.forward(f, in[0]);
    const T* const up = block.contiguous(in[1], of_up);
    block.each([&, y = out[0]](std::int64_t i) { y[i] = f[i] * up[i]; });
  }
};

struct GatedBackward {
  static constexpr int outputs = 2, inputs = 3;
  template <class T>
  static void run(const Block<T>& block, T* const* out, const Part<T>* in) {
    const Part<T> gate = in[1];
    Buffer<T> f, scaled, of_gradient, of_up;
    block.forward(f, gate);
    const T* const gradient = block.contiguous(in[0], of_gradient);
    const T* const up = block.contiguous(in[2], of_up);
    block.each([&, up_gradient = out[1]](std::int64_t i) {
      up_gradient[i] = gradient[i] * f[i];
      scaled[i] = gradient[i] * up[i];
    });
    block.backward(out[0], scaled, gate, f);
  }
};

// L = v g u f' + w g f, with v and w the gradients that arrive for the gradients of gate and up.
struct GatedDoubleBackward {
  static constexpr int outputs = 3, inputs = 5;
  template <class T>
  static void run(const Block<T>& block, T* const* out, const Part<T>* in) {
    const Part<T> v = in[0], gate = in[3];
    Buffer<T> f, scaled, slope, curvature, spare, of_w, of_gradient, of_up;
    block.forward(f, gate);
    const T* const w = block.contiguous(in[1], of_w);
    const T* const gradient = block.contiguous(in[2], of_gradient);
    const T* const up = block.contiguous(in[4], of_up);
    block.each([&](std::int64_t i) { scaled[i] = gradient[i] * up[i]; });
    block.double_backward(slope, curvature, v, scaled, gate, f, spare);
    block.each([&](std::int64_t i) { scaled[i] = w[i] * gradient[i]; });
    block.backward(spare, scaled, gate, f);
    block.each([&](std::int64_t i) {
      out[0][i] = up[i] * slope[i] + w[i] * f[i];
      out[1][i] = curvature[i] + spare[i];
      out[2][i] = gradient[i] * slope[i];
    });
  }
};

// x + bias, in a buffer.
template <class T>
void add(const Block<T>& block, Part<T> x, Part<T> bias, Buffer<T>& sum) {
  Buffer<T> of_x, of_bias;
  const T* const a = block.contiguous(x, of_x);
  const T* const b = block.contiguous(bias, of_bias);
  block.each([&](std::int64_t i) { sum[i] = a[i] + b[i]; });
}

struct BiasedForward {
  static constexpr int outputs = 1, inputs = 2;
  template <class T>
  static void run(const Block<T>& block, T* const* out, const Part<T>* in) {
    Buffer<T> sum;
    add(block, in[0], in[1], sum);
    block.forward(out[0], {sum, 1});
  }
};

struct BiasedBackward {
  static constexpr int outputs = 2, inputs = 3;
  template <class T>
  static void run(const Block<T>& block, T* const* out, const Part<T>* in) {
    Buffer<T> sum, f, of_gradient;
    add(block, in[1], in[2], sum);
    block.forward_if_saved(f, {sum, 1});
    block.backward(out[0], block.contiguous(in[0], of_gradient), {sum, 1}, f);
    std::copy_n(out[0], block.n, out[1]);
  }
};

struct BiasedDoubleBackward {
  static constexpr int outputs = 3, inputs = 5;
  template <class T>
  static void run(const Block<T>& block, T* const* out, const Part<T>* in) {
    Buffer<T> sum, f, both, of_gradient, spare;
    add(block, in[3], in[4], sum);
    add(block, in[0], in[1], both);
    block.forward_if_saved(f, {sum, 1});
    block.double_backward(out[0], out[1], {both, 1}, block.contiguous(in[2], of_gradient), {sum, 1}, f, spare);
    std::copy_n(out[1], block.n, out[2]);
  }
};

// f(gate + gate_bias) (up + up_bias)
struct BiasedGateForward {
  static constexpr int outputs = 1, inputs = 4;
  template <class T>
  static void run(const Block<T>& block, T* const* out, const Part<T>* in) {
    Buffer<T> gate, up;
    add(block, in[0], in[2], gate);
    add(block, in[1], in[3], up);
    const Part<T> sums[] = {{gate, 1}, {up, 1}};
    GatedForward::run(block, out, sums);
  }
};

struct BiasedGateBackward {
  static constexpr int outputs = 4, inputs = 5;
  template <class T>
  static void run(const Block<T>& block, T* const* out, const Part<T>* in) {
    Buffer<T> gate, up;
    add(block, in[1], in[3], gate);
    add(block, in[2], in[4], up);
    const Part<T> sums[] = {in[0], {gate, 1}, {up, 1}};
    GatedBackward::run(block, out, sums);
    for (int i = 0; i < 2; ++i) std::copy_n(out[i], block.n, out[2 + i]);
  }
};

struct BiasedGateDoubleBackward {
  static constexpr int outputs = 5, inputs = 9;
  template <class T>
  static void run(const Block<T>& block, T* const* out, const Part<T>* in) {
    Buffer<T> v, w, gate, up;
    add(block, in[0], in[2], v);
    add(block, in[1], in[3], w);
    add(block, in[5], in[7], gate);
    add(block, in[6], in[8], up);
    const Part<T> sums[] = {{v, 1}, {w, 1}, in[4], {gate, 1}, {up, 1}};
    GatedDoubleBackward::run(block, out, sums);
    for (int i = 1; i < 3; ++i) std::copy_n(out[i], block.n, out[2 + i]);
  }
};

// alpha f(u) + delta with u = beta x + gamma, of x, alpha, beta, gamma, delta
struct ScaledForward {
  static constexpr int outputs = 1, inputs = 5;
  template <class T>
  static void run(const Block<T>& block, T* const* out, const Part<T>* in) {
    const Contiguous<T, 5> given(block, in);
    const auto [x, alpha, beta, gamma, delta] = given.all;
    Buffer<T> u, f;
    block.each([&](std::int64_t i) { u[i] = beta[i] * x[i] + gamma[i]; });
    block.forward(f, {u, 1});
    block.each([&, y = out[0]](std::int64_t i) { y[i] = alpha[i] * f[i] + delta[i]; });
  }
};

struct ScaledBackward {
  static constexpr int outputs = 5, inputs = 6;
  template <class T>
  static void run(const Block<T>& block, T* const* out, const Part<T>* in) {
    const Contiguous<T, 6> given(block, in);
    const auto [g, x, alpha, beta, gamma, delta] = given.all;
    Buffer<T> u, f, scaled;
    block.each([&](std::int64_t i) {
      u[i] = beta[i] * x[i] + gamma[i];
      scaled[i] = g[i] * alpha[i];
    });
    block.forward(f, {u, 1});
    T* const slope = out[3];
    block.backward(slope, scaled, {u, 1}, f);
    block.each([&](std::int64_t i) {
      out[0][i] = slope[i] * beta[i];
      out[1][i] = g[i] * f[i];
      out[2][i] = slope[i] * x[i];
      out[4][i] = g[i];
    });
  }
};

// L = g (alpha f' w + v_alpha f + v_delta), where w = v_x beta + v_beta x + v_gamma is the direction of u.
struct ScaledDoubleBackward {
  static constexpr int outputs = 6, inputs = 11;
  template <class T>
  static void run(const Block<T>& block, T* const* out, const Part<T>* in) {
    const Contiguous<T, 11> given(block, in);
    const auto [v_x, v_alpha, v_beta, v_gamma, v_delta, g, x, alpha, beta, gamma, delta] = given.all;
    Buffer<T> u, f, scaled, w, slope, curvature, spare, of_alpha, of_u;
    block.each([&](std::int64_t i) {
      u[i] = beta[i] * x[i] + gamma[i];
      w[i] = v_x[i] * beta[i] + v_beta[i] * x[i] + v_gamma[i];
      scaled[i] = g[i] * alpha[i];
    });
    block.forward(f, {u, 1});
    block.double_backward(slope, curvature, {w, 1}, scaled, {u, 1}, f, spare);
    block.backward(of_u, scaled, {u, 1}, f);
    block.each([&](std::int64_t i) { scaled[i] = v_alpha[i] * g[i]; });
    block.backward(of_alpha, scaled, {u, 1}, f);
    block.each([&](std::int64_t i) {
      const T along = curvature[i] + of_alpha[i];
      out[0][i] = alpha[i] * slope[i] + v_alpha[i] * f[i] + v_delta[i];
      out[1][i] = beta[i] * along + of_u[i] * v_beta[i];
      out[2][i] = g[i] * slope[i];
      out[3][i] = x[i] * along + of_u[i] * v_x[i];
      out[4][i] = along;
      out[5][i] = 0;
    });
  }
};

// A VectorLoop's.
template <class Formula, class T>
void vectors(const void* context, char* const* data, const std::int64_t* strides, std::int64_t n, std::int64_t rows,
             const double* arguments) {
  constexpr int outputs = Formula::outputs, inputs = Formula::inputs;
  Block<T> block(*static_cast<const CombinationContext*>(context), arguments);
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t done = 0; done < n; done += block.n) {
      block.n = std::min(Block<T>::length, n - done);
      const auto place = [&](int i) {
        return reinterpret_cast<T*>(data[i] + row * strides[outputs + inputs + i] + done * strides[i]);
      };
      T* out[outputs];
      Part<T> in[inputs];
      for (int i = 0; i < outputs; ++i) out[i] = place(i);
      for (int i = 0; i < inputs; ++i) in[i] = {place(outputs + i), strides[outputs + i] == 0 ? 0 : 1};
      Formula::run(block, out, in);
    }
  }
}

template <class Formula, class T>
void run(const void* context, char* const* data, const std::int64_t* strides, std::int64_t columns, std::int64_t rows,
         const double* arguments) {
  run_rows(
      {{vectors<Formula, T>, context}, block_lanes, sizeof(T), Formula::outputs, Formula::outputs + Formula::inputs},
      data, strides, columns, rows, arguments);
}

template <class Formula>
constexpr DirectionFunctions functions_of() {
  return {run<Formula, float>, run<Formula, double>, block_lanes, Formula::outputs, Formula::outputs + Formula::inputs};
}

}  // namespace

extern const CombinationFunctions combination_functions;
const CombinationFunctions combination_functions{
    functions_of<GatedForward>(),
    functions_of<GatedBackward>(),
    functions_of<GatedDoubleBackward>(),
    functions_of<BiasedForward>(),
    functions_of<BiasedBackward>(),
    functions_of<BiasedDoubleBackward>(),
    functions_of<BiasedGateForward>(),
    functions_of<BiasedGateBackward>(),
    functions_of<BiasedGateDoubleBackward>(),
    functions_of<ScaledForward>(),
    functions_of<ScaledBackward>(),
    functions_of<ScaledDoubleBackward>(),
    run_staged<BFloat16>,
    run_staged<Float16>,
};

}  // namespace torchactiv::TORCHACTIV_ISA
