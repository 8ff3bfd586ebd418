// The formulas of combinations, forward, backward and double backward, in the operand order of csrc/kernels/table.h.
#pragma once

#include "csrc/kernels/combination_block.h"

namespace torchactiv::TORCHACTIV_ISA {

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
    const T* const gradient = block.contiguous(in[0], of_gradient);
    const T* const up = block.contiguous(in[2], of_up);
    block.each([&](std::int64_t i) { scaled[i] = gradient[i] * up[i]; });
    block.forward_backward(f, out[0], scaled, gate);
    block.each([&, up_gradient = out[1]](std::int64_t i) { up_gradient[i] = gradient[i] * f[i]; });
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
    T* const slope = out[3];
    block.forward_backward(f, slope, scaled, {u, 1});
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

}  // namespace torchactiv::TORCHACTIV_ISA
