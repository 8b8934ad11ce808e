// The tile registers of AMX and the conversions that feed them. Included by units compiled for AMX-BF16 and AVX-512 only.
#pragma once
#include <atomic>

#include "avx512.h"
#include "tile_shapes.h"

namespace tessera {
namespace {

// An instruction names its tiles; a template's argument is no name to the macros of GCC.
#define TESSERA_EACH_TILE(run) run(0) run(1) run(2) run(3) run(4) run(5) run(6) run(7)

struct AmxTiles {
  /** Once a thread, before its first tile. */
  static void configure() { _tile_loadconfig(&kTileShapes); }
  /** Empties the tiles, so that the system has none to save while the thread does other things. */
  static void release() { _tile_release(); }

  template <int tile>
  static void zero() {
#define TESSERA_RUN(t) \
  if constexpr (tile == t) _tile_zero(t);
    TESSERA_EACH_TILE(TESSERA_RUN)
#undef TESSERA_RUN
  }

  /** 16 rows of 64 bytes, `stride` bytes apart. */
  template <int tile>
  static void load(const void* from, size_t stride) {
    // GCC's macro does not say that it reads memory: without the fence, stores before it could come after.
    std::atomic_signal_fence(std::memory_order_seq_cst);
#define TESSERA_RUN(t) \
  if constexpr (tile == t) _tile_loadd(t, from, stride);
    TESSERA_EACH_TILE(TESSERA_RUN)
#undef TESSERA_RUN
  }

  template <int tile>
  static void store(void* to, size_t stride) {
#define TESSERA_RUN(t) \
  if constexpr (tile == t) _tile_stored(t, to, stride);
    TESSERA_EACH_TILE(TESSERA_RUN)
#undef TESSERA_RUN
  }

  /** Tile 0, 1, 2 or 3 += tile 4 or 5 · tile 6 or 7, all four in that order: sum s multiplies 4 + s / 2 by 6 + s % 2. */
  template <int sum>
  static void multiply() {
    if constexpr (sum == 0) _tile_dpbf16ps(0, 4, 6);
    if constexpr (sum == 1) _tile_dpbf16ps(1, 4, 7);
    if constexpr (sum == 2) _tile_dpbf16ps(2, 5, 6);
    if constexpr (sum == 3) _tile_dpbf16ps(3, 5, 7);
  }

  /** 32 values to bfloat16, zeros after the first `count`. */
  static void round(const float* x, int count, uint16_t* out) {
    const __m512bh pairs = _mm512_cvtne2ps_pbh(tessera::load(x + 16, count - 16), tessera::load(x, count));
    _mm512_store_si512(out, (__m512i)pairs);
  }

  /** 16 values of each row to bfloat16, interleaved, zeros after the first `count`. */
  static void interleave(const float* even, int even_count, const float* odd, int odd_count, uint16_t* out) {
    const __m512bh halves = _mm512_cvtne2ps_pbh(tessera::load(odd, odd_count), tessera::load(even, even_count));
    const __m512i order = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    // Word i takes half-words i and 16 + i.
    const __m512i pairs = _mm512_add_epi32(_mm512_or_si512(order, _mm512_slli_epi32(order, 16)), _mm512_set1_epi32(16 << 16));
    _mm512_store_si512(out, _mm512_permutexvar_epi16(pairs, (__m512i)halves));
  }

  /** What does all that needs no tiles. */
  static const Kernels& rest() { return *kernels_avx512(); }
};

#undef TESSERA_EACH_TILE

}  // namespace
}  // namespace tessera
