#include "tiled.h"

#include <cstring>

#include "../ops.h"
#include "work.h"

namespace tessera {

namespace {

/** Values of a's blocks that leave room in a second cache of 2 MiB for a panel of b and its successor. */
constexpr size_t kCachedValues = 3 << 18;
/** Some 3 µs of one core: below, waking another costs more than it saves. */
constexpr size_t kSmallTiled = 1 << 22;

uint16_t* as_halves(float* memory) { return reinterpret_cast<uint16_t*>(memory); }

}  // namespace

size_t blocks_size(size_t rows, size_t k) { return with_lines(rows, k); }

void unpack_rows(const uint16_t* blocks, size_t rows, size_t k, float* out) {
  const size_t steps = parts(k, kTileBlock);
  const uint16_t* const lines = whole_lines(blocks);
  divided(rows, pieces_for(rows * k, kSmallMap), 1, [&](size_t row, size_t end) {
    for (; row < end; row++)
      for (size_t i = 0; i < k; i++) {
        const size_t block = row / kTileBlock * steps + i / kTileBlock;
        const uint32_t bits = uint32_t(lines[(block * kTileBlock + row % kTileBlock) * kTileBlock + i % kTileBlock]) << 16;
        std::memcpy(out + row * k + i, &bits, sizeof bits);
      }
  });
}

void tiled_product(const TileKernels& tiles, const Product& product) {
  Product p = product;
  p.b.data = whole_lines(halves(p.b));
  // Rows that are tile rows already, or are yet to be packed.
  const uint16_t* const given = p.a.layout == Layout::tile_rows ? whole_lines(halves(p.a)) : nullptr;
  if (p.c.layout == Layout::tile_rows) p.c.data = whole_lines(halves(p.c));
  const size_t threads = Pool::shared().threads();
  const size_t panels = parts(p.n, kTileBlock), heights = parts(p.m, kTileBlock);
  // Values of 32 rows of a.
  const size_t height = parts(p.k, kTileBlock) * kTileBlock * kTileBlock;
  const size_t blocks = std::max<size_t>(1, std::min(heights, parts(heights * height, kCachedValues)));
  const auto row_of = [&](size_t block) { return std::min(p.m, heights * block / blocks * kTileBlock); };
  const bool alone = threads == 1 || p.m * p.n * p.k < kSmallTiled;

  if (alone || blocks >= 4 * threads) {
    // Whoever multiplies a block of rows has packed it, into its own cache.
    Pool::shared().run(blocks, [&](size_t block) {
      const size_t row = row_of(block), row_end = row_of(block + 1);
      const size_t packed = given ? 0 : parts(row_end - row, kTileBlock) * height / 2;
      float* memory = scratch(packed + tiles.product_scratch(row_end - row, p.k));
      const uint16_t* rows = given ? given + row / kTileBlock * height : as_halves(memory);
      if (!given) tiles.pack_rows(floats(p.a) + row * p.lda, p.lda, row_end - row, p.k, as_halves(memory));
      tiles.product(p, rows, row, row_end, 0, panels, memory + packed);
    });
    return;
  }
  // Few rows: all threads pack them, once; then columns are cut, so that each thread reads its own weights.
  const uint16_t* packed = given;
  if (!packed) {
    uint16_t* const room = as_halves(shared_scratch(heights * height / 2));
    divided(p.m, threads, kTileBlock, [&](size_t row, size_t row_end) {
      tiles.pack_rows(floats(p.a) + row * p.lda, p.lda, row_end - row, p.k, room + row / kTileBlock * height);
    });
    packed = room;
  }
  const size_t cuts = std::min(panels, parts(4 * threads, blocks));
  Pool::shared().run(blocks * cuts, [&](size_t item) {
    const size_t block = item / cuts, cut = item % cuts;
    const size_t row = row_of(block), row_end = row_of(block + 1);
    tiles.product(p, packed + row / kTileBlock * height, row, row_end, panels * cut / cuts, panels * (cut + 1) / cuts,
                  scratch(tiles.product_scratch(row_end - row, p.k)));
  });
}

}  // namespace tessera
