// Products by tile registers.
#pragma once
#include "../kernels.h"
#include "../sizes.h"

namespace tessera {

/** Where tiles begin in an array that may lie anywhere: rows that cross a cache line cost a load two. */
inline uint16_t* whole_lines(const uint16_t* panels) {
  return reinterpret_cast<uint16_t*>((reinterpret_cast<uintptr_t>(panels) + 63) & ~uintptr_t(63));
}
/** Length of an array for so many blocks of tiles wherever it lies; values may lie before its first line. */
inline size_t with_lines(size_t rows, size_t columns) {
  constexpr size_t kBefore = 31;
  const size_t values = times(parts(rows, kTileBlock), parts(columns, kTileBlock), kTileBlock * kTileBlock);
  return values > SIZE_MAX - kBefore ? SIZE_MAX : values + kBefore;
}

/** c = epilogue(a · b), b packed as bfloat16 for tiles. */
void tiled_product(const TileKernels& tiles, const Product& product);

}  // namespace tessera
