// Four floats at a time in plain C++, for every processor that has nothing better here.
#pragma once
#include <math.h>
#include <string.h>

#include <cstddef>
#include <cstdint>

namespace tessera {
namespace {

constexpr int kWidth = 4;
#if defined(__GNUC__)
typedef float Four __attribute__((vector_size(16)));
struct Vec {
  Four x;
};
#else
struct Vec {
  float x[kWidth];
};
#endif
constexpr int kTileRows = 4;
constexpr int kTileVectors = 2;
constexpr size_t kBlockK = 256;

template <class F>
inline Vec each(F f) {
  Vec out;
  for (int i = 0; i < kWidth; i++) out.x[i] = f(i);
  return out;
}
inline Vec set(float x) {
  return each([=](int) { return x; });
}
inline Vec load(const float* p) {
  Vec out;
  memcpy(&out.x, p, sizeof out.x);
  return out;
}
inline Vec load(const float* p, int count) {
  return each([=](int i) { return i < count ? p[i] : 0.0f; });
}
/** The first `count` values, zeros after them. */
inline Vec first_of(Vec x, int count) {
  return each([&](int i) { return i < count ? x.x[i] : 0.0f; });
}
/** The first `count` values from p, the others of `rest`. */
inline Vec load_or(const float* p, int count, Vec rest) {
  return each([&](int i) { return i < count ? p[i] : rest.x[i]; });
}
inline void store(float* p, Vec a) { memcpy(p, &a.x, sizeof a.x); }
inline void store(float* p, Vec a, int count) {
  for (int i = 0; i < kWidth; i++)
    if (i < count) p[i] = a.x[i];
}
inline float from_bits(uint32_t bits) {
  float x;
  memcpy(&x, &bits, 4);
  return x;
}
inline Vec load_bf16(const uint16_t* p) {
  return each([=](int i) { return from_bits(uint32_t(p[i]) << 16); });
}
#if defined(__GNUC__)
inline Vec add(Vec a, Vec b) { return {a.x + b.x}; }
inline Vec sub(Vec a, Vec b) { return {a.x - b.x}; }
inline Vec mul(Vec a, Vec b) { return {a.x * b.x}; }
inline Vec div(Vec a, Vec b) { return {a.x / b.x}; }
/** a · b + c; rounded twice where the processor has no fused form. */
inline Vec fma(Vec a, Vec b, Vec c) { return {a.x * b.x + c.x}; }
#else
inline Vec add(Vec a, Vec b) {
  return each([&](int i) { return a.x[i] + b.x[i]; });
}
inline Vec sub(Vec a, Vec b) {
  return each([&](int i) { return a.x[i] - b.x[i]; });
}
inline Vec mul(Vec a, Vec b) {
  return each([&](int i) { return a.x[i] * b.x[i]; });
}
inline Vec div(Vec a, Vec b) {
  return each([&](int i) { return a.x[i] / b.x[i]; });
}
/** a · b + c; rounded twice where the processor has no fused form. */
inline Vec fma(Vec a, Vec b, Vec c) {
  return each([&](int i) { return a.x[i] * b.x[i] + c.x[i]; });
}
#endif
/** a · b + c, rounded once but for ties of the double sum. */
inline Vec fma_exact(Vec a, Vec b, Vec c) {
  return each([&](int i) { return float(double(a.x[i]) * double(b.x[i]) + double(c.x[i])); });
}
/** 1 / a within 2^-22. */
inline Vec reciprocal(Vec a) { return div(set(1.0f), a); }
/** The smaller; b where either is NaN. */
inline Vec min(Vec a, Vec b) {
  return each([&](int i) { return a.x[i] < b.x[i] ? a.x[i] : b.x[i]; });
}
/** The larger; b where either is NaN. */
inline Vec max(Vec a, Vec b) {
  return each([&](int i) { return a.x[i] > b.x[i] ? a.x[i] : b.x[i]; });
}
inline Vec sqrt(Vec a) {
  return each([&](int i) { return ::sqrtf(a.x[i]); });
}
inline Vec abs(Vec a) {
  return each([&](int i) { return ::fabsf(a.x[i]); });
}
/** To the nearest whole number, for |a| < 2^22. */
inline Vec round(Vec a) {
  return each([&](int i) { return ::rintf(a.x[i]); });
}
/** a < b ? x : y; y where either is NaN. */
inline Vec select_less(Vec a, Vec b, Vec x, Vec y) {
  return each([&](int i) { return a.x[i] < b.x[i] ? x.x[i] : y.x[i]; });
}
inline bool any_above(Vec a, float b) {
  for (int i = 0; i < kWidth; i++)
    if (a.x[i] > b) return true;
  return false;
}
/** x · 2^n for whole n within ±252, in two steps so that results below the normal range are right too. */
inline Vec scale_by_power(Vec a, Vec n) {
  return each([&](int i) {
    // A NaN has no whole number; any finite power keeps it a NaN.
    const int whole = n.x[i] == n.x[i] ? int(n.x[i]) : 0;
    const int half = whole >> 1;
    return a.x[i] * from_bits(uint32_t(half + 127) << 23) * from_bits(uint32_t(whole - half + 127) << 23);
  });
}
inline float sum_of(Vec a) { return (a.x[0] + a.x[2]) + (a.x[1] + a.x[3]); }
inline float max_of(Vec a) {
  float out = a.x[0];
  for (int i = 1; i < kWidth; i++) out = out > a.x[i] ? out : a.x[i];
  return out;
}

/** Transposes a square. */
inline void turn(Vec (&rows)[kWidth]) {
  Vec columns[kWidth];
  for (int i = 0; i < kWidth; i++)
    for (int j = 0; j < kWidth; j++) columns[i].x[j] = rows[j].x[i];
  for (int i = 0; i < kWidth; i++) rows[i] = columns[i];
}

}  // namespace
}  // namespace tessera
