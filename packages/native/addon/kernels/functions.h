// exp, the Gaussian integral and the activations made of them, on vectors.
#pragma once
#include "../kernels.h"
#include "gaussian_table.h"

namespace tessera {
namespace {

inline Vec polynomial(Vec x, const float* coefficients, int count) {
  Vec sum = set(coefficients[0]);
  for (int i = 1; i < count; i++) sum = fma(sum, x, set(coefficients[i]));
  return sum;
}

/** e^x = (high + low) 2^n */
struct Reduced {
  Vec high, low, n;
};

/** x = n ln 2 + r, and a polynomial in r (Cephes, expf). */
inline Reduced reduced_exponential(Vec x) {
  const Vec n = round(mul(x, set(1.44269504088896341f)));
  Vec r = fma(n, set(-0.693359375f), x);
  r = fma(n, set(2.12194440e-4f), r);
  constexpr float c[] = {1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f,
                         4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f};
  const Vec rise = fma(polynomial(r, c, 6), mul(r, r), r);
  const Vec high = add(rise, set(1.0f));
  return {high, sub(rise, sub(high, set(1.0f))), n};
}

/** e^x within 1.3 ulp. */
inline Vec exponential(Vec x) {
  // Beyond these bounds the result is 0 or infinity already; NaN passes.
  const Reduced e = reduced_exponential(max(set(-104.0f), min(set(89.0f), x)));
  return scale_by_power(e.high, e.n);
}

/** Near 0 a polynomial (Cephes, tanhf), else 1 − 2 / (e^(2|x|) + 1) with the sign of x; within 2 ulp. */
inline Vec hyperbolic_tangent(Vec x) {
  const Vec zero = set(0.0f), one = set(1.0f), t = abs(x), square = mul(x, x);
  constexpr float c[] = {-5.70498872745e-3f, 2.06390887954e-2f, -5.37397155531e-2f, 1.33314422036e-1f, -3.33332819422e-1f};
  const Vec near = fma(mul(polynomial(square, c, 5), square), x, x);
  const Vec far = sub(one, div(set(2.0f), add(exponential(add(t, t)), one)));
  return select_less(t, set(0.625f), near, select_less(x, zero, sub(zero, far), far));
}

/** Φ(−t) = (share + share_low) 2^n and e^(−t²/2) = bell 2^n for t ≥ 0; the power apart, as it may be below the normal range. */
struct Tail {
  Vec share, share_low, bell, n;
};

/** From here on x Φ(x) rounds to −0. */
constexpr float kVanished = 14.5f;

/**
 * Φ(−t) = e^(−t²/2) q(u) / (t + 4) with u = (t − 4) / (t + 4) = 1 − 8 / (t + 4); q is a minimax polynomial of degree 9 over t
 * in [0, 14.6], fitted to 40 digits. What each rounding takes is put back as `low` parts: 1.2 ulp rather than 5.
 */
inline Tail gaussian_tail(Vec t) {
  const Vec zero = set(0.0f), one = set(1.0f);
  t = min(set(kVanished), t);
  const Vec sum = add(t, set(4.0f));
  const Vec inverse = reciprocal(sum);
  const Vec sum_low = sub(t, sub(sum, set(4.0f)));
  const Vec missed = sub(fma_exact(sub(zero, sum), inverse, one), mul(sum_low, inverse));
  const Vec u = fma(set(-8.0f), inverse, one);
  constexpr float c[] = {-0.000132433503f, 0.000178371207f, 0.0015695896f, -0.00351207773f,
                         -0.00752500352f,  0.0604037642f,   -0.186523482f, 0.387136906f};
  constexpr float c1 = -0.607896566f, c0 = 0.755285144f;
  const Vec rest = polynomial(u, c, 8);
  const Vec inner = fma_exact(u, rest, set(c1));
  const Vec q = fma_exact(u, inner, set(c0));
  const Vec q_low = fma_exact(u, inner, sub(set(c0), q));
  // What 1 / (t + 4) lacks changes u as well; a rough derivative of q is enough for that.
  constexpr float d[] = {-0.68f, 0.77f, c1};
  const Vec tilt = fma(mul(set(-8.0f), inverse), polynomial(u, d, 3), q);
  const Vec part = mul(q, inverse);
  const Vec part_low = fma(fma(missed, tilt, q_low), inverse, fma_exact(q, inverse, sub(zero, part)));

  const Vec square = mul(t, t);
  const Vec square_low = fma_exact(t, t, sub(zero, square));
  const Reduced e = reduced_exponential(mul(square, set(-0.5f)));
  const Vec bell_low = fma(mul(square_low, set(-0.5f)), e.high, e.low);
  const Vec share = mul(part, e.high);
  const Vec share_low = fma(part_low, e.high, fma(part, bell_low, fma_exact(part, e.high, sub(zero, share))));
  return {share, share_low, add(e.high, bell_low), e.n};
}

/** x Φ(x) where Φ(x) may lie below the normal range, or vanish. */
inline Vec far_gaussian_unit(Vec x, const Tail& tail) {
  const Vec zero = set(0.0f);
  const Vec left = select_less(x, set(-kVanished), mul(x, zero), fma(x, tail.share, mul(x, tail.share_low)));
  // To the right Φ(x) is 1 here.
  return scale_by_power(select_less(x, zero, left, x), select_less(x, zero, tail.n, zero));
}

#if defined(TESSERA_LOOKUP)
/** x Φ(x) for t = |x| below kGaussianEnd: max(x, 0) − t Φ(−t), by the table's piece that is nearest. */
inline Vec near_gaussian_unit(Vec x, Vec t) {
  // Adding 1.5 · 2^23 leaves the number of the piece in the last bits.
  const Vec shift = set(12582912.0f);
  const Vec piece = fma(t, set(kGaussianPieces), shift);
  const Vec d = fma(sub(piece, shift), set(-1 / kGaussianPieces), t);
  Vec tail = lookup(kGaussianTable[5], piece);
  for (int power = 4; power >= 0; power--) tail = fma(tail, d, lookup(kGaussianTable[power], piece));
  return fma(sub(set(0.0f), t), tail, max(set(0.0f), x));
}
#endif

/** x Φ(x) by way of e^(−t²/2), within 2 ulp down to where it vanishes. */
inline Vec whole_gaussian_unit(Vec x, Vec t) {
  const Vec zero = set(0.0f);
  const Tail tail = gaussian_tail(t);
  // Kept above 2^-60: processors are a hundred times slower below the normal range, and beside 1 it is nothing.
  const Vec power = scale_by_power(set(1.0f), max(set(-60.0f), tail.n));
  const Vec side = select_less(x, zero, power, sub(zero, power)), base = select_less(x, zero, zero, set(1.0f));
  const Vec high = fma_exact(tail.share, side, base);
  const Vec low = fma(tail.share_low, side, fma_exact(tail.share, side, sub(base, high)));
  const Vec y = fma(x, high, mul(x, low));
  constexpr float kFar = 8.0f;
  return any_above(t, kFar) ? select_less(t, set(kFar), y, far_gaussian_unit(x, tail)) : y;
}

/** x Φ(x), within 2 ulp. What comes of a value does not depend on those beside it. */
inline Vec gaussian_unit(Vec x) {
  const Vec t = abs(x);
#if defined(TESSERA_LOOKUP)
  const Vec near = near_gaussian_unit(x, t);
  return any_above(t, kGaussianEnd) ? select_less(set(kGaussianEnd), t, whole_gaussian_unit(x, t), near) : near;
#else
  return whole_gaussian_unit(x, t);
#endif
}

/** Φ(x) + x φ(x), the derivative of x Φ(x). */
inline Vec gaussian_unit_slope(Vec x) {
  const Tail tail = gaussian_tail(abs(x));
  const Vec power = scale_by_power(set(1.0f), max(set(-100.0f), tail.n));
  const Vec upper = mul(tail.share, power);
  const Vec share = select_less(x, set(0.0f), upper, sub(set(1.0f), upper));
  // As far out as the tail goes: 2^-100 times 1e30 would be no longer nothing.
  const Vec near = max(set(-kVanished), min(set(kVanished), x));
  return fma(mul(near, mul(tail.bell, power)), set(0.398942280401432678f), share);
}

inline Vec sigmoid(Vec x) { return div(set(1.0f), add(set(1.0f), exponential(sub(set(0.0f), x)))); }

constexpr float kTwoSqrtTwoOverPi = 1.5957691216057308f;
constexpr float kCubic = 0.044715f;
constexpr float kQuick = 1.702f;

template <Activation kind>
inline Vec activated(Vec x) {
  if constexpr (kind == Activation::gelu) return gaussian_unit(x);
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
  if constexpr (kind == Activation::gelu) return gaussian_unit_slope(x);
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
