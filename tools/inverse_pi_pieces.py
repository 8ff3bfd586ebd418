"""Prints csrc/simd/large_angle.h's table: 1 / pi in pieces of 48 bits, each of which starts 24 bits behind the last."""

import mpmath

BITS, STEP = 48, 24
COUNT = 64  # to well below the last bit of the product with the largest double


def pieces() -> list[float]:
    """The pieces, high to low, as fractions of 1."""
    length = STEP * (COUNT - 1) + BITS
    mpmath.mp.prec = length + 64
    digits = int(mpmath.floor(mpmath.ldexp(1 / mpmath.pi, length)))
    return [((digits >> STEP * (COUNT - 1 - k)) & (2**BITS - 1)) / 2**BITS for k in range(COUNT)]


def main() -> None:
    print("\n".join(f"    {piece.hex()}," for piece in pieces()))


if __name__ == "__main__":
    main()
