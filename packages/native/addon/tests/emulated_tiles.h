// A model of the tile instructions as Intel's manual (volume 2, LDTILECFG to TILEZERO) has them, bit for bit, for machines
// without. What would fault on a processor ends the test.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace tessera {
namespace {

struct TileState {
  bool configured = false;
  uint16_t bytes[8] = {};
  uint8_t rows[8] = {};
  alignas(64) uint8_t data[8][16][64] = {};
};
inline TileState& tile_state() {
  static thread_local TileState state;
  return state;
}

inline void expect_legal(bool legal, const char* what) {
  if (legal) return;
  std::printf("emulated tiles: %s\n", what);
  std::abort();
}

inline TileState& configured_tiles() {
  TileState& state = tile_state();
  expect_legal(state.configured, "#UD, a tile instruction without LDTILECFG");
  return state;
}

/** LDTILECFG: #GP where the 64 bytes are no valid shapes; all tiles become 0. */
inline void ldtilecfg(const void* from) {
  uint8_t c[64];
  std::memcpy(c, from, sizeof c);
  expect_legal(c[0] == 1, "#GP, a palette other than 1");
  for (int i = 2; i < 16; i++) expect_legal(c[i] == 0, "#GP, a reserved byte");
  for (int i = 32; i < 48; i++) expect_legal(c[i] == 0, "#GP, a reserved byte");
  for (int i = 56; i < 64; i++) expect_legal(c[i] == 0, "#GP, a reserved byte");
  TileState& state = tile_state();
  state = TileState();
  for (int t = 0; t < 8; t++) {
    state.bytes[t] = uint16_t(c[16 + 2 * t] | c[17 + 2 * t] << 8);
    state.rows[t] = c[48 + t];
    expect_legal(state.bytes[t] <= 64 && state.rows[t] <= 16, "#GP, a tile larger than 16 rows of 64 bytes");
    expect_legal((state.bytes[t] == 0) == (state.rows[t] == 0), "#GP, a tile with rows but no bytes, or the other way round");
  }
  state.configured = true;
}

inline void tilerelease() { tile_state() = TileState(); }

inline void tilezero(int t) { std::memset(configured_tiles().data[t], 0, sizeof tile_state().data[t]); }

inline void tileloadd(int t, const void* from, size_t stride) {
  TileState& state = configured_tiles();
  std::memset(state.data[t], 0, sizeof state.data[t]);
  for (size_t r = 0; r < state.rows[t]; r++)
    std::memcpy(state.data[t][r], static_cast<const uint8_t*>(from) + r * stride, state.bytes[t]);
}

inline void tilestored(void* to, int t, size_t stride) {
  const TileState& state = configured_tiles();
  for (size_t r = 0; r < state.rows[t]; r++)
    std::memcpy(static_cast<uint8_t*>(to) + r * stride, state.data[t][r], state.bytes[t]);
}

/** A number below the normal range counts as a zero of its sign, read or written. */
inline float flushed(float x) { return std::fpclassify(x) == FP_SUBNORMAL ? std::copysign(0.0f, x) : x; }

inline float widened(uint16_t x) {
  const uint32_t bits = uint32_t(x) << 16;
  float out;
  std::memcpy(&out, &bits, sizeof out);
  return flushed(out);
}

/** Even and odd products are summed apart by fused multiply-adds that round to nearest even, then together, then to the sum. */
inline void tdpbf16ps(int sum, int a, int b) {
  TileState& s = configured_tiles();
  expect_legal(sum != a && sum != b && a != b, "#UD, one tile twice");
  expect_legal(s.rows[sum] == s.rows[a] && s.bytes[sum] == s.bytes[b] && s.bytes[a] / 4 == s.rows[b] && s.bytes[a] % 4 == 0 &&
                   s.bytes[b] % 4 == 0,
               "#UD, tiles whose shapes do not fit");
  for (size_t m = 0; m < s.rows[sum]; m++) {
    float even[16] = {}, odd[16] = {};
    for (size_t k = 0; k < s.bytes[a] / 4u; k++) {
      uint16_t x[2], y[32];
      std::memcpy(x, s.data[a][m] + 4 * k, sizeof x);
      std::memcpy(y, s.data[b][k], sizeof y);
      for (size_t n = 0; n < s.bytes[sum] / 4u; n++) {
        even[n] = flushed(std::fma(widened(x[0]), widened(y[2 * n]), even[n]));
        odd[n] = flushed(std::fma(widened(x[1]), widened(y[2 * n + 1]), odd[n]));
      }
    }
    float row[16];
    std::memcpy(row, s.data[sum][m], sizeof row);
    for (size_t n = 0; n < s.bytes[sum] / 4u; n++) row[n] = flushed(flushed(row[n]) + flushed(even[n] + odd[n]));
    std::memcpy(s.data[sum][m], row, sizeof row);
  }
}

/** VCVTNE2PS2BF16 of one value: to nearest even, subnormal numbers as zeros, a NaN made quiet. */
inline uint16_t rounded(float x) {
  x = flushed(x);
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  if (x != x) return uint16_t(bits >> 16 | 0x40);
  return uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

/** simd/avx512_bf16.h in plain C++. */
struct PlainRounding {
  static void round(const float* x, int count, uint16_t* out) {
    for (int i = 0; i < 32; i++) out[i] = i < count ? rounded(x[i]) : 0;
  }
  static void interleave(const float* even, int even_count, const float* odd, int odd_count, uint16_t* out) {
    for (int i = 0; i < 16; i++) {
      out[2 * i] = i < even_count ? rounded(even[i]) : 0;
      out[2 * i + 1] = i < odd_count ? rounded(odd[i]) : 0;
    }
  }
  static void turn_pairs(const uint16_t* lines, uint16_t* out) {
    for (int i = 0; i < 16; i++)
      for (int j = 0; j < 16; j++) std::memcpy(out + i * 32 + 2 * j, lines + j * 32 + 2 * i, 2 * sizeof *out);
  }
};

}  // namespace
}  // namespace tessera
