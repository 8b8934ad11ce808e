// Group norm and its gradients against plain loops in double precision.
#include "kernel_tests.h"

namespace tessera {

namespace {

constexpr float kEpsilon = 0.1f;

void test_group_norm_on(size_t batch, size_t pixels, size_t width, size_t groups, Activation activation) {
  const size_t count = batch * pixels * width, each = width / groups;
  const Floats x = normals(count, 2), dy = normals(count), gamma = normals(width), beta = normals(width);
  // What is written to holds something else.
  const Floats y = normals(count), dx = normals(count), dgamma = normals(width), dbeta = normals(width);
  for (size_t i = 0; i < count; i++) x[i] += float(i % width) - 3;
  const GroupNorm norm = {batch, pixels, width, groups, kEpsilon, activation, x.get(), gamma.get(), beta.get()};
  group_norm(norm, y.get());
  group_norm_grad({norm, dy.get(), dx.get(), dgamma.get(), dbeta.get()});
  std::vector<double> ey(count), ex(count), eg(width), eb(width);
  for (size_t group = 0; group < batch * groups; group++) {
    const size_t first = group % groups * each;
    const double share = 1 / double(pixels * each);
    const auto each_value = [&](auto f) {
      for (size_t i = 0; i < pixels; i++)
        for (size_t c = first; c < first + each; c++) f((group / groups * pixels + i) * width + c, c);
    };
    double mean = 0, variance = 0, average = 0, along = 0;
    each_value([&](size_t at, size_t) { mean += x[at] * share; });
    each_value([&](size_t at, size_t) { variance += std::pow(x[at] - mean, 2) * share; });
    const double inverse = 1 / std::sqrt(variance + kEpsilon);
    const auto normal = [&](size_t at) { return (x[at] - mean) * inverse; };
    const auto inner = [&](size_t at, size_t c) { return dy[at] * reference_slope(activation, normal(at) * gamma[c] + beta[c]); };
    each_value([&](size_t at, size_t c) {
      ey[at] = reference_activation(activation, normal(at) * gamma[c] + beta[c]);
      eg[c] += inner(at, c) * normal(at);
      eb[c] += inner(at, c);
      average += inner(at, c) * gamma[c] * share;
      along += inner(at, c) * gamma[c] * normal(at) * share;
    });
    each_value([&](size_t at, size_t c) { ex[at] = (inner(at, c) * gamma[c] - average - normal(at) * along) * inverse; });
  }
  const std::string what = "group_norm " + std::to_string(pixels) + "x" + std::to_string(width);
  expect_close(what, y.get(), ey, 1e-5, 2e-5);
  expect_close(what + " dx", dx.get(), ex, 1e-4, 1e-4);
  expect_close(what + " dgamma", dgamma.get(), eg, 1e-4, 1e-3);
  expect_close(what + " dbeta", dbeta.get(), eb, 1e-4, 1e-3);
}

}  // namespace

void test_group_norm() {
  for (size_t pixels : {0, 1, 7, 300})
    for (size_t width : {1, 6, 16, 67})
      for (size_t groups : {size_t(1), width % 2 == 0 ? width / 2 : width})
        test_group_norm_on(2, pixels, width, groups, Activation((pixels + width) % kActivations));
  test_group_norm_on(1, 28 * 28, 64, 32, Activation::relu);
  test_group_norm_on(0, 4, 4, 2, Activation::none);
}

}  // namespace tessera
