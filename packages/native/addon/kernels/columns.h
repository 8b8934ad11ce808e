// Rows of a tensor as columns of vectors: [panel][channel][lane]. A row's sums over channels need no sums over lanes then, a
// weight in row-major order multiplies as it is, and a product's result is the next one's panel.
#pragma once
#include "pack.h"

namespace tessera {
namespace {

/** Channel 0 of vector `vector` of values that have so many channels. */
inline float* column(float* values, size_t channels, size_t vector) {
  return values + vector / kTileVectors * channels * kPanel + vector % kTileVectors * kWidth;
}

/** y = norm(x), over the channels. */
void norm_columns(const float* x, size_t channels, size_t panels, NormWeights weights, float epsilon, float* y) {
  const Vec share = set(1.0f / float(channels)), one = set(1.0f);
  for (size_t panel = 0; panel < panels; panel++, x += channels * kPanel, y += channels * kPanel) {
    Vec mean[kTileVectors], inverse[kTileVectors];
    for (Vec& sum : mean) sum = set(0.0f);
    for (size_t c = 0; c < channels; c++)
      for (int v = 0; v < kTileVectors; v++) mean[v] = add(mean[v], load(x + c * kPanel + v * kWidth));
    for (Vec& sum : mean) sum = mul(sum, share);
    for (Vec& sum : inverse) sum = set(0.0f);
    for (size_t c = 0; c < channels; c++)
      for (int v = 0; v < kTileVectors; v++) {
        const Vec centred = sub(load(x + c * kPanel + v * kWidth), mean[v]);
        inverse[v] = fma(centred, centred, inverse[v]);
      }
    for (Vec& sum : inverse) sum = div(one, sqrt(fma(sum, share, set(epsilon))));
    for (size_t c = 0; c < channels; c++) {
      const Vec gamma = set(weights.gamma[c]), beta = set(weights.beta[c]);
      for (int v = 0; v < kTileVectors; v++) {
        const Vec normal = mul(sub(load(x + c * kPanel + v * kWidth), mean[v]), inverse[v]);
        store(y + c * kPanel + v * kWidth, fma(normal, gamma, beta));
      }
    }
  }
}

template <Activation kind>
void finish_columns(const float* bias, size_t channels, float* y) {
  for (size_t c = 0; c < channels; c++) {
    const Vec shift = set(bias ? bias[c] : 0.0f);
    for (size_t v = 0; v < kPanel; v += kWidth) store(y + c * kPanel + v, activated<kind>(add(load(y + c * kPanel + v), shift)));
  }
}

void finish_columns(Activation activation, const float* bias, size_t channels, float* y) {
  switch (activation) {
    case Activation::none: return bias ? finish_columns<Activation::none>(bias, channels, y) : void();
    case Activation::gelu: return finish_columns<Activation::gelu>(bias, channels, y);
    case Activation::gelu_tanh: return finish_columns<Activation::gelu_tanh>(bias, channels, y);
    case Activation::quick_gelu: return finish_columns<Activation::quick_gelu>(bias, channels, y);
    case Activation::relu: return finish_columns<Activation::relu>(bias, channels, y);
    case Activation::silu: return finish_columns<Activation::silu>(bias, channels, y);
  }
}

/** Channels of a panel of x -> `out` channels of a panel of y, added to what is there where `add_to` says so. */
void linear_columns(const float* x, size_t channels, LinearWeights layer, size_t out, Activation activation, bool add_to,
                    float* y) {
  each_tile(out, [=](size_t row, size_t height, size_t, size_t) {
    tiles.of[height](layer.weight + row * channels, channels, x, channels, y + row * kPanel, kPanel, kPanel, add_to, {});
  });
  finish_columns(activation, layer.bias, out, y);
}

/** Sums of one vector that are in registers at once. */
constexpr int kColumnRows = kTileRows * kTileVectors < 16 ? kTileRows * kTileVectors : 16;

/** c [R][lane] (+)= a · b, one vector wide; a's rows are `row` apart and its columns `step`. */
template <int R>
void column_tile(const float* a, size_t row, size_t step, const float* b, size_t ldb, size_t k, float* c, size_t ldc,
                 bool add_to) {
  Vec sums[R];
  TESSERA_UNROLL(16)
  for (int r = 0; r < R; r++) sums[r] = add_to ? load(c + r * ldc) : set(0.0f);
  for (size_t p = 0; p < k; p++) {
    const Vec lanes = load(b + p * ldb);
    TESSERA_UNROLL(16)
    for (int r = 0; r < R; r++) sums[r] = fma(set(a[r * row + p * step]), lanes, sums[r]);
  }
  TESSERA_UNROLL(16)
  for (int r = 0; r < R; r++) store(c + r * ldc, sums[r]);
}

using ColumnTile = void (*)(const float*, size_t, size_t, const float*, size_t, size_t, float*, size_t, bool);

template <int R>
struct ColumnTiles {
  static constexpr void fill(ColumnTile* table) {
    table[R] = column_tile<R>;
    if constexpr (R > 1) ColumnTiles<R - 1>::fill(table);
  }
};

struct ColumnTileTable {
  ColumnTile of[kColumnRows + 1] = {};
  constexpr ColumnTileTable() { ColumnTiles<kColumnRows>::fill(of); }
};
constexpr ColumnTileTable column_tiles;

/** c [rows][lane] (+)= a · b, one vector wide. */
inline void column_product(const float* a, size_t row, size_t step, const float* b, size_t ldb, size_t rows, size_t k,
                           float* c, size_t ldc, bool add_to) {
  for (size_t r = 0; r < rows; r += kColumnRows)
    column_tiles.of[smaller(kColumnRows, rows - r)](a + r * row, row, step, b, ldb, k, c + r * ldc, ldc, add_to);
}

}  // namespace
}  // namespace tessera
