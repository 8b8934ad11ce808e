// Batch norm, its statistics and its gradients against plain loops in double precision.
#include "kernel_tests.h"

namespace tessera {

namespace {

constexpr float kEpsilon = 0.1f;

void test_statistics(size_t rows, size_t width, const float* x, float* mean, float* variance) {
  batch_statistics(x, rows, width, mean, variance);
  std::vector<double> em(width), ev(width);
  for (size_t c = 0; c < width; c++) {
    for (size_t r = 0; r < rows; r++) em[c] += x[r * width + c];
    if (rows == 0) continue;
    em[c] /= double(rows);
    for (size_t r = 0; r < rows; r++) ev[c] += std::pow(x[r * width + c] - em[c], 2);
    ev[c] /= double(rows);
  }
  expect_close("batch_statistics, mean", mean, em);
  expect_close("batch_statistics, variance", variance, ev, 1e-4, 1e-4);
}

void test_norm(size_t rows, size_t width, Activation activation, bool of_batch) {
  const Floats x = normals(rows * width, 2), dy = normals(rows * width), gamma = normals(width), beta = normals(width);
  const Floats mean = normals(width), variance = normals(width), y = zeros(rows * width);
  // What gradients are written to holds something else.
  const Floats dx = normals(rows * width), dgamma = normals(width), dbeta = normals(width);
  for (size_t i = 0; i < rows * width; i++) x[i] += 3;
  test_statistics(rows, width, x.get(), mean.get(), variance.get());
  const ColumnNorm norm = {rows, width, kEpsilon, activation, x.get(), mean.get(), variance.get(), gamma.get(), beta.get()};
  batch_norm(norm, y.get());
  batch_norm_grad({norm, of_batch, dy.get(), dx.get(), dgamma.get(), dbeta.get()});
  std::vector<double> ey(rows * width), ex(rows * width), eg(width), eb(width), normal(rows), inner(rows);
  for (size_t c = 0; c < width; c++) {
    const double inverse = 1 / std::sqrt(double(variance[c]) + kEpsilon);
    for (size_t r = 0; r < rows; r++) {
      const size_t at = r * width + c;
      normal[r] = (double(x[at]) - mean[c]) * inverse;
      const double z = normal[r] * gamma[c] + beta[c];
      ey[at] = reference_activation(activation, z);
      inner[r] = dy[at] * reference_slope(activation, z);
      eg[c] += inner[r] * normal[r];
      eb[c] += inner[r];
    }
    for (size_t r = 0; r < rows; r++) {
      const double pull = of_batch ? (eb[c] + normal[r] * eg[c]) / double(rows) : 0;
      ex[r * width + c] = gamma[c] * inverse * (inner[r] - pull);
    }
  }
  const std::string what = "batch_norm " + std::to_string(rows) + "x" + std::to_string(width);
  expect_close(what, y.get(), ey, 1e-5, 2e-5);
  expect_close(what + " dx", dx.get(), ex, 1e-4, 1e-4);
  expect_close(what + " dgamma", dgamma.get(), eg, 1e-4, 1e-3);
  expect_close(what + " dbeta", dbeta.get(), eb, 1e-4, 1e-3);
}

}  // namespace

void test_batch_norm() {
  for (size_t rows : {0, 1, 7, 300, 1000})
    for (size_t width : {1, 5, 16, 67, 130})
      for (bool of_batch : {false, true}) test_norm(rows, width, Activation((rows + width) % kActivations), of_batch);
}

}  // namespace tessera
