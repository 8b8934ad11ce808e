// Packing for tile registers, and the block of 32 × 32 sums that every product is made of. `Tiles` are the registers: the
// processor's (simd/amx.h), or in tests a model of them.
#pragma once
#include "attention.h"

namespace tessera {
namespace {

constexpr size_t kTileHeight = kTileBlock / 2;
/** Values of two tiles: 32 rows, or columns, of 32 values of k. */
constexpr size_t kTilePair = kTileBlock * kTileBlock;
constexpr size_t kTileStride = 64;

/** Tile registers, from here to the end of the scope. */
template <class Tiles>
struct TileSession {
  TileSession() { Tiles::configure(); }
  ~TileSession() { Tiles::release(); }
  TileSession(const TileSession&) = delete;
  TileSession& operator=(const TileSession&) = delete;
};

/** Blocks of a, as `TileKernels` has them; the last block's second tile is left out where it has no row. */
template <class Tiles>
void pack_tile_rows(const float* a, size_t lda, size_t rows, size_t k, uint16_t* blocks) {
  const size_t steps = parts_of(k, kTileBlock);
  for (size_t tile = 0; tile < parts_of(rows, kTileHeight); tile++) {
    const float* from = a + tile * kTileHeight * lda;
    uint16_t* to = blocks + tile / 2 * steps * kTilePair + tile % 2 * kTilePair / 2;
    const size_t height = smaller(kTileHeight, rows - tile * kTileHeight);
    for (size_t step = 0; step < steps; step++, to += kTilePair) {
      const int count = int(smaller(kTileBlock, k - step * kTileBlock));
      for (size_t r = 0; r < height; r++) Tiles::round(from + r * lda + step * kTileBlock, count, to + r * kTileBlock);
      for (size_t i = height * kTileBlock; i < kTilePair / 2; i++) to[i] = 0;
    }
  }
}

/** A tile of b from its transpose: `columns` rows of `depth` values, each pair of which is a word of the tile. */
template <class Tiles>
void turned_tile(const float* x, size_t ld, size_t columns, size_t depth, uint16_t* tile) {
  alignas(64) uint16_t lines[kTilePair / 2];
  for (size_t j = 0; j < kTileHeight; j++)
    Tiles::round(j < columns ? x + j * ld : x, j < columns ? int(depth) : 0, lines + j * kTileBlock);
  Tiles::turn_pairs(lines, tile);
}

/** A tile of b from `depth` rows of `columns` values, each two rows of which interleave. */
template <class Tiles>
void paired_tile(const float* x, size_t ld, size_t depth, size_t columns, uint16_t* tile) {
  for (size_t i = 0; i < kTileHeight; i++) {
    const int even = 2 * i < depth ? int(columns) : 0, odd = 2 * i + 1 < depth ? int(columns) : 0;
    Tiles::interleave(even ? x + 2 * i * ld : x, even, odd ? x + (2 * i + 1) * ld : x, odd, tile + i * kTileBlock);
  }
}

/** Panels [first, last) of b [k, n], or of its transpose [n, k], rows `ldb` apart. */
template <class Tiles>
void pack_tile_panels(const float* b, size_t ldb, bool transposed, size_t k, size_t n, uint16_t* out, size_t first,
                      size_t last) {
  const size_t steps = parts_of(k, kTileBlock);
  const auto left = [](size_t whole, size_t from, size_t most) { return from < whole ? smaller(most, whole - from) : 0; };
  for (size_t step = first * steps; step < last * steps; step++)
    for (size_t half = 0; half < 2; half++) {
      const size_t column = step / steps * kTileBlock + half * kTileHeight, row = step % steps * kTileBlock;
      const size_t columns = left(n, column, kTileHeight), depth = left(k, row, kTileBlock);
      uint16_t* tile = out + step * kTilePair + half * kTilePair / 2;
      if (transposed) turned_tile<Tiles>(columns ? b + column * ldb + row : b, ldb, columns, depth, tile);
      else paired_tile<Tiles>(columns ? b + row * ldb + column : b, ldb, depth, columns, tile);
    }
}

/**
 * c [16 or 32 rows, 32] (+)= a block's steps · a panel's steps. Four products for four loads: the most that 8 tiles allow.
 * `beside` is called once a step: while the tile unit multiplies, the rest of the core is free.
 */
template <class Tiles, bool both, class Beside>
void multiply_tiles(const uint16_t* a, const uint16_t* b, size_t steps, float* c, size_t ldc, bool add_to,
                    const Beside& beside) {
  const size_t stride = ldc * sizeof(float);
  float* const lower = c + kTileHeight * ldc;
  if (add_to) {
    Tiles::template load<0>(c, stride);
    Tiles::template load<1>(c + kTileHeight, stride);
    if constexpr (both) Tiles::template load<2>(lower, stride);
    if constexpr (both) Tiles::template load<3>(lower + kTileHeight, stride);
  } else {
    Tiles::template zero<0>();
    Tiles::template zero<1>();
    if constexpr (both) Tiles::template zero<2>();
    if constexpr (both) Tiles::template zero<3>();
  }
  for (size_t step = 0; step < steps; step++, a += kTilePair, b += kTilePair) {
    Tiles::template load<6>(b, kTileStride);
    Tiles::template load<4>(a, kTileStride);
    Tiles::template multiply<0>();
    Tiles::template load<7>(b + kTilePair / 2, kTileStride);
    Tiles::template multiply<1>();
    if constexpr (both) {
      Tiles::template load<5>(a + kTilePair / 2, kTileStride);
      Tiles::template multiply<2>();
      Tiles::template multiply<3>();
    }
    beside(step);
  }
  Tiles::template store<0>(c, stride);
  Tiles::template store<1>(c + kTileHeight, stride);
  if constexpr (both) Tiles::template store<2>(lower, stride);
  if constexpr (both) Tiles::template store<3>(lower + kTileHeight, stride);
}

template <class Tiles, class Beside>
void multiply_tiles(const uint16_t* a, const uint16_t* b, size_t steps, size_t rows, float* c, size_t ldc, bool add_to,
                    const Beside& beside) {
  if (rows > kTileHeight) multiply_tiles<Tiles, true>(a, b, steps, c, ldc, add_to, beside);
  else multiply_tiles<Tiles, false>(a, b, steps, c, ldc, add_to, beside);
}

template <class Tiles>
void multiply_tiles(const uint16_t* a, const uint16_t* b, size_t steps, size_t rows, float* c, size_t ldc, bool add_to) {
  multiply_tiles<Tiles>(a, b, steps, rows, c, ldc, add_to, [](size_t) {});
}

}  // namespace
}  // namespace tessera
