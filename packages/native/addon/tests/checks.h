// What the kernels' tests compare by.
#pragma once
#include <cmath>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "../isa.h"

namespace tessera {

using Floats = std::unique_ptr<float[]>;
inline int failures = 0;
inline std::mt19937 generator(7);

inline Floats zeros(size_t count) { return Floats(new float[count]()); }
inline Floats normals(size_t count, float deviation = 1) {
  std::normal_distribution<float> normal(0, deviation);
  Floats out = zeros(count);
  for (size_t i = 0; i < count; i++) out[i] = normal(generator);
  return out;
}

inline void expect_close(const std::string& what, const float* got, const std::vector<double>& expected, double rtol = 1e-5,
                  double atol = 1e-5) {
  for (size_t i = 0; i < expected.size(); i++) {
    const double e = expected[i];
    const bool same = std::isnan(e) ? std::isnan(got[i]) : got[i] == e || std::abs(got[i] - e) <= atol + rtol * std::abs(e);
    if (same) continue;
    std::printf("%s %s at %zu: expected %g, got %g\n", kernels().name, what.c_str(), i, e, double(got[i]));
    failures++;
    return;
  }
}

}  // namespace tessera
