// 16-bit types from and to memory: all of their numbers, and the floats around the points where rounding decides.
#include <bit>
#include <cmath>

#include "tests/accuracy/format.h"
#include "tests/cpp/vector/instruction_sets.h"

namespace vector_test {
namespace {

class StorageOf : public EveryInstructionSet {};

template <class Format>
void expect_all_numbers(const Storage& storage) {
  std::vector<std::uint16_t> bits(65536);
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = static_cast<std::uint16_t>(i);
  std::vector<double> values(bits.size());
  storage.load(bits.data(), values.data(), bits.size());
  std::vector<std::uint16_t> back(bits.size());
  storage.store(back.data(), values.data(), bits.size());
  for (std::size_t i = 0; i < bits.size(); ++i) {
    const double expected = accuracy::decode<Format>(bits[i]);
    if (std::isnan(expected)) {
      EXPECT_TRUE(std::isnan(values[i])) << i;
      EXPECT_TRUE(std::isnan(accuracy::decode<Format>(back[i]))) << i;
    } else {
      EXPECT_EQ(std::bit_cast<std::uint64_t>(values[i]), std::bit_cast<std::uint64_t>(expected)) << i;
      EXPECT_EQ(back[i], bits[i]);
    }
  }
}

// The floats halfway between two numbers, and the floats beside those.
template <class Format>
void expect_rounding(const Storage& storage) {
  std::vector<double> values;
  constexpr std::uint32_t infinity = accuracy::infinity_bits<Format>;
  for (std::uint32_t bits = 0; bits < infinity; ++bits) {
    const double low = accuracy::decode<Format>(static_cast<std::uint16_t>(bits));
    const double step = accuracy::unit_in_last_place<Format>(low);
    const auto half = static_cast<float>(low + step / 2);
    for (const float value : {std::nextafter(half, 0.0f), half, std::nextafter(half, INFINITY)}) {
      values.push_back(value);
      values.push_back(-value);
    }
  }
  values.resize((values.size() + 63) / 64 * 64);
  std::vector<std::uint16_t> stored(values.size());
  storage.store(stored.data(), values.data(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_EQ(stored[i], accuracy::encode<Format>(values[i])) << values[i];
}

TEST_P(StorageOf, EveryBFloat16) { expect_all_numbers<accuracy::BFloat16>(instructions().bfloat16); }
TEST_P(StorageOf, EveryHalf) { expect_all_numbers<accuracy::Float16>(instructions().float16); }
TEST_P(StorageOf, EveryBFloat16InOrder) { expect_all_numbers<accuracy::BFloat16>(instructions().bfloat16_in_order); }
TEST_P(StorageOf, RoundingToBFloat16) { expect_rounding<accuracy::BFloat16>(instructions().bfloat16); }
TEST_P(StorageOf, RoundingToBFloat16InOrder) { expect_rounding<accuracy::BFloat16>(instructions().bfloat16_in_order); }
TEST_P(StorageOf, RoundingToHalf) { expect_rounding<accuracy::Float16>(instructions().float16); }

// Rounding would carry the lowest bits of a float that has all of them into its sign.
TEST_P(StorageOf, NanOfAnyBitsInOrder) {
  const std::vector<double> values(64, static_cast<double>(std::bit_cast<float>(0x7fffffffu)));
  std::vector<std::uint16_t> stored(values.size());
  instructions().bfloat16_in_order.store(stored.data(), values.data(), values.size());
  for (const std::uint16_t bits : stored) EXPECT_TRUE(std::isnan(accuracy::decode<accuracy::BFloat16>(bits))) << bits;
}

FOR_EVERY_INSTRUCTION_SET(StorageOf);

}  // namespace
}  // namespace vector_test
