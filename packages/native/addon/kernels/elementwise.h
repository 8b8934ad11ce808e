// Functions of one and of two values.
#pragma once
#include "rows.h"

namespace tessera {
namespace {

template <class F>
void each_pair(const float* a, size_t step_a, const float* b, size_t step_b, float* y, size_t count, F f) {
  const Vec first_a = set(count ? a[0] : 0.0f), first_b = set(count ? b[0] : 0.0f);
  each_vector(count, [=](size_t i, int lanes) {
    store(y + i, f(step_a ? load(a + i, lanes) : first_a, step_b ? load(b + i, lanes) : first_b), lanes);
  });
}

void binary(Binary op, const float* a, size_t step_a, const float* b, size_t step_b, float* y, size_t count) {
  switch (op) {
    case Binary::add: return each_pair(a, step_a, b, step_b, y, count, [](Vec p, Vec q) { return add(p, q); });
    case Binary::sub: return each_pair(a, step_a, b, step_b, y, count, [](Vec p, Vec q) { return sub(p, q); });
    case Binary::mul: return each_pair(a, step_a, b, step_b, y, count, [](Vec p, Vec q) { return mul(p, q); });
    case Binary::div: return each_pair(a, step_a, b, step_b, y, count, [](Vec p, Vec q) { return div(p, q); });
    case Binary::squared_difference:
      return each_pair(a, step_a, b, step_b, y, count, [](Vec p, Vec q) {
        const Vec d = sub(p, q);
        return mul(d, d);
      });
  }
}

template <class F>
void each_value(const float* x, float* y, size_t count, F f) {
  each_vector(count, [=](size_t i, int lanes) { store(y + i, f(load(x + i, lanes)), lanes); });
}

void unary(Unary op, const float* x, float* y, size_t count) {
  switch (op) {
    case Unary::neg: return each_value(x, y, count, [](Vec v) { return mul(v, set(-1.0f)); });
    case Unary::square: return each_value(x, y, count, [](Vec v) { return mul(v, v); });
    case Unary::sqrt: return each_value(x, y, count, [](Vec v) { return sqrt(v); });
    case Unary::rsqrt: return each_value(x, y, count, [](Vec v) { return div(set(1.0f), sqrt(v)); });
    case Unary::exp: return each_value(x, y, count, [](Vec v) { return exponential(v); });
    case Unary::relu: return each_value(x, y, count, [](Vec v) { return max(set(0.0f), v); });
    case Unary::reciprocal: return each_value(x, y, count, [](Vec v) { return div(set(1.0f), v); });
    case Unary::abs: return each_value(x, y, count, [](Vec v) { return abs(v); });
    case Unary::tanh: return each_value(x, y, count, [](Vec v) { return hyperbolic_tangent(v); });
  }
}

}  // namespace
}  // namespace tessera
