// The table of a unit with tile registers: another's, but for products and attention in bfloat16.
#pragma once
#include "tile_attention.h"
#include "tile_product.h"

namespace tessera {
namespace {

inline bool goes_by_tiles(const Attention& a) { return a.format == Format::bf16 && a.width <= kWidestTiledHead; }

template <class Tiles>
void pack_with_tiles(const float* b, size_t ldb, bool transposed, size_t k, size_t n, const Result& panels, size_t first,
                     size_t last) {
  if (panels.format == Format::bf16) pack_tile_panels<Tiles>(b, ldb, transposed, k, n, halves(panels), first, last);
  else Tiles::rest().pack(b, ldb, transposed, k, n, panels, first, last);
}

template <class Tiles>
void attention_with_tiles(const Attention& a, size_t batch, size_t head, size_t query, size_t query_end, float* scratch) {
  if (goes_by_tiles(a)) tile_attention<Tiles>(a, batch, head, query, query_end, scratch);
  else Tiles::rest().attention(a, batch, head, query, query_end, scratch);
}

template <class Tiles>
size_t attention_scratch_with_tiles(const Attention& a) {
  return goes_by_tiles(a) ? tile_attention_scratch(a) : Tiles::rest().attention_scratch(a);
}

template <class Tiles>
Kernels table_with_tiles(const char* name) {
  static constexpr TileKernels tiles = {pack_tile_rows<Tiles>, tile_product<Tiles>, tile_product_scratch};
  Kernels table = Tiles::rest();
  table.name = name;
  table.pack = pack_with_tiles<Tiles>;
  table.attention = attention_with_tiles<Tiles>;
  table.attention_scratch = attention_scratch_with_tiles<Tiles>;
  table.tiles = &tiles;
  return table;
}

}  // namespace
}  // namespace tessera
