// The kernels of isa/amx.cc upon a model of the tile registers. Compiled twice: plain, and upon AVX-512 with BF16
// where the compiler knows it.
#include "../kernels.h"

#if !TESSERA_UPON_AVX512 || defined(__AVX512BF16__)
#if TESSERA_UPON_AVX512
#include "../simd/avx512_bf16.h"
#else
#include "../simd/portable.h"
#endif
#include "../kernels/tile_table.h"
#include "../simd/tile_shapes.h"
#include "emulated_tiles.h"

namespace tessera {

namespace {

#if TESSERA_UPON_AVX512
using Rounding = TileRounding;
const Kernels& base() { return *kernels_avx512(); }
#else
using Rounding = PlainRounding;
const Kernels& base() { return *kernels_portable(); }
#endif

struct EmulatedTiles : Rounding {
  static void configure() { ldtilecfg(&kTileShapes); }
  static void release() { tilerelease(); }
  template <int tile>
  static void zero() {
    tilezero(tile);
  }
  template <int tile>
  static void load(const void* from, size_t stride) {
    tileloadd(tile, from, stride);
  }
  template <int tile>
  static void store(void* to, size_t stride) {
    tilestored(to, tile, stride);
  }
  template <int sum>
  static void multiply() {
    tdpbf16ps(sum, 4 + sum / 2, 6 + sum % 2);
  }
  static const Kernels& rest() { return base(); }
};

}  // namespace

#if TESSERA_UPON_AVX512
const Kernels* kernels_amx_emulated_avx512() {
  static const Kernels table = table_with_tiles<EmulatedTiles>("amx-emulated-avx512");
  return &table;
}
#else
const Kernels* kernels_amx_emulated() {
  static const Kernels table = table_with_tiles<EmulatedTiles>("amx-emulated");
  return &table;
}
#endif

}  // namespace tessera
#else
namespace tessera {
const Kernels* kernels_amx_emulated_avx512() { return nullptr; }
}  // namespace tessera
#endif
