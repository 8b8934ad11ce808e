// Eight floats at a time. Included by units compiled for AVX2 and FMA only.
#pragma once
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace tessera {
namespace {

using Vec = __m256;
constexpr int kWidth = 8;
// Six rows and two vectors: 12 sums, 2 vectors of B and one value of A of 16 registers.
constexpr int kTileRows = 6;
constexpr int kTileVectors = 2;
constexpr size_t kBlockK = 384;

inline __m256i lanes(int count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
inline Vec set(float x) { return _mm256_set1_ps(x); }
inline Vec load(const float* p) { return _mm256_loadu_ps(p); }
inline Vec load(const float* p, int count) {
  return count >= kWidth ? load(p) : _mm256_maskload_ps(p, lanes(count));
}
/** The first `count` values, zeros after them. */
inline Vec first_of(Vec x, int count) { return _mm256_and_ps(x, _mm256_castsi256_ps(lanes(count))); }
/** The first `count` values from p, the others of `rest`. */
inline Vec load_or(const float* p, int count, Vec rest) {
  return count >= kWidth ? load(p) : _mm256_blendv_ps(rest, load(p, count), _mm256_castsi256_ps(lanes(count)));
}
inline void store(float* p, Vec x) { _mm256_storeu_ps(p, x); }
inline void store(float* p, Vec x, int count) {
  if (count >= kWidth) return store(p, x);
  _mm256_maskstore_ps(p, lanes(count), x);
}
inline Vec load_bf16(const uint16_t* p) {
  const __m128i halves = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(halves), 16));
}
inline Vec add(Vec a, Vec b) { return _mm256_add_ps(a, b); }
inline Vec sub(Vec a, Vec b) { return _mm256_sub_ps(a, b); }
inline Vec mul(Vec a, Vec b) { return _mm256_mul_ps(a, b); }
inline Vec div(Vec a, Vec b) { return _mm256_div_ps(a, b); }
/** a · b + c */
inline Vec fma(Vec a, Vec b, Vec c) { return _mm256_fmadd_ps(a, b, c); }
/** a · b + c, rounded once. */
inline Vec fma_exact(Vec a, Vec b, Vec c) { return fma(a, b, c); }
/** 1 / a within 2^-22, for a that is far from 0 and infinity. */
inline Vec reciprocal(Vec a) {
  const Vec rough = _mm256_rcp_ps(a);
  return fma(_mm256_fnmadd_ps(a, rough, set(1.0f)), rough, rough);
}
/** The smaller; b where either is NaN. */
inline Vec min(Vec a, Vec b) { return _mm256_min_ps(a, b); }
/** The larger; b where either is NaN. */
inline Vec max(Vec a, Vec b) { return _mm256_max_ps(a, b); }
inline Vec sqrt(Vec a) { return _mm256_sqrt_ps(a); }
inline Vec abs(Vec a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
inline Vec round(Vec a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
/** a < b ? x : y; y where either is NaN. */
inline Vec select_less(Vec a, Vec b, Vec x, Vec y) { return _mm256_blendv_ps(y, x, _mm256_cmp_ps(a, b, _CMP_LT_OQ)); }
inline bool any_above(Vec a, float b) { return _mm256_movemask_ps(_mm256_cmp_ps(a, set(b), _CMP_GT_OQ)) != 0; }
inline Vec power(__m256i n) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(n, _mm256_set1_epi32(127)), 23));
}
/** x · 2^n for whole n within ±252, in two steps so that results below the normal range are right too. */
inline Vec scale_by_power(Vec x, Vec n) {
  const __m256i whole = _mm256_cvtps_epi32(n);
  const __m256i half = _mm256_srai_epi32(whole, 1);
  return mul(mul(x, power(half)), power(_mm256_sub_epi32(whole, half)));
}
inline float sum_of(Vec a) {
  __m128 x = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  x = _mm_add_ps(x, _mm_movehl_ps(x, x));
  return _mm_cvtss_f32(_mm_add_ss(x, _mm_movehdup_ps(x)));
}
inline float max_of(Vec a) {
  __m128 x = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  x = _mm_max_ps(x, _mm_movehl_ps(x, x));
  return _mm_cvtss_f32(_mm_max_ss(x, _mm_movehdup_ps(x)));
}

/** Transposes a square. */
inline void turn(Vec (&rows)[kWidth]) {
  Vec pairs[kWidth], fours[kWidth];
  for (int i = 0; i < 8; i += 2) {
    pairs[i] = _mm256_unpacklo_ps(rows[i], rows[i + 1]);
    pairs[i + 1] = _mm256_unpackhi_ps(rows[i], rows[i + 1]);
  }
  for (int i = 0; i < 8; i += 4) {
    fours[i] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0x44);
    fours[i + 1] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0xee);
    fours[i + 2] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0x44);
    fours[i + 3] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0xee);
  }
  for (int i = 0; i < 4; i++) {
    rows[i] = _mm256_permute2f128_ps(fours[i], fours[4 + i], 0x20);
    rows[4 + i] = _mm256_permute2f128_ps(fours[i], fours[4 + i], 0x31);
  }
}

}  // namespace
}  // namespace tessera
