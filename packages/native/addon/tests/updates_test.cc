// The steps of optimisers against plain loops in double precision, to new arrays and in place.
#include <algorithm>

#include "kernel_tests.h"

namespace tessera {

namespace {

struct Expected {
  std::vector<double> weight, mean, variance;
};

/** Adam's moments and step, or LAMB's with a `trust`. */
Expected reference(const AdamUpdate& u, const Trust* trust, size_t count) {
  Expected e = {std::vector<double>(count), std::vector<double>(count), std::vector<double>(count)};
  std::vector<double> direction(count);
  double of_weight = 0, of_direction = 0;
  for (size_t i = 0; i < count; i++) {
    const double g = double(u.gradient[i]) * u.scale + (trust ? 0 : double(u.weight[i]) * u.joining);
    e.mean[i] = u.mean[i] * double(u.keep1) + g * u.take1;
    e.variance[i] = u.variance[i] * double(u.keep2) + g * g * u.take2;
    direction[i] = e.mean[i] * u.first / (std::sqrt(e.variance[i]) * u.root + u.epsilon);
    if (trust) direction[i] += double(u.weight[i]) * u.joining;
    of_weight += std::pow(double(u.weight[i]) * u.shrink, 2);
    of_direction += direction[i] * direction[i];
  }
  double length = trust && trust->adapt && of_weight * of_direction > 0 ? std::sqrt(of_weight / of_direction) : 1;
  if (trust && trust->clip) length = std::min(length, 1.0);
  for (size_t i = 0; i < count; i++) e.weight[i] = double(u.weight[i]) * u.shrink - u.rate * length * direction[i];
  return e;
}

void test_adam_of(size_t count, const Trust* trust) {
  const Floats weight = normals(count), gradient = normals(count), mean = normals(count), variance = zeros(count);
  for (size_t i = 0; i < count; i++) variance[i] = weight[i] * gradient[i] * weight[i] * gradient[i];
  const Floats new_weight = zeros(count), new_mean = zeros(count), new_variance = zeros(count);
  AdamUpdate u = {weight.get(), gradient.get(), mean.get(), variance.get(), new_weight.get(), new_mean.get(), new_variance.get(),
                  0.5f, 0.01f, 0.99f, 0.9f, 0.1f, 0.999f, 0.001f, 5.0f, 20.0f, 1e-3f, 0.1f};
  const Expected e = reference(u, trust, count);
  const auto run = [&] { trust ? lamb_update(u, *trust, count) : adam_update(u, count); };
  const auto check = [&](const char* how) {
    const std::string what = std::string(trust ? "LAMB's step" : "Adam's step") + how;
    expect_close(what, u.new_weight, e.weight, 1e-5, 2e-4);
    expect_close(what + ", mean", u.new_mean, e.mean);
    expect_close(what + ", variance", u.new_variance, e.variance);
  };
  run();
  check("");
  u.new_weight = weight.get();
  u.new_mean = mean.get();
  u.new_variance = variance.get();
  run();
  check(" in place");
}

void test_sgd_of(size_t count, bool momentum, bool nesterov) {
  const Floats weight = normals(count), gradient = normals(count), velocity = normals(count);
  SgdUpdate u = {weight.get(), gradient.get(), momentum ? velocity.get() : nullptr, weight.get(), velocity.get(),
                 0.5f, 0.01f, 0.9f, 0.8f, 0.1f, nesterov};
  std::vector<double> ew(count), ev(count);
  for (size_t i = 0; i < count; i++) {
    const double g = double(gradient[i]) * u.scale + double(weight[i]) * u.decay;
    ev[i] = momentum ? double(velocity[i]) * u.momentum + g * u.take : double(velocity[i]);
    ew[i] = weight[i] - u.rate * (!momentum ? g : nesterov ? g + u.momentum * ev[i] : ev[i]);
  }
  sgd_update(u, count);
  expect_close("gradient descent", weight.get(), ew);
  expect_close("its velocity", velocity.get(), ev);
}

/** Of singular values: x xᵀ of an orthogonalised x is near the identity; the momentum is exact. */
void test_muon_of(size_t rows, size_t columns) {
  const size_t count = rows * columns, least = std::min(rows, columns);
  const Floats weight = zeros(count), gradient = normals(count), momentum = normals(count);
  MuonUpdate u = {weight.get(), gradient.get(), momentum.get(), weight.get(), momentum.get(), rows, columns,
                  0.5f, 0.9f, 0.1f, 1.0f, -1.0f, true};
  std::vector<double> expected(count);
  for (size_t i = 0; i < count; i++) expected[i] = double(momentum[i]) * u.keep + double(gradient[i]) * u.scale * u.take;
  muon_update(u);
  expect_close("Muon's momentum", momentum.get(), expected);
  double trace = 0;
  for (size_t i = 0; i < count; i++) trace += double(weight[i]) * weight[i];
  const float share = float(trace / least);
  // The sum of squared singular values; the iteration leaves the smallest of a square matrix below 1.
  expect_close("Muon's step", &share, {0.85}, 0, 0.4);
}

void test_sums_of(size_t count) {
  const Floats a = normals(count), b = normals(count);
  std::vector<double> expected(count);
  double sum = 0;
  for (size_t i = 0; i < count; i++) {
    expected[i] = a[i] + 0.3 * (double(b[i]) - a[i]);
    sum += double(a[i]) * a[i];
  }
  const float got = float(sum_squares(a.get(), count));
  expect_close("sum of squares", &got, {sum});
  approach(a.get(), b.get(), 0.3f, a.get(), count);
  expect_close("average", a.get(), expected);
}

}  // namespace

void test_updates() {
  const Trust plain = {false, false}, adapt = {true, false}, clipped = {true, true};
  for (size_t count : {0, 1, 7, 16, 17, 300, 4096, 4097, 40000}) {
    for (const Trust* trust : {static_cast<const Trust*>(nullptr), &plain, &adapt, &clipped}) test_adam_of(count, trust);
    for (bool nesterov : {false, true}) test_sgd_of(count, true, nesterov);
    test_sgd_of(count, false, false);
    test_sums_of(count);
  }
  for (size_t rows : {1, 5, 64, 100})
    for (size_t columns : {1, 7, 64, 300}) test_muon_of(rows, columns);
}

}  // namespace tessera
