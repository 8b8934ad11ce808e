// The error of exp, tanh and GELU over all floats, in units of the last place of the result.
#include <cstring>

#include "kernel_tests.h"

namespace tessera {

namespace {

struct Worst {
  double error = 0;
  float at = 0;
};

double unit(double e) {
  const float near = std::abs(float(e));
  return double(std::nextafter(near, INFINITY)) - near;
}

/** Over every `step`-th float, of both signs, small and large, that `f` can be told of. */
template <class Run, class Reference>
Worst sweep(uint32_t step, const Run& run, const Reference& reference) {
  constexpr size_t block = 4096;
  std::vector<float> x(block), y(block);
  Worst worst;
  for (uint64_t bits = 0; bits < (uint64_t(1) << 32);) {
    for (float& value : x) {
      const uint32_t pattern = uint32_t(std::min<uint64_t>(bits, 0xffffffffu));
      std::memcpy(&value, &pattern, sizeof value);
      bits += step;
    }
    run(x.data(), y.data(), block);
    for (size_t i = 0; i < block; i++) {
      const double e = reference(double(x[i]));
      if (!std::isfinite(x[i]) || std::abs(e) > 3.4e38) continue;
      const double error = std::abs(y[i] - e) / unit(e);
      if (!(error <= worst.error)) worst = {error, x[i]};
    }
  }
  return worst;
}

void expect_below(const char* what, Worst worst, double limit) {
  std::printf("%s %s: %.2f ulp at %.9g\n", kernels().name, what, worst.error, double(worst.at));
  if (worst.error <= limit) return;
  std::printf("expected at most %g ulp\n", limit);
  failures++;
}

}  // namespace

void test_accuracy(bool quick) {
  // Odd, so that all parts of a float take part.
  const uint32_t step = quick ? 200003 : 1009;
  expect_below("exp",
               sweep(step, [](const float* x, float* y, size_t n) { unary(Unary::exp, x, y, n); },
                     [](double x) { return std::exp(x); }),
               2);
  expect_below("tanh",
               sweep(step, [](const float* x, float* y, size_t n) { unary(Unary::tanh, x, y, n); },
                     [](double x) { return std::tanh(x); }),
               2);
  expect_below("gelu",
               sweep(step, [](const float* x, float* y, size_t n) { activate(Activation::gelu, x, y, n); },
                     [](double x) { return x * phi(x); }),
               2);
}

}  // namespace tessera
