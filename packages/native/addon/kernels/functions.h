// exp, the Gaussian integral and the activations made of them, on vectors.
#pragma once
#include "../kernels.h"

namespace tessera {
namespace {

inline Vec polynomial(Vec x, const float* coefficients, int count) {
  Vec sum = set(coefficients[0]);
  for (int i = 1; i < count; i++) sum = fma(sum, x, set(coefficients[i]));
  return sum;
}

/** e^x within about 1 ulp: x = n ln 2 + r, and a polynomial in r (Cephes, expf). */
inline Vec exponential(Vec x) {
  // Beyond these bounds the result is 0 or infinity already; NaN passes.
  x = max(set(-104.0f), min(set(89.0f), x));
  const Vec n = round(mul(x, set(1.44269504088896341f)));
  Vec r = fma(n, set(-0.693359375f), x);
  r = fma(n, set(2.12194440e-4f), r);
  constexpr float c[] = {1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f,
                         4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f};
  const Vec y = fma(polynomial(r, c, 6), mul(r, r), add(r, set(1.0f)));
  return scale_by_power(y, n);
}

/** Φ(−t) and e^(−t²/2) for t ≥ 0. */
struct Tail {
  Vec upper, bell;
};

/** Beyond it Φ(−t) is no normal number, and processors are a hundred times slower with such. */
constexpr float kFarthest = 12.9f;

/**
 * Φ(−t) = e^(−t²/2) q(u) / (t + 4) with u = (t − 4) / (t + 4); q is a minimax polynomial of degree 9 over t in [0, 14.6],
 * fitted to 40 digits with 0.15 ulp of error. The rounding error of t² is put back, or the tail would lose it.
 */
inline Tail gaussian_tail(Vec t) {
  t = min(set(kFarthest), t);
  const Vec square = mul(t, t);
  const Vec lost = fma(t, t, sub(set(0.0f), square));
  const Vec bell = exponential(mul(square, set(-0.5f)));
  const Vec exact = mul(bell, fma(lost, set(-0.5f), set(1.0f)));
  constexpr float c[] = {-0.000132433503f, 0.000178371207f, 0.0015695896f, -0.00351207773f, -0.00752500352f,
                         0.0604037642f,    -0.186523482f,   0.387136906f,  -0.607896566f,   0.755285144f};
  const Vec inverse = div(set(1.0f), add(t, set(4.0f)));
  const Vec u = mul(sub(t, set(4.0f)), inverse);
  return {mul(mul(polynomial(u, c, 10), inverse), exact), exact};
}

/** Φ(x), the share of a Gaussian below x. */
inline Vec gaussian_share(Vec x, Vec upper) { return select_less(x, set(0.0f), upper, sub(set(1.0f), upper)); }

inline Vec sigmoid(Vec x) { return div(set(1.0f), add(set(1.0f), exponential(sub(set(0.0f), x)))); }

constexpr float kTwoSqrtTwoOverPi = 1.5957691216057308f;
constexpr float kCubic = 0.044715f;
constexpr float kQuick = 1.702f;

template <Activation kind>
inline Vec activated(Vec x) {
  if constexpr (kind == Activation::gelu) {
    const Vec y = mul(x, gaussian_share(x, gaussian_tail(abs(x)).upper));
    return select_less(x, set(-kFarthest), mul(x, set(0.0f)), y);
  }
  if constexpr (kind == Activation::gelu_tanh) {
    // ½ (1 + tanh z) = sigmoid(2 z)
    const Vec z = mul(mul(x, set(kTwoSqrtTwoOverPi)), fma(mul(x, x), set(kCubic), set(1.0f)));
    return mul(x, sigmoid(z));
  }
  if constexpr (kind == Activation::quick_gelu) return mul(x, sigmoid(mul(x, set(kQuick))));
  if constexpr (kind == Activation::relu) return max(set(0.0f), x);
  if constexpr (kind == Activation::silu) return mul(x, sigmoid(x));
  return x;
}

/** Derivative at x. */
template <Activation kind>
inline Vec slope(Vec x) {
  const Vec one = set(1.0f);
  if constexpr (kind == Activation::gelu) {
    const Tail tail = gaussian_tail(abs(x));
    return fma(mul(x, tail.bell), set(0.398942280401432678f), gaussian_share(x, tail.upper));
  }
  if constexpr (kind == Activation::gelu_tanh) {
    const Vec square = mul(x, x);
    const Vec s = sigmoid(mul(mul(x, set(kTwoSqrtTwoOverPi)), fma(square, set(kCubic), one)));
    const Vec rise = mul(fma(square, set(3 * kCubic), one), set(kTwoSqrtTwoOverPi));
    return fma(mul(mul(x, s), sub(one, s)), rise, s);
  }
  if constexpr (kind == Activation::quick_gelu || kind == Activation::silu) {
    const Vec z = kind == Activation::silu ? x : mul(x, set(kQuick));
    const Vec s = sigmoid(z);
    return mul(s, fma(z, sub(one, s), one));
  }
  if constexpr (kind == Activation::relu) {
    // 0 times x is NaN where x is.
    const Vec zero = set(0.0f);
    return select_less(x, zero, zero, select_less(zero, x, one, mul(x, zero)));
  }
  return one;
}

/** f(x, y) over values that lie side by side, the last few under a mask. */
template <class F>
inline void each_vector(size_t count, F f) {
  size_t i = 0;
  for (; i + kWidth <= count; i += kWidth) f(i, kWidth);
  if (i < count) f(i, int(count - i));
}

template <Activation kind>
void activate_as(const float* x, float* y, size_t count) {
  each_vector(count, [=](size_t i, int lanes) { store(y + i, activated<kind>(load(x + i, lanes)), lanes); });
}

template <Activation kind>
void activate_grad_as(const float* dy, const float* x, float* dx, size_t count) {
  each_vector(count, [=](size_t i, int lanes) {
    store(dx + i, mul(load(dy + i, lanes), slope<kind>(load(x + i, lanes))), lanes);
  });
}

void activate(Activation activation, const float* x, float* y, size_t count) {
  switch (activation) {
    case Activation::none: return activate_as<Activation::none>(x, y, count);
    case Activation::gelu: return activate_as<Activation::gelu>(x, y, count);
    case Activation::gelu_tanh: return activate_as<Activation::gelu_tanh>(x, y, count);
    case Activation::quick_gelu: return activate_as<Activation::quick_gelu>(x, y, count);
    case Activation::relu: return activate_as<Activation::relu>(x, y, count);
    case Activation::silu: return activate_as<Activation::silu>(x, y, count);
  }
}

void activate_grad(Activation activation, const float* dy, const float* x, float* dx, size_t count) {
  switch (activation) {
    case Activation::none: return activate_grad_as<Activation::none>(dy, x, dx, count);
    case Activation::gelu: return activate_grad_as<Activation::gelu>(dy, x, dx, count);
    case Activation::gelu_tanh: return activate_grad_as<Activation::gelu_tanh>(dy, x, dx, count);
    case Activation::quick_gelu: return activate_grad_as<Activation::quick_gelu>(dy, x, dx, count);
    case Activation::relu: return activate_grad_as<Activation::relu>(dy, x, dx, count);
    case Activation::silu: return activate_grad_as<Activation::silu>(dy, x, dx, count);
  }
}

}  // namespace
}  // namespace tessera
