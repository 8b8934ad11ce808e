// Compiled with AMX-TILE, AMX-BF16 and AVX512-BF16 beside AVX-512, where the compiler knows them; see binding.gyp.
#include "../kernels.h"

#if defined(__AMX_TILE__) && defined(__AMX_BF16__) && defined(__AVX512BF16__) && defined(__AVX512BW__)
#include "../simd/amx.h"
#include "../kernels/tile_table.h"

namespace tessera {
const Kernels* kernels_amx() {
  static const Kernels table = table_with_tiles<AmxTiles>("amx");
  return &table;
}
}  // namespace tessera
#else
namespace tessera {
const Kernels* kernels_amx() { return nullptr; }
}  // namespace tessera
#endif
