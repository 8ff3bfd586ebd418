// The distance of a large angle from the nearest zero of a sine or a cosine (Payne & Hanek 1983): of 1 / pi only those
// digits are multiplied that do not just count whole turns. V is a batch of doubles. Tested by tests/cpp/vector.
#pragma once

#include <initializer_list>
#include <numbers>

#include "csrc/simd/batch.h"

namespace torchactiv::TORCHACTIV_ISA {

// 1 / pi in pieces of 48 bits, each of which starts 24 bits behind the last (tools/inverse_pi_pieces.py).
constexpr int step_of_pieces = 24;
constexpr double inverse_pi[4][16] = {
    {0x1.45f306dc9c880p-2, 0x1.6e4e441529fc0p-1, 0x1.529fc2757d000p-5, 0x1.3abe8fa9a6e00p-4, 0x1.f534ddc0db620p-1,
     0x1.c0db6295993c0p-1, 0x1.2b32788720800p-2, 0x1.0e4107f945880p-3, 0x1.fe5163abdeba0p-1, 0x1.abdebbc561b60p-1,
     0x1.c561b7246e3a0p-1, 0x1.246e3a424dd20p-1, 0x1.09374b8019200p-3, 0x1.c00c925dd4100p-2, 0x1.2eea09d1921c0p-1,
     0x1.d1921cfe1dea0p-1},
    {0x1.fc3bd63962500p-2, 0x1.1cb129a73ee80p-1, 0x1.a73ee88235f40p-1, 0x1.046bea5d76880p-2, 0x1.2ebb4484e99c0p-1,
     0x1.09d338e04d680p-2, 0x1.c09ad17df9000p-3, 0x1.7df904e647580p-3, 0x1.3991d63983520p-1, 0x1.cc1a99cfa4e00p-4,
     0x1.39f49c845f8a0p-1, 0x1.08bf177bf2500p-2, 0x1.bdf9283b1ff80p-1, 0x1.d8ffc4bffef00p-4, 0x1.2fffbc0b301c0p-2,
     0x1.6603fbcbc4000p-7},
    {0x1.ef2f118b5a0a0p-1, 0x1.8b5a0a6d1f6c0p-1, 0x1.b47db4d9fb380p-3, 0x1.367ecf27cb080p-1, 0x1.27cb09b74f460p-1,
     0x1.b74f463f669e0p-1, 0x1.fb34f2ff51600p-4, 0x1.7fa8b5d49ee80p-3, 0x1.7527bac7ebe40p-1, 0x1.8fd7cbe2f6780p-2,
     0x1.f17b3d0739f60p-1, 0x1.0739f78a52920p-1, 0x1.8a5292ea6bfa0p-1, 0x1.d4d7f6bf623c0p-2, 0x1.5fb11f8d5d080p-1,
     0x1.8d5d085603300p-1},
    {0x1.580cc11bf1e80p-3, 0x1.1bf1edaeafc00p-3, 0x1.6babf0cfbc200p-1, 0x1.9f784135e86c0p-2, 0x1.35e86c3b53c40p-2,
     0x1.da9e391615e00p-5, 0x1.91615ee61b080p-1, 0x1.cc3610cb33080p-2, 0x1.9666157c52800p-3, 0x1.5f14a068408c0p-1,
     0x1.a10237ff62000p-3, 0x1.ffd8804d73260p-1, 0x1.35cc9cc418180p-3, 0x1.3106061556ca0p-1, 0x1.556ca73a8c800p-5,
     0x1.cea3258389e80p-3}};

// Of a float's angles, which are products of two floats at most, the first sixteen suffice.
template <class V>
V piece_of_inverse_pi(const V& index) {
  V piece = lookup(inverse_pi[0], index);
  if constexpr (!V::is_single)
    for (int k = 1; k < 4; ++k) piece = select(index < V(0x1.8p52 + 16 * k), piece, lookup(inverse_pi[k], index));
  return piece;
}

// a * b rounded, and what rounding took from it. |a| < 2^900.
template <class V>
struct ExactProduct {
  V product, error;

  ExactProduct(const V& a, const V& b) : product(a * b) {
    if constexpr (fused_float) {
      error = fma(a, b, -product);
    } else {  // Dekker 1971
      const V a_high = upper(a), a_low = a - a_high, b_high = upper(b), b_low = b - b_high;
      error = a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low);
    }
  }

 private:
  static V upper(const V& x) {
    const V lifted = V(0x1p27 + 1) * x;
    return lifted - (lifted - x);
  }
};

// Adds to a sum and gives what rounding took from it (Knuth's two-sum).
template <class V>
V add(V& sum, const V& term) {
  const V before = sum;
  sum = before + term;
  const V of_term = sum - before;
  return (before - (sum - of_term)) + (term - of_term);
}

// x less the nearest multiple of 2. |x| < 2^51.
template <class V>
V without_turns(const V& x) {
  return x - ((x + V(0x1.8p53)) - V(0x1.8p53));
}

// In which half of a turn the nearest zero lies, in the last bit of `biased`; and how far it is.
template <class V>
struct FromZero {
  V biased, distance;
};

// The zeros are half + n for integers n, times pi; half is 0 or 0.5. Of an |a| >= 2^21, infinity or NaN; of what is
// smaller it is any number, as it is of an |a| >= 2^300 that will be rounded to a float. Largest error of the distance:
// 2^-52 of it and 2^-110; with single precision 2^-50 and 2^-64.
template <class V>
FromZero<V> from_zero_of_large(const V& a, double half) {
  // With e the exponent of a, whatever counts at least 2^(53 - e) in 1 / pi counts whole turns.
  constexpr double integer = 0x1.8p52, step = step_of_pieces;
  const V first = maximum_or_second(fma(exponent(abs(a)), V(1 / step), V(-65 / step)), V(0.0)) + V(integer);
  const V reduced = a * power_of_two(fma(first - V(integer), V(-step), V(integer + 1023)));  // |reduced| < 2^78
  const auto part = [&](int i, double scale) {
    return ExactProduct<V>(reduced * V(scale), piece_of_inverse_pi(first + V(2.0 * i)));
  };

  const ExactProduct<V> high = part(0, 1), middle = part(1, 0x1p-48), low = part(2, 0x1p-96);
  V turns = without_turns(high.product - ((high.product + V(0x1.8p80)) - V(0x1.8p80)));
  const V lost = add(turns, without_turns(high.error)), lost_then = add(turns, without_turns(middle.product));
  const V biased = (turns - V(half)) + V(integer + 2 * half);
  V distance = turns - ((biased - V(integer + 2 * half)) + V(half));
  if constexpr (V::is_single)
    return {biased, (distance + ((lost + lost_then) + (middle.error + low.product))) * V(std::numbers::pi)};

  const ExactProduct<V> last = part(3, 0x1p-144);
  V rest(0.0);
  for (const V* term : {&middle.error, &low.product, &lost, &lost_then, &low.error, &last.product})
    rest = rest + add(distance, *term);
  constexpr double pi = std::numbers::pi, pi_low = 0x1.1a62633145c07p-53;
  return {biased, fma(distance, V(pi), fma(distance, V(pi_low), rest * V(pi)))};
}

}  // namespace torchactiv::TORCHACTIV_ISA
