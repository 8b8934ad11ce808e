// Batch norm: rows of channels, with statistics of each channel over all rows.
#pragma once
#include "product.h"

namespace tessera {
namespace {

/** f(0) to f(N − 1), written out. */
template <int N, class F>
inline void each_of(F f) {
  TESSERA_UNROLL(4)
  for (int v = 0; v < N; v++) f(v);
}

/**
 * Two sums over rows for each column: f(row, column, lanes, a, b) adds to both. Columns go by a few vectors at a time, whose
 * sums stay in registers.
 */
template <class F>
inline void sum_columns_by(size_t width, size_t row, size_t row_end, float* a, float* b, F f) {
  constexpr int kVectors = 4;
  size_t column = 0;
  for (; column + kVectors * kWidth <= width; column += kVectors * kWidth) {
    Vec first[kVectors], second[kVectors];
    each_of<kVectors>([&](int v) { first[v] = second[v] = set(0.0f); });
    for (size_t r = row; r < row_end; r++)
      each_of<kVectors>([&](int v) { f(r * width + column + v * kWidth, column + v * kWidth, kWidth, first[v], second[v]); });
    each_of<kVectors>([&](int v) {
      store(a + column + v * kWidth, first[v]);
      store(b + column + v * kWidth, second[v]);
    });
  }
  for (; column < width; column += kWidth) {
    const int lanes = int(smaller(kWidth, width - column));
    Vec first = set(0.0f), second = set(0.0f);
    for (size_t r = row; r < row_end; r++) f(r * width + column, column, lanes, first, second);
    store(a + column, first, lanes);
    store(b + column, second, lanes);
  }
}

void column_moments(const float* x, const float* centre, size_t width, size_t row, size_t row_end, float* sums,
                    float* squares) {
  sum_columns_by(width, row, row_end, sums, squares, [=](size_t at, size_t column, int lanes, Vec& sum, Vec& square) {
    const Vec d = sub(load(x + at, lanes), load(centre + column, lanes));
    sum = add(sum, d);
    square = fma(d, d, square);
  });
}

template <Activation kind>
void batch_norm_as(const BatchNorm& n, size_t row, size_t row_end) {
  for (; row < row_end; row++) {
    const float* x = n.x + row * n.width;
    float* y = n.y + row * n.width;
    each_vector(n.width, [=, &n](size_t c, int lanes) {
      const Vec centred = sub(load(x + c, lanes), load(n.mean + c, lanes));
      const Vec z = fma(centred, load(n.scale + c, lanes), load(n.shift + c, lanes));
      store(y + c, activated<kind>(z), lanes);
    });
  }
}

void batch_norm(const BatchNorm& norm, size_t row, size_t row_end) {
  switch (norm.activation) {
    case Activation::none: return batch_norm_as<Activation::none>(norm, row, row_end);
    case Activation::gelu: return batch_norm_as<Activation::gelu>(norm, row, row_end);
    case Activation::gelu_tanh: return batch_norm_as<Activation::gelu_tanh>(norm, row, row_end);
    case Activation::quick_gelu: return batch_norm_as<Activation::quick_gelu>(norm, row, row_end);
    case Activation::relu: return batch_norm_as<Activation::relu>(norm, row, row_end);
    case Activation::silu: return batch_norm_as<Activation::silu>(norm, row, row_end);
  }
}

template <Activation kind>
void batch_norm_sums_as(const BatchNormGrad& g, size_t row, size_t row_end, float* sums, float* products) {
  const BatchNorm& n = g.forward;
  if constexpr (kind != Activation::none) {
    for (size_t r = row; r < row_end; r++) {
      const size_t start = r * n.width;
      each_vector(n.width, [=, &n, &g](size_t c, int lanes) {
        const Vec centred = sub(load(n.x + start + c, lanes), load(n.mean + c, lanes));
        const Vec z = fma(centred, load(n.scale + c, lanes), load(n.shift + c, lanes));
        store(g.inner + start + c, mul(load(g.dy + start + c, lanes), slope<kind>(z)), lanes);
      });
    }
  }
  const float* inner = kind == Activation::none ? g.dy : g.inner;
  sum_columns_by(n.width, row, row_end, sums, products, [=, &n, &g](size_t at, size_t c, int lanes, Vec& sum, Vec& along) {
    const Vec d = load(inner + at, lanes);
    sum = add(sum, d);
    along = fma(d, mul(sub(load(n.x + at, lanes), load(n.mean + c, lanes)), load(g.inverse + c, lanes)), along);
  });
}

void batch_norm_sums(const BatchNormGrad& g, size_t row, size_t row_end, float* sums, float* products) {
  switch (g.forward.activation) {
    case Activation::none: return batch_norm_sums_as<Activation::none>(g, row, row_end, sums, products);
    case Activation::gelu: return batch_norm_sums_as<Activation::gelu>(g, row, row_end, sums, products);
    case Activation::gelu_tanh: return batch_norm_sums_as<Activation::gelu_tanh>(g, row, row_end, sums, products);
    case Activation::quick_gelu: return batch_norm_sums_as<Activation::quick_gelu>(g, row, row_end, sums, products);
    case Activation::relu: return batch_norm_sums_as<Activation::relu>(g, row, row_end, sums, products);
    case Activation::silu: return batch_norm_sums_as<Activation::silu>(g, row, row_end, sums, products);
  }
}

void batch_norm_grad(const BatchNormGrad& g, size_t row, size_t row_end) {
  const BatchNorm& n = g.forward;
  const float* inner = n.activation == Activation::none ? g.dy : g.inner;
  for (; row < row_end; row++) {
    const size_t start = row * n.width;
    each_vector(n.width, [=, &n, &g](size_t c, int lanes) {
      const Vec centred = sub(load(n.x + start + c, lanes), load(n.mean + c, lanes));
      const Vec pull = fma(centred, load(g.tilt + c, lanes), load(g.lift + c, lanes));
      store(g.dx + start + c, fma(load(inner + start + c, lanes), load(n.scale + c, lanes), pull), lanes);
    });
  }
}

}  // namespace
}  // namespace tessera
