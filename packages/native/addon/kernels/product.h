// Matrix products: tiles of sums in registers, blocks of k so that a panel's block stays in a near cache while all rows use it.
#pragma once
#include "functions.h"

#if defined(__GNUC__)
#define TESSERA_UNROLL(n) _Pragma(TESSERA_TEXT(GCC unroll n))
#define TESSERA_TEXT(x) #x
#define TESSERA_PREFETCH(p) __builtin_prefetch(p, 0, 2)
#else
#define TESSERA_UNROLL(n)
#define TESSERA_PREFETCH(p) (void)(p)
#endif

namespace tessera {
namespace {

constexpr size_t kPanel = kWidth * kTileVectors;
constexpr size_t kLine = 64 / sizeof(float);

inline size_t smaller(size_t a, size_t b) { return a < b ? a : b; }
inline size_t parts_of(size_t whole, size_t part) { return (whole + part - 1) / part; }

/** Memory that is wanted soon. */
struct Ahead {
  const char *at = nullptr, *end = nullptr;
};

/** c [R, columns] (+)= a [R, k] · one panel; meanwhile `ahead` arrives, a line at a time so that no load waits for it. */
template <int R>
void tile(const float* a, size_t lda, const float* b, size_t k, float* c, size_t ldc, size_t columns, bool add_to,
          Ahead ahead) {
  Vec sums[R][kTileVectors];
  const bool whole = columns >= kPanel;
  TESSERA_UNROLL(16)
  for (int r = 0; r < R; r++) {
    TESSERA_UNROLL(4)
    for (int v = 0; v < kTileVectors; v++) {
      const float* at = c + r * ldc + v * kWidth;
      sums[r][v] = !add_to ? set(0.0f) : whole ? load(at) : load(at, int(columns) - v * kWidth);
    }
  }
  const auto multiply = [&](size_t p) {
    Vec row[kTileVectors];
    TESSERA_UNROLL(4)
    for (int v = 0; v < kTileVectors; v++) row[v] = load(b + p * kPanel + v * kWidth);
    TESSERA_UNROLL(16)
    for (int r = 0; r < R; r++) {
      const Vec value = set(a[r * lda + p]);
      TESSERA_UNROLL(4)
      for (int v = 0; v < kTileVectors; v++) sums[r][v] = fma(value, row[v], sums[r][v]);
    }
  };
  size_t p = 0;
  for (; p + 4 <= k; p += 4) {
    if (ahead.at < ahead.end) {
      TESSERA_PREFETCH(ahead.at);
      ahead.at += 64;
    }
    multiply(p);
    multiply(p + 1);
    multiply(p + 2);
    multiply(p + 3);
  }
  for (; p < k; p++) multiply(p);
  TESSERA_UNROLL(16)
  for (int r = 0; r < R; r++) {
    TESSERA_UNROLL(4)
    for (int v = 0; v < kTileVectors; v++) {
      float* at = c + r * ldc + v * kWidth;
      if (whole) store(at, sums[r][v]);
      else store(at, sums[r][v], int(columns) - v * kWidth);
    }
  }
}

using Tile = void (*)(const float*, size_t, const float*, size_t, float*, size_t, size_t, bool, Ahead);

template <int R>
struct Tiles {
  static constexpr void fill(Tile* table) {
    table[R] = tile<R>;
    if constexpr (R > 1) Tiles<R - 1>::fill(table);
  }
};

struct TileTable {
  Tile of[kTileRows + 1] = {};
  constexpr TileTable() { Tiles<kTileRows>::fill(of); }
};
// A constant: nothing of a unit may run before the processor is known.
constexpr TileTable tiles;

/** Rows [0, rows) in tiles of about equal height, so that no tile is much smaller than the rest. */
template <class F>
inline void each_tile(size_t rows, F f) {
  const size_t count = parts_of(rows, kTileRows);
  for (size_t i = 0, row = 0; i < count; i++) {
    const size_t height = rows / count + (i < rows % count ? 1 : 0);
    f(row, height, i, count);
    row += height;
  }
}

/** c [rows, n] (+)= a [rows, k] · b, for operands that are small enough to need no blocks. */
void small_product(const float* a, size_t lda, const float* b, size_t rows, size_t n, size_t k, float* c, size_t ldc,
                   bool add_to) {
  each_tile(rows, [=](size_t row, size_t height, size_t, size_t) {
    for (size_t column = 0; column < n; column += kPanel)
      tiles.of[height](a + row * lda, lda, b + column * k, k, c + row * ldc + column, ldc, smaller(kPanel, n - column),
                       add_to, {});
  });
}

template <Activation kind>
void finish_as(const Epilogue& e, float* c, size_t ldc, size_t rows, size_t column, size_t columns) {
  for (size_t v = 0; v < columns; v += kWidth) {
    const int lanes = int(smaller(kWidth, columns - v));
    const Vec bias = e.bias ? load(e.bias + column + v, lanes) : set(0.0f);
    const Vec scale = e.scale ? load(e.scale + column + v, lanes) : set(1.0f);
    for (size_t r = 0; r < rows; r++) {
      float* at = c + r * ldc + v;
      Vec x = load(at, lanes);
      if (e.bias) x = add(x, bias);
      x = activated<kind>(x);
      if (e.scale) x = mul(x, scale);
      if (e.residual) x = add(x, load(e.residual + r * ldc + v, lanes));
      store(at, x, lanes);
    }
  }
}

/** The epilogue on a tile that was just stored. */
void finish(const Product& product, size_t row, size_t rows, size_t column, size_t columns) {
  Epilogue e = product.epilogue;
  if (!e.bias && !e.scale && !e.residual && e.activation == Activation::none) return;
  float* c = floats(product.c) + row * product.ldc + column;
  if (e.residual) e.residual += row * product.ldc + column;
  switch (e.activation) {
    case Activation::none: return finish_as<Activation::none>(e, c, product.ldc, rows, column, columns);
    case Activation::gelu: return finish_as<Activation::gelu>(e, c, product.ldc, rows, column, columns);
    case Activation::gelu_tanh: return finish_as<Activation::gelu_tanh>(e, c, product.ldc, rows, column, columns);
    case Activation::quick_gelu: return finish_as<Activation::quick_gelu>(e, c, product.ldc, rows, column, columns);
    case Activation::relu: return finish_as<Activation::relu>(e, c, product.ldc, rows, column, columns);
    case Activation::silu: return finish_as<Activation::silu>(e, c, product.ldc, rows, column, columns);
  }
}

/** Rows a multiple of 2 KiB apart share so few cache sets that a tile's rows push each other out. */
inline bool rows_collide(size_t lda) { return lda * sizeof(float) % 2048 == 0; }

/** Copies of a block of `a` have rows this far apart: an odd number of cache lines. */
constexpr size_t kBlockStride = kBlockK + ((kBlockK / kLine) % 2 == 0 ? kLine : 0);

/** A block of a panel that is to arrive, a share with each tile. */
struct Fetch {
  const char* at = nullptr;
  size_t count = 0;

  Fetch() {}
  Fetch(const Product& p, size_t panel, size_t start, size_t k) {
    const size_t size = bytes_of(p.b.format);
    at = static_cast<const char*>(p.b.data) + (panel * p.k + start) * kPanel * size;
    count = parts_of(k * kPanel * size, 64);
  }
  Ahead lines(size_t share, size_t shares) const {
    return {at + count * share / shares * 64, at + count * (share + 1) / shares * 64};
  }
};

size_t product_scratch(size_t rows, size_t) { return rows * kBlockStride + kBlockK * kPanel + kLine; }

void product(const Product& product, size_t row, size_t row_end, size_t first, size_t last, float* scratch) {
  const size_t rows = row_end - row;
  if (product.k == 0) {
    for (size_t r = row; r < row_end; r++)
      for (size_t column = first * kPanel; column < smaller(last * kPanel, product.n); column++)
        floats(product.c)[r * product.ldc + column] = 0;
    for (size_t p = first; p < last; p++)
      finish(product, row, rows, p * kPanel, smaller(kPanel, product.n - p * kPanel));
    return;
  }
  const bool copied = rows_collide(product.lda) && rows > kTileRows / 2;
  float* const expanded = scratch;
  float* const copy = scratch + kBlockK * kPanel;
  const size_t blocks = parts_of(product.k, kBlockK);
  for (size_t block = 0; block < blocks; block++) {
    const size_t start = product.k * block / blocks;
    const size_t k = product.k * (block + 1) / blocks - start;
    const float* a = floats(product.a) + row * product.lda + start;
    size_t lda = product.lda;
    if (copied) {
      for (size_t r = 0; r < rows; r++)
        each_vector(k, [=](size_t i, int lanes) { store(copy + r * kBlockStride + i, load(a + r * lda + i, lanes), lanes); });
      a = copy;
      lda = kBlockStride;
    }
    for (size_t p = first; p < last; p++) {
      const size_t offset = (p * product.k + start) * kPanel;
      const float* b = expanded;
      if (product.b.format == Format::bf16) {
        const uint16_t* rounded = halves(product.b) + offset;
        for (size_t i = 0; i < k * kPanel; i += kWidth) store(expanded + i, load_bf16(rounded + i));
      } else {
        b = floats(product.b) + offset;
      }
      const size_t column = p * kPanel;
      const size_t columns = smaller(kPanel, product.n - column);
      // What comes next arrives while this block multiplies: the next panel's, the first panel's of the next block, or, as a
      // thread mostly goes on with the next panels, theirs.
      const size_t below = product.k * (block + 2) / blocks - (start + k);
      const bool across = p + 1 < last, down = !across && block + 1 < blocks;
      const Fetch next = across                     ? Fetch(product, p + 1, start, k)
                         : down                     ? Fetch(product, first, start + k, below)
                         : last * kPanel < product.n ? Fetch(product, last, 0, product.k / blocks)
                                                    : Fetch();
      each_tile(rows, [&](size_t at, size_t height, size_t i, size_t count) {
        const Ahead ahead = next.lines(i, count);
        float* c = floats(product.c) + (row + at) * product.ldc + column;
        tiles.of[height](a + at * lda, lda, b, k, c, product.ldc, columns,
                         block > 0 || product.accumulate, ahead);
        if (block + 1 == blocks) finish(product, row + at, height, column, columns);
      });
    }
  }
}

}  // namespace
}  // namespace tessera
