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

/** `quick` under sanitizers: fewer floats, fewer patches. */
void test_accuracy(bool quick);
void test_tnt(bool quick);
void test_windows();
void test_patches();
void test_cross_entropy();
void test_updates();

/** Of no set of kernels. */
void test_pool();

}  // namespace tessera
