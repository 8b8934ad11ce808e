// Products by tile registers.
#pragma once
#include "../kernels.h"

namespace tessera {

/** Where tiles begin in an array that may lie anywhere: rows that cross a cache line cost a load two. */
inline uint16_t* whole_lines(const uint16_t* panels) {
  return reinterpret_cast<uint16_t*>((reinterpret_cast<uintptr_t>(panels) + 63) & ~uintptr_t(63));
}
/** Values that may lie before it. */
constexpr size_t kBeforeLines = 31;

/** c = epilogue(a · b), b packed as bfloat16 for tiles. */
void tiled_product(const TileKernels& tiles, const Product& product);

}  // namespace tessera
