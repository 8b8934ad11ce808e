// The tests of one set of kernels that have files of their own; each tests the set in use.
#pragma once
#include "../ops.h"
#include "checks.h"

namespace tessera {

inline double phi(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }
inline double sigma(double x) { return 1 / (1 + std::exp(-x)); }

inline double reference_activation(Activation kind, double x) {
  switch (kind) {
    case Activation::none: return x;
    case Activation::gelu: return x * phi(x);
    case Activation::gelu_tanh: return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    case Activation::quick_gelu: return x * sigma(1.702 * x);
    case Activation::relu: return x > 0 ? x : x == x ? 0 : x;
    case Activation::silu: return x * sigma(x);
  }
  return 0;
}

inline double reference_slope(Activation kind, double x) {
  if (kind == Activation::none) return 1;
  if (kind == Activation::relu) return x > 0;
  if (kind == Activation::gelu) return phi(x) + x * std::exp(-x * x / 2) / std::sqrt(2 * M_PI);
  const double h = 1e-5;
  return (reference_activation(kind, x + h) - reference_activation(kind, x - h)) / (2 * h);
}

/** As many windows as fit. */
inline void place_windows(Windows& w) {
  const size_t length[2] = {w.height, w.width};
  for (int axis = 0; axis < 2; axis++) {
    const size_t reach = (w.size[axis] - 1) * w.dilation[axis] + 1, padded = length[axis] + 2 * w.padding[axis];
    w.grid[axis] = padded < reach ? 0 : (padded - reach) / w.stride[axis] + 1;
  }
}

/** `quick` under sanitizers: fewer floats, fewer patches. */
void test_accuracy(bool quick);
void test_tnt(bool quick);
void test_windows();
void test_patches();
void test_convolution();
void test_depthwise();
void test_batch_norm();
void test_group_norm();
void test_cross_entropy();
void test_updates();

/** Of no set of kernels. */
void test_pool();

}  // namespace tessera
