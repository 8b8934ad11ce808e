// Sixteen floats at a time. Included by units compiled for AVX-512 only.
#pragma once
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace tessera {
namespace {

using Vec = __m512;
constexpr int kWidth = 16;
// A tile of 13 rows and 2 vectors: 26 sums, 2 vectors of B and one value of A. A 14th row would fill the 32 registers, but
// is 2 % slower.
constexpr int kTileRows = 13;
constexpr int kTileVectors = 2;
// A panel's block is 96 KiB of the second cache, which keeps up with the products; smaller ones add up sums more often.
constexpr size_t kBlockK = 768;

inline __mmask16 lanes(int count) {
  return count >= kWidth ? __mmask16(0xffff) : count <= 0 ? __mmask16(0) : __mmask16((1u << count) - 1);
}
inline Vec set(float x) { return _mm512_set1_ps(x); }
inline Vec load(const float* p) { return _mm512_loadu_ps(p); }
inline Vec load(const float* p, int count) { return _mm512_maskz_loadu_ps(lanes(count), p); }
/** The first `count` values, zeros after them. */
inline Vec first_of(Vec x, int count) { return _mm512_maskz_mov_ps(lanes(count), x); }
/** The first `count` values from p, the others of `rest`. */
inline Vec load_or(const float* p, int count, Vec rest) { return _mm512_mask_loadu_ps(rest, lanes(count), p); }
inline void store(float* p, Vec x) { _mm512_storeu_ps(p, x); }
inline void store(float* p, Vec x, int count) { _mm512_mask_storeu_ps(p, lanes(count), x); }
inline Vec load_bf16(const uint16_t* p) {
  const __m256i halves = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
}
inline Vec add(Vec a, Vec b) { return _mm512_add_ps(a, b); }
inline Vec sub(Vec a, Vec b) { return _mm512_sub_ps(a, b); }
inline Vec mul(Vec a, Vec b) { return _mm512_mul_ps(a, b); }
inline Vec div(Vec a, Vec b) { return _mm512_div_ps(a, b); }
/** a · b + c */
inline Vec fma(Vec a, Vec b, Vec c) { return _mm512_fmadd_ps(a, b, c); }
/** a · b + c, rounded once. */
inline Vec fma_exact(Vec a, Vec b, Vec c) { return fma(a, b, c); }
/** 1 / a within 2^-22, for a that is far from 0 and infinity. */
inline Vec reciprocal(Vec a) {
  const Vec rough = _mm512_rcp14_ps(a);
  return fma(_mm512_fnmadd_ps(a, rough, set(1.0f)), rough, rough);
}
/** The smaller; b where either is NaN. */
inline Vec min(Vec a, Vec b) { return _mm512_min_ps(a, b); }
/** The larger; b where either is NaN. */
inline Vec max(Vec a, Vec b) { return _mm512_max_ps(a, b); }
inline Vec sqrt(Vec a) { return _mm512_sqrt_ps(a); }
inline Vec abs(Vec a) { return _mm512_abs_ps(a); }
inline Vec round(Vec a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
/** a < b ? x : y; y where either is NaN. */
inline Vec select_less(Vec a, Vec b, Vec x, Vec y) {
  return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), y, x);
}
inline bool any_above(Vec a, float b) { return _mm512_cmp_ps_mask(a, set(b), _CMP_GT_OQ) != 0; }
#define TESSERA_LOOKUP
/** Of 32 values, those that the last five bits of each index name. */
inline Vec lookup(const float* table, Vec index) {
  return _mm512_permutex2var_ps(load(table), _mm512_castps_si512(index), load(table + kWidth));
}
/** x · 2^n for whole n. */
inline Vec scale_by_power(Vec x, Vec n) { return _mm512_scalef_ps(x, n); }
inline float sum_of(Vec a) { return _mm512_reduce_add_ps(a); }
inline float max_of(Vec a) { return _mm512_reduce_max_ps(a); }

/** Transposes a square. */
inline void turn(Vec (&rows)[kWidth]) {
  Vec pairs[kWidth], fours[kWidth];
#pragma GCC unroll 8
  for (int i = 0; i < 16; i += 2) {
    pairs[i] = _mm512_unpacklo_ps(rows[i], rows[i + 1]);
    pairs[i + 1] = _mm512_unpackhi_ps(rows[i], rows[i + 1]);
  }
  const auto low = [](Vec a, Vec b) { return _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(a), _mm512_castps_pd(b))); };
  const auto high = [](Vec a, Vec b) { return _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(a), _mm512_castps_pd(b))); };
#pragma GCC unroll 4
  for (int i = 0; i < 16; i += 4) {
    fours[i] = low(pairs[i], pairs[i + 2]);
    fours[i + 1] = high(pairs[i], pairs[i + 2]);
    fours[i + 2] = low(pairs[i + 1], pairs[i + 3]);
    fours[i + 3] = high(pairs[i + 1], pairs[i + 3]);
  }
#pragma GCC unroll 4
  for (int c = 0; c < 4; c++) {
    const Vec even = _mm512_shuffle_f32x4(fours[c], fours[4 + c], 0x88), odd = _mm512_shuffle_f32x4(fours[c], fours[4 + c], 0xdd);
    const Vec even2 = _mm512_shuffle_f32x4(fours[8 + c], fours[12 + c], 0x88);
    const Vec odd2 = _mm512_shuffle_f32x4(fours[8 + c], fours[12 + c], 0xdd);
    rows[c] = _mm512_shuffle_f32x4(even, even2, 0x88);
    rows[4 + c] = _mm512_shuffle_f32x4(odd, odd2, 0x88);
    rows[8 + c] = _mm512_shuffle_f32x4(even, even2, 0xdd);
    rows[12 + c] = _mm512_shuffle_f32x4(odd, odd2, 0xdd);
  }
}

}  // namespace
}  // namespace tessera
