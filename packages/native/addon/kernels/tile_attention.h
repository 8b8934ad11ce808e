// Attention by tile registers, one head at a time: products of bfloat16, softmax in float32.
#pragma once
#include "tiles.h"

namespace tessera {
namespace {

/** Wider heads are rare, and their keys and values outgrow the second cache. */
constexpr size_t kWidestTiledHead = 128;

inline size_t whole_blocks(size_t n) { return parts_of(n, kTileBlock) * kTileBlock; }

/** One thread's memory for a head; y is the output before its division by the totals. */
struct TiledHead {
  size_t width, keys, stride;
  uint16_t *key_panels, *value_panels, *queries, *weights;
  float *scores, *y, *tops, *totals;

  TiledHead(const Attention& a, float* scratch)
      : width(whole_blocks(a.width)), keys(whole_blocks(a.keys)), stride(score_stride(whole_blocks(smaller(a.keys, kKeyBlock)))) {
    const auto take = [&scratch](size_t floats) {
      float* piece = scratch;
      scratch += floats;
      return piece;
    };
    const auto take_halves = [&take](size_t values) { return reinterpret_cast<uint16_t*>(take(values / 2)); };
    key_panels = take_halves(keys * width);
    value_panels = take_halves(keys * width);
    queries = take_halves(kTileBlock * width);
    weights = take_halves(kTileBlock * whole_blocks(smaller(a.keys, kKeyBlock)));
    scores = take(kTileBlock * stride);
    y = take(kTileBlock * width);
    tops = take(kTileBlock);
    totals = take(kTileBlock);
  }
};

inline size_t tile_attention_scratch(const Attention& a) {
  const size_t width = whole_blocks(a.width), block = whole_blocks(smaller(a.keys, kKeyBlock));
  return whole_blocks(a.keys) * width + kTileBlock * (width / 2 + block / 2 + score_stride(block) + width + 2);
}

/** Softmax of a block of keys, from where the blocks before it left off; what was summed under a lower top shrinks. */
inline void weigh_scores(const Attention& a, TiledHead& head, size_t batch, size_t number, size_t query, size_t rows, size_t key) {
  const size_t keys = smaller(kKeyBlock, a.keys - key);
  const bool plain = !a.bias && !a.mask && a.scale > 0;
  const float factor = plain ? a.scale : 1.0f;
  for (size_t r = 0; r < rows; r++) {
    float* s = head.scores + r * head.stride;
    if (!plain) adjust_scores(a, batch, number, query + r, key, keys, s);
    const float top = key == 0 ? highest(s, keys, s[0]) : highest(s, keys, head.tops[r]);
    float total = exponentials(s, keys, top, factor);
    if (key > 0) {
      float shrink[kWidth];
      store(shrink, exponential(set((head.tops[r] - top) * factor)));
      multiply_row(head.y + r * head.width, head.width, shrink[0]);
      total += head.totals[r] * shrink[0];
    }
    head.totals[r] = total;
    head.tops[r] = top;
  }
}

template <class Tiles>
void tile_attention(const Attention& a, size_t batch, size_t number, size_t query, size_t query_end, float* scratch) {
  const TileSession<Tiles> session;
  TiledHead head(a, scratch);
  const float* q = a.q + batch * a.q_batch + number * a.width;
  const float* k = a.k + batch * a.k_batch + number * a.width;
  const float* v = a.v + batch * a.v_batch + number * a.width;
  float* out = a.out + batch * a.out_batch + number * a.width;
  const size_t wide = head.width / kTileBlock;
  pack_tile_panels<Tiles>(k, a.k_row, true, a.width, a.keys, head.key_panels, 0, head.keys / kTileBlock);
  for (size_t key = 0; key < a.keys; key += kKeyBlock)
    pack_tile_panels<Tiles>(v + key * a.v_row, a.v_row, false, smaller(kKeyBlock, a.keys - key), a.width,
                            head.value_panels + key * head.width, 0, wide);

  for (; query < query_end; query += kTileBlock) {
    const size_t rows = smaller(kTileBlock, query_end - query);
    pack_tile_rows<Tiles>(q + query * a.q_row, a.q_row, rows, a.width, head.queries);
    for (size_t key = 0; key < a.keys; key += kKeyBlock) {
      const size_t keys = smaller(kKeyBlock, a.keys - key), steps = parts_of(keys, kTileBlock);
      for (size_t panel = 0; panel < steps; panel++)
        multiply_tiles<Tiles>(head.queries, head.key_panels + (key + panel * kTileBlock) * head.width, wide, rows,
                              head.scores + panel * kTileBlock, head.stride, false);
      weigh_scores(a, head, batch, number, query, rows, key);
      pack_tile_rows<Tiles>(head.scores, head.stride, rows, keys, head.weights);
      for (size_t panel = 0; panel < wide; panel++)
        multiply_tiles<Tiles>(head.weights, head.value_panels + key * head.width + panel * steps * kTilePair, steps, rows,
                              head.y + panel * kTileBlock, head.width, key > 0);
    }
    for (size_t r = 0; r < rows; r++) {
      const Vec share = set(1.0f / head.totals[r]);
      const float* from = head.y + r * head.width;
      float* to = out + (query + r) * a.out_row;
      each_vector(a.width, [=](size_t i, int lanes) { store(to + i, mul(load(from + i), share), lanes); });
    }
  }
}

}  // namespace
}  // namespace tessera
