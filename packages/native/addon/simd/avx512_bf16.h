// Sixteen floats at a time, and to bfloat16: to nearest even, subnormal numbers to 0. Included by units compiled for AVX-512
// with BF16 only.
#pragma once
#include "avx512.h"

namespace tessera {
namespace {

/** Lines of tiles from rows of floats. */
struct TileRounding {
  /** 32 values to bfloat16, zeros after the first `count`. */
  static void round(const float* x, int count, uint16_t* out) {
    const __m512bh pairs = _mm512_cvtne2ps_pbh(load(x + 16, count - 16), load(x, count));
    _mm512_storeu_si512(out, (__m512i)pairs);
  }

  /** 16 values of each row to bfloat16, interleaved, zeros after the first `count`. */
  static void interleave(const float* even, int even_count, const float* odd, int odd_count, uint16_t* out) {
    const __m512bh halves = _mm512_cvtne2ps_pbh(load(odd, odd_count), load(even, even_count));
    const __m512i order = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    // Word i takes half-words i and 16 + i.
    const __m512i pairs = _mm512_add_epi32(_mm512_or_si512(order, _mm512_slli_epi32(order, 16)), _mm512_set1_epi32(16 << 16));
    _mm512_storeu_si512(out, _mm512_permutexvar_epi16(pairs, (__m512i)halves));
  }

  /** The transpose of 16 lines of 16 pairs. */
  static void turn_pairs(const uint16_t* lines, uint16_t* out) {
    Vec square[kWidth];
#pragma GCC unroll 16
    for (int i = 0; i < kWidth; i++) square[i] = load(reinterpret_cast<const float*>(lines) + i * kWidth);
    turn(square);
#pragma GCC unroll 16
    for (int i = 0; i < kWidth; i++) store(reinterpret_cast<float*>(out) + i * kWidth, square[i]);
  }
};

}  // namespace
}  // namespace tessera
