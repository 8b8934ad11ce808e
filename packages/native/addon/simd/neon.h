// Four floats at a time on 64-bit ARM.
#pragma once
#include <arm_neon.h>
#include <string.h>

#include <cstddef>
#include <cstdint>

namespace tessera {
namespace {

using Vec = float32x4_t;
constexpr int kWidth = 4;
// Six rows and four vectors: 24 sums, 4 vectors of B and one value of A of 32 registers.
constexpr int kTileRows = 6;
constexpr int kTileVectors = 4;
constexpr size_t kBlockK = 256;

inline Vec set(float x) { return vdupq_n_f32(x); }
inline Vec load(const float* p) { return vld1q_f32(p); }
inline Vec load(const float* p, int count) {
  if (count >= kWidth) return load(p);
  float some[kWidth] = {};
  for (int i = 0; i < count; i++) some[i] = p[i];
  return load(some);
}
/** The first `count` values, zeros after them. */
inline Vec first_of(Vec x, int count) {
  float some[kWidth];
  vst1q_f32(some, x);
  return load(some, count);
}
/** The first `count` values from p, the others of `rest`. */
inline Vec load_or(const float* p, int count, Vec rest) {
  if (count >= kWidth) return load(p);
  float some[kWidth];
  vst1q_f32(some, rest);
  for (int i = 0; i < count; i++) some[i] = p[i];
  return load(some);
}
inline void store(float* p, Vec x) { vst1q_f32(p, x); }
inline void store(float* p, Vec x, int count) {
  if (count >= kWidth) return store(p, x);
  float some[kWidth];
  store(some, x);
  for (int i = 0; i < count; i++) p[i] = some[i];
}
inline Vec load_bf16(const uint16_t* p) { return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(p), 16)); }
inline Vec add(Vec a, Vec b) { return vaddq_f32(a, b); }
inline Vec sub(Vec a, Vec b) { return vsubq_f32(a, b); }
inline Vec mul(Vec a, Vec b) { return vmulq_f32(a, b); }
inline Vec div(Vec a, Vec b) { return vdivq_f32(a, b); }
/** a · b + c */
inline Vec fma(Vec a, Vec b, Vec c) { return vfmaq_f32(c, a, b); }
/** a · b + c, rounded once. */
inline Vec fma_exact(Vec a, Vec b, Vec c) { return fma(a, b, c); }
/** 1 / a within 2^-22. */
inline Vec reciprocal(Vec a) { return vdivq_f32(vdupq_n_f32(1.0f), a); }
/** a < b ? x : y; y where either is NaN. */
inline Vec select_less(Vec a, Vec b, Vec x, Vec y) { return vbslq_f32(vcltq_f32(a, b), x, y); }
/** The smaller; b where either is NaN. */
inline Vec min(Vec a, Vec b) { return select_less(a, b, a, b); }
/** The larger; b where either is NaN. */
inline Vec max(Vec a, Vec b) { return select_less(b, a, a, b); }
inline Vec sqrt(Vec a) { return vsqrtq_f32(a); }
inline Vec abs(Vec a) { return vabsq_f32(a); }
inline Vec round(Vec a) { return vrndnq_f32(a); }
inline bool any_above(Vec a, float b) { return vmaxvq_u32(vcgtq_f32(a, set(b))) != 0; }
inline Vec power(int32x4_t n) { return vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(n, vdupq_n_s32(127)), 23)); }
/** x · 2^n for whole n within ±252, in two steps so that results below the normal range are right too. */
inline Vec scale_by_power(Vec x, Vec n) {
  const int32x4_t whole = vcvtnq_s32_f32(n);
  const int32x4_t half = vshrq_n_s32(whole, 1);
  return mul(mul(x, power(half)), power(vsubq_s32(whole, half)));
}
inline float sum_of(Vec a) { return vaddvq_f32(a); }
inline float max_of(Vec a) { return vmaxvq_f32(a); }

/** Transposes a square. */
inline void turn(Vec (&rows)[kWidth]) {
  const float32x4x2_t first = vtrnq_f32(rows[0], rows[1]), second = vtrnq_f32(rows[2], rows[3]);
  rows[0] = vcombine_f32(vget_low_f32(first.val[0]), vget_low_f32(second.val[0]));
  rows[1] = vcombine_f32(vget_low_f32(first.val[1]), vget_low_f32(second.val[1]));
  rows[2] = vcombine_f32(vget_high_f32(first.val[0]), vget_high_f32(second.val[0]));
  rows[3] = vcombine_f32(vget_high_f32(first.val[1]), vget_high_f32(second.val[1]));
}

}  // namespace
}  // namespace tessera
