// The tile registers of AMX. Included by units compiled for AMX-BF16 and AVX-512 only.
#pragma once
#include <atomic>

#include "avx512_bf16.h"
#include "tile_shapes.h"

namespace tessera {
namespace {

// An instruction names its tiles; a template's argument is no name to the macros of GCC.
#define TESSERA_EACH_TILE(run) run(0) run(1) run(2) run(3) run(4) run(5) run(6) run(7)

struct AmxTiles : TileRounding {
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

  /** What does all that needs no tiles. */
  static const Kernels& rest() { return *kernels_avx512(); }
};

#undef TESSERA_EACH_TILE

}  // namespace
}  // namespace tessera
