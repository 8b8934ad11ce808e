#include "tiled.h"

#include "work.h"

namespace tessera {

namespace {

/** Values of a's blocks that leave room in a second cache of 2 MiB for a panel of b and its successor. */
constexpr size_t kCachedValues = 3 << 18;
/** Some 3 µs of one core: below, waking another costs more than it saves. */
constexpr size_t kSmallTiled = 1 << 22;

uint16_t* halves(float* memory) { return reinterpret_cast<uint16_t*>(memory); }

}  // namespace

void tiled_product(const TileKernels& tiles, const Product& product) {
  Product p = product;
  p.b16 = whole_lines(product.b16);
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
      const size_t packed = parts(row_end - row, kTileBlock) * height / 2;
      float* memory = scratch(packed + tiles.product_scratch(row_end - row, p.k));
      tiles.pack_rows(p.a + row * p.lda, p.lda, row_end - row, p.k, halves(memory));
      tiles.product(p, halves(memory), row, row_end, 0, panels, memory + packed);
    });
    return;
  }
  // Few rows: all threads pack them, once; then columns are cut, so that each thread reads its own weights.
  uint16_t* const packed = halves(shared_scratch(heights * height / 2));
  divided(p.m, threads, kTileBlock, [&](size_t row, size_t row_end) {
    tiles.pack_rows(p.a + row * p.lda, p.lda, row_end - row, p.k, packed + row / kTileBlock * height);
  });
  const size_t cuts = std::min(panels, parts(4 * threads, blocks));
  Pool::shared().run(blocks * cuts, [&](size_t item) {
    const size_t block = item / cuts, cut = item % cuts;
    const size_t row = row_of(block), row_end = row_of(block + 1);
    tiles.product(p, packed + row / kTileBlock * height, row, row_end, panels * cut / cuts, panels * (cut + 1) / cuts,
                  scratch(tiles.product_scratch(row_end - row, p.k)));
  });
}

}  // namespace tessera
