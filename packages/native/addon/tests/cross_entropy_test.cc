// Cross entropy and its gradient against plain loops in double precision.
#include "kernel_tests.h"

namespace tessera {

namespace {

void test_rows_of(size_t rows, size_t width) {
  const Floats x = normals(rows * width, 4), p = normals(rows * width), dy = normals(rows);
  const Floats y = zeros(rows), dx = zeros(rows * width);
  cross_entropy(x.get(), p.get(), y.get(), rows, width);
  cross_entropy_grad(dy.get(), x.get(), p.get(), dx.get(), rows, width);
  std::vector<double> ey(rows), ex(rows * width);
  for (size_t r = 0; r < rows; r++) {
    const float *xs = x.get() + r * width, *ps = p.get() + r * width;
    double sum = 0, all = 0;
    for (size_t i = 0; i < width; i++) {
      sum += std::exp(double(xs[i]));
      all += ps[i];
    }
    for (size_t i = 0; i < width; i++) {
      ey[r] -= ps[i] * (xs[i] - std::log(sum));
      ex[r * width + i] = dy[r] * (std::exp(double(xs[i])) / sum * all - ps[i]);
    }
  }
  expect_close("cross entropy", y.get(), ey, 1e-5, 1e-5 * std::sqrt(double(width) + 1));
  expect_close("its gradient", dx.get(), ex, 1e-5, 1e-5);
}

}  // namespace

void test_cross_entropy() {
  for (size_t rows : {1, 7, 60})
    for (size_t width : {1, 15, 16, 17, 33, 1000}) test_rows_of(rows, width);
  test_rows_of(5, 0);
}

}  // namespace tessera
