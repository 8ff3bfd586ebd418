// Made by tools/rational_coefficients.py.
#pragma once

#include <array>

namespace torchactiv::rational_initials {

namespace sum_of_magnitudes {
// Within 0.014 of leaky_relu from -3 to 3.
inline constexpr std::array numerator{0.0128261199, 0.523445571, 2.87938989, 4.76185447, 2.65211884, 0.484499212};
inline constexpr std::array denominator{0.403111532, 8.59921641, 0.532439162, 0.857421678};
}  // namespace sum_of_magnitudes

namespace magnitude_of_sum {
// Within 0.014 of leaky_relu from -3 to 3.
inline constexpr std::array numerator{0.012905561, 0.504999165, 2.67152657, 4.31007155, 2.3624205, 0.426888512};
inline constexpr std::array denominator{9.38720531e-06, -8.53480994, 8.59050569e-06, -0.845325302};
}  // namespace magnitude_of_sum

namespace least_magnitude {
// Within 0.013 of leaky_relu from -3 to 3.
inline constexpr std::array numerator{0.00173745399, 0.0582955672, 0.24280338, 0.331067734, 0.164387812, 0.0275753397};
inline constexpr std::array denominator{0.0482460052, -0.350501094, -0.119261145, -0.293489002, -0.00372684717};
}  // namespace least_magnitude

namespace plain {
// Within 0.014 of leaky_relu from -3 to 3.
inline constexpr std::array numerator{0.0129055444, 0.504999243, 2.67152898, 4.31007724, 2.36242424, 0.426889253};
inline constexpr std::array denominator{-8.43792374e-06, 8.53481974, -7.77121668e-06, 0.845326629};
}  // namespace plain

}  // namespace torchactiv::rational_initials
