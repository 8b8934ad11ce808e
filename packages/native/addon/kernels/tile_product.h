// Linear layers by tile registers: blocks of k so that a panel's part stays in the first cache, then the epilogue.
#pragma once
#include "tiles.h"

namespace tessera {
namespace {

/** A panel's part of 16 blocks of k takes 32 KiB of the first cache's 48; rows pass by at 2 KiB a step. */
constexpr size_t kStepsInCache = 16;

/** Parts into which k is cut. With one block of rows a panel is read only once, and nothing is gained. */
inline size_t depth_parts(size_t rows, size_t steps) {
  return rows <= kTileBlock ? 1 : parts_of(steps, kStepsInCache);
}

size_t tile_product_scratch(size_t rows, size_t k) {
  const bool kept = depth_parts(rows, parts_of(k, kTileBlock)) > 1;
  return (kept ? parts_of(rows, kTileBlock) : 2) * kTilePair;
}

template <Activation kind>
void finish_tiles_as(const Epilogue& e, const float* sums, float* c, size_t ldc, size_t rows, size_t columns) {
  for (size_t v = 0; v < columns; v += kWidth) {
    const int lanes = int(smaller(kWidth, columns - v));
    const Vec bias = e.bias ? load(e.bias + v, lanes) : set(0.0f);
    const Vec scale = e.scale ? load(e.scale + v, lanes) : set(1.0f);
    for (size_t r = 0; r < rows; r++) {
      Vec x = load(sums + r * kTileBlock + v);
      if (e.bias) x = add(x, bias);
      x = activated<kind>(x);
      if (e.scale) x = mul(x, scale);
      if (e.residual) x = add(x, load(e.residual + r * ldc + v, lanes));
      store(c + r * ldc + v, x, lanes);
    }
  }
}

/** From sums [rows, 32] in the first cache to c. */
void finish_tiles(const Epilogue& e, const float* sums, float* c, size_t ldc, size_t rows, size_t columns) {
  switch (e.activation) {
    case Activation::none: return finish_tiles_as<Activation::none>(e, sums, c, ldc, rows, columns);
    case Activation::gelu: return finish_tiles_as<Activation::gelu>(e, sums, c, ldc, rows, columns);
    case Activation::gelu_tanh: return finish_tiles_as<Activation::gelu_tanh>(e, sums, c, ldc, rows, columns);
    case Activation::quick_gelu: return finish_tiles_as<Activation::quick_gelu>(e, sums, c, ldc, rows, columns);
    case Activation::relu: return finish_tiles_as<Activation::relu>(e, sums, c, ldc, rows, columns);
    case Activation::silu: return finish_tiles_as<Activation::silu>(e, sums, c, ldc, rows, columns);
  }
}

/** The block of sums whose epilogue is still to run: a few rows at a time, beside the tiles of the next block. */
template <class Tiles>
class Unfinished {
 public:
  explicit Unfinished(const Product& p) : p_(p) {}

  /** Sums [rows, 32] of c's rows from `row` on, which is a multiple of 32. They may be written. */
  void take(float* sums, size_t row, size_t rows, size_t panel) {
    sums_ = sums;
    row_ = row;
    rows_ = rows;
    panel_ = panel;
    done_ = 0;
  }

  void finish(size_t count) {
    if (done_ >= rows_) return;
    count = smaller(count, rows_ - done_);
    const size_t column = panel_ * kTileBlock, columns = smaller(kTileBlock, p_.n - column);
    float* const sums = sums_ + done_ * kTileBlock;
    Epilogue e = p_.epilogue;
    if (e.bias) e.bias += column;
    if (e.scale) e.scale += column;
    if (p_.c.layout == Layout::tile_rows) {
      finish_tiles(e, sums, sums, kTileBlock, count, columns);
      uint16_t* const lines = halves(p_.c) + (row_ / kTileBlock * parts_of(p_.n, kTileBlock) + panel_) * kTilePair;
      for (size_t r = 0; r < count; r++)
        Tiles::round(sums + r * kTileBlock, int(columns), lines + (done_ + r) * kTileBlock);
      done_ += count;
      // The last tile's rows beyond the last of c.
      if (done_ == rows_)
        for (size_t i = rows_ * kTileBlock; i < parts_of(rows_, kTileHeight) * kTilePair / 2; i++) lines[i] = 0;
      return;
    }
    const size_t at = (row_ + done_) * p_.ldc + column;
    if (e.residual) e.residual += at;
    finish_tiles(e, sums, floats(p_.c) + at, p_.ldc, count, columns);
    done_ += count;
  }

 private:
  const Product& p_;
  float* sums_ = nullptr;
  size_t row_ = 0, rows_ = 0, panel_ = 0, done_ = 0;
};

template <class Tiles>
void tile_product(const Product& p, const uint16_t* blocks, size_t row, size_t row_end, size_t first, size_t last,
                  float* scratch) {
  const TileSession<Tiles> session;
  const size_t steps = parts_of(p.k, kTileBlock), cuts = depth_parts(row_end - row, steps);
  const size_t heights = parts_of(row_end - row, kTileBlock);
  Unfinished<Tiles> before(p);
  size_t turn = 0;
  for (size_t panel = first; panel < last; panel++)
    for (size_t cut = 0; cut < cuts; cut++) {
      const size_t start = steps * cut / cuts, count = steps * (cut + 1) / cuts - start;
      const uint16_t* b = halves(p.b) + (panel * steps + start) * kTilePair;
      // The next part lies behind this one, also of the panels that this thread most likely takes next; it arrives while the
      // rows pass by.
      const bool more = (panel + 1) * kTileBlock < p.n || cut + 1 < cuts;
      const size_t ahead = more ? parts_of(kTilePair * sizeof(uint16_t), heights * 64) * 64 : 0;
      const size_t share = count > 0 ? parts_of(kTileBlock, count) : 0;
      for (size_t i = 0; i < heights; i++) {
        const size_t at = row + i * kTileBlock, rows = smaller(kTileBlock, row_end - at);
        float* const sums = scratch + (cuts > 1 ? i : turn) * kTilePair;
        turn = 1 - turn;
        const char* next = reinterpret_cast<const char*>(b + count * kTilePair) + i * count * ahead;
        multiply_tiles<Tiles>(blocks + (i * steps + start) * kTilePair, b, count, rows, sums, kTileBlock, cut > 0,
                              [&](size_t step) {
                                for (size_t byte = 0; byte < ahead; byte += 64) TESSERA_PREFETCH(next + step * ahead + byte);
                                before.finish(share);
                              });
        before.finish(kTileBlock);
        if (cut + 1 == cuts) before.take(sums, at, rows, panel);
      }
    }
  before.finish(kTileBlock);
}

}  // namespace
}  // namespace tessera
