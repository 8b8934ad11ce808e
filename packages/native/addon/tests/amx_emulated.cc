// The kernels of isa/amx.cc upon a model of the tile registers. Compiled twice: plain, and upon AVX-512 where there is such.
#include "../kernels.h"

#if !TESSERA_UPON_AVX512 || defined(__AVX512F__)
#if TESSERA_UPON_AVX512
#include "../simd/avx512.h"
#else
#include "../simd/portable.h"
#endif
#include "../kernels/tile_table.h"
#include "../simd/tile_shapes.h"
#include "emulated_tiles.h"

namespace tessera {

namespace {

struct EmulatedTiles {
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
  static void round(const float* x, int count, uint16_t* out) {
    for (int i = 0; i < 32; i++) out[i] = i < count ? rounded(x[i]) : 0;
  }
  static void interleave(const float* even, int even_count, const float* odd, int odd_count, uint16_t* out) {
    for (int i = 0; i < 16; i++) {
      out[2 * i] = i < even_count ? rounded(even[i]) : 0;
      out[2 * i + 1] = i < odd_count ? rounded(odd[i]) : 0;
    }
  }
#if TESSERA_UPON_AVX512
  static const Kernels& rest() { return *kernels_avx512(); }
#else
  static const Kernels& rest() { return *kernels_portable(); }
#endif
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
#endif
