#include <math.h>

#include <memory>

#include "../ops.h"
#include "work.h"

namespace tessera {

namespace {

/** Newton and Schulz's iteration x <- a x + (b s + c s²) x, s = x xᵀ, which brings singular values near 1; PyTorch's numbers. */
constexpr float kA = 3.4445f, kB = -4.775f, kC = 2.0315f;
constexpr int kSteps = 5;
constexpr double kLeastNorm = 1e-7;

std::unique_ptr<float[]> floats(size_t count) { return std::unique_ptr<float[]>(new float[count]); }

void multiply(const float* a, const float* b, bool transposed_b, float* c, size_t m, size_t n, size_t k) {
  MatMul product = {};
  product.a = a;
  product.b = b;
  product.transposed_b = transposed_b;
  product.batch = 1;
  product.m = m;
  product.n = n;
  product.k = k;
  product.c = c;
  matmul(product);
}

/** In place: x [rows, columns], rows ≤ columns. */
void orthogonalize(float* x, size_t rows, size_t columns) {
  const size_t count = rows * columns, square = rows * rows;
  const auto squared = floats(square), cubed = floats(square), turned = floats(count);
  const float inverse = float(1 / fmax(sqrt(sum_squares(x, count)), kLeastNorm));
  blend(x, inverse, x, 0, x, count);
  for (int step = 0; step < kSteps; step++) {
    multiply(x, x, true, squared.get(), rows, rows, columns);
    multiply(squared.get(), squared.get(), false, cubed.get(), rows, rows, rows);
    blend(squared.get(), kB, cubed.get(), kC, squared.get(), square);
    multiply(squared.get(), x, false, turned.get(), rows, columns, rows);
    blend(x, kA, turned.get(), 1, x, count);
  }
}

}  // namespace

void muon_update(const MuonUpdate& u) {
  const size_t count = u.rows * u.columns;
  if (count == 0) return;
  const auto along = floats(count), other = floats(count);
  blend(u.momentum, u.keep, u.gradient, u.take * u.scale, u.new_momentum, count);
  if (u.nesterov) blend(u.gradient, u.take * u.scale, u.new_momentum, u.keep, along.get(), count);
  else blend(u.new_momentum, 1, u.new_momentum, 0, along.get(), count);
  const bool tall = u.rows > u.columns;
  float* x = along.get();
  if (tall) {
    swap_axes(x, other.get(), 1, u.rows, u.columns, 1);
    orthogonalize(other.get(), u.columns, u.rows);
    swap_axes(other.get(), x, 1, u.columns, u.rows, 1);
  } else orthogonalize(x, u.rows, u.columns);
  blend(u.weight, u.shrink, x, -u.rate, u.new_weight, count);
}

}  // namespace tessera
