// Batch norm: statistics of each channel over all rows.
#include <cmath>
#include <vector>

#include "../isa.h"
#include "../ops.h"
#include "column_sums.h"

namespace tessera {

namespace {

/** What the kernels take in place of the variance and the weight. */
struct Coefficients {
  std::vector<float> scale, inverse;

  explicit Coefficients(const ColumnNorm& n) : scale(n.width), inverse(n.width) {
    for (size_t c = 0; c < n.width; c++) {
      const double one = 1 / std::sqrt(double(n.variance[c]) + double(n.epsilon));
      inverse[c] = float(one);
      scale[c] = float(one * double(n.gamma[c]));
    }
  }
  BatchNorm of(const ColumnNorm& n, float* y) const {
    return {n.width, n.activation, n.x, n.mean, scale.data(), n.beta, y};
  }
};

}  // namespace

void batch_statistics(const float* x, size_t rows, size_t width, float* mean, float* variance) {
  if (rows == 0) {
    std::fill_n(mean, width, 0.0f);
    std::fill_n(variance, width, 0.0f);
  }
  if (rows == 0 || width == 0) return;
  const Kernels& kernel = kernels();
  std::vector<double> sums, squares;
  // About the first row, which is near the mean for what a variance of differences needs.
  sum_blocks(rows, width, sums, squares,
         [&](size_t row, size_t end, float* a, float* b) { kernel.column_moments(x, x, width, row, end, a, b); });
  for (size_t c = 0; c < width; c++) {
    const double shift = sums[c] / double(rows);
    mean[c] = float(double(x[c]) + shift);
    variance[c] = float(std::max(0.0, squares[c] / double(rows) - shift * shift));
  }
}

void batch_norm(const ColumnNorm& n, float* y) {
  if (n.rows == 0 || n.width == 0) return;
  const Kernels& kernel = kernels();
  const Coefficients coefficients(n);
  const BatchNorm norm = coefficients.of(n, y);
  divided(n.rows, pieces_for(n.rows * n.width, kSmallMap), 1,
          [&](size_t row, size_t end) { kernel.batch_norm(norm, row, end); });
}

void batch_norm_grad(const ColumnNormGrad& g) {
  const ColumnNorm& n = g.forward;
  if (n.rows == 0) {
    std::fill_n(g.dgamma, n.width, 0.0f);
    std::fill_n(g.dbeta, n.width, 0.0f);
  }
  if (n.rows == 0 || n.width == 0) return;
  const Kernels& kernel = kernels();
  const Coefficients coefficients(n);
  // dx serves as `inner` until the second pass overwrites it.
  BatchNormGrad grad = {coefficients.of(n, nullptr), coefficients.inverse.data(), g.dy, g.dx, nullptr, nullptr, g.dx};
  std::vector<double> sums, products;
  sum_blocks(n.rows, n.width, sums, products,
         [&](size_t row, size_t end, float* a, float* b) { kernel.batch_norm_sums(grad, row, end, a, b); });
  std::vector<float> tilt(n.width, 0), lift(n.width, 0);
  for (size_t c = 0; c < n.width; c++) {
    g.dbeta[c] = float(sums[c]);
    g.dgamma[c] = float(products[c]);
    if (!g.of_batch) continue;
    const double share = -double(coefficients.scale[c]) / double(n.rows);
    tilt[c] = float(share * products[c] * double(coefficients.inverse[c]));
    lift[c] = float(share * sums[c]);
  }
  grad.tilt = tilt.data();
  grad.lift = lift.data();
  divided(n.rows, pieces_for(n.rows * n.width, kSmallMap), 1,
          [&](size_t row, size_t end) { kernel.batch_norm_grad(grad, row, end); });
}

}  // namespace tessera
