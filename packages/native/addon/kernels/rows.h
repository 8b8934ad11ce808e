// Layer norm, softmax and sums: what looks at whole rows.
#pragma once
#include <math.h>

#include "attention.h"

namespace tessera {
namespace {

struct Moments {
  float mean, inverse;
};

/** Two passes over a row that is in the first cache; the second does not suffer from a large mean. */
inline Moments moments(const float* x, size_t width, float epsilon) {
  Vec sum = set(0.0f);
  each_vector(width, [&](size_t i, int lanes) { sum = add(sum, load(x + i, lanes)); });
  const float mean = sum_of(sum) / float(width);
  const Vec shift = set(mean);
  Vec squares = set(0.0f);
  size_t i = 0;
  for (; i + kWidth <= width; i += kWidth) {
    const Vec centred = sub(load(x + i), shift);
    squares = fma(centred, centred, squares);
  }
  float rest = 0;
  for (; i < width; i++) rest += (x[i] - mean) * (x[i] - mean);
  float inverse[kWidth];
  store(inverse, div(set(1.0f), sqrt(set((sum_of(squares) + rest) / float(width) + epsilon))));
  return {mean, inverse[0]};
}

void layer_norm(const LayerNorm& norm, size_t row, size_t row_end) {
  for (; row < row_end; row++) {
    const float* x = norm.x + row * norm.width;
    float* y = norm.y + row * norm.width;
    const Moments m = moments(x, norm.width, norm.epsilon);
    const Vec mean = set(m.mean), inverse = set(m.inverse);
    each_vector(norm.width, [=, &norm](size_t i, int lanes) {
      const Vec normal = mul(sub(load(x + i, lanes), mean), inverse);
      store(y + i, fma(normal, load(norm.gamma + i, lanes), load(norm.beta + i, lanes)), lanes);
    });
  }
}

void layer_norm_grad(const LayerNormGrad& g, size_t row, size_t row_end) {
  const size_t width = g.width;
  for (size_t i = 0; i < width; i++) g.dgamma[i] = g.dbeta[i] = 0;
  for (; row < row_end; row++) {
    const float* x = g.x + row * width;
    const float* dy = g.dy + row * width;
    float* dx = g.dx + row * width;
    const Moments m = moments(x, width, g.epsilon);
    const Vec mean = set(m.mean), inverse = set(m.inverse);
    Vec sum = set(0.0f), along = set(0.0f);
    each_vector(width, [&](size_t i, int lanes) {
      const Vec d = load(dy + i, lanes);
      const Vec normal = mul(sub(load(x + i, lanes), mean), inverse);
      const Vec dnormal = mul(d, load(g.gamma + i, lanes));
      store(g.dgamma + i, fma(d, normal, load(g.dgamma + i, lanes)), lanes);
      store(g.dbeta + i, add(d, load(g.dbeta + i, lanes)), lanes);
      sum = add(sum, dnormal);
      along = fma(dnormal, normal, along);
    });
    const Vec average = set(sum_of(sum) / float(width));
    const Vec tilt = set(sum_of(along) / float(width));
    each_vector(width, [=, &g](size_t i, int lanes) {
      const Vec normal = mul(sub(load(x + i, lanes), mean), inverse);
      const Vec dnormal = mul(load(dy + i, lanes), load(g.gamma + i, lanes));
      store(dx + i, mul(sub(sub(dnormal, average), mul(normal, tilt)), inverse), lanes);
    });
  }
}

void softmax(const float* x, float* y, size_t rows, size_t width) {
  if (width == 0) return;
  for (size_t r = 0; r < rows; r++, x += width, y += width) {
    each_vector(width, [=](size_t i, int lanes) { store(y + i, load(x + i, lanes), lanes); });
    const float sum = exponentials(y, width, highest(y, width, y[0]));
    const Vec total = set(sum);
    each_vector(width, [=](size_t i, int lanes) { store(y + i, div(load(y + i, lanes), total), lanes); });
  }
}

void sum_rows(const float* x, float* y, size_t rows, size_t width, size_t first, size_t last) {
  constexpr size_t wide = 4 * kWidth;
  size_t i = first;
  for (; i + wide <= last; i += wide) {
    Vec a = set(0.0f), b = a, c = a, d = a;
    for (size_t r = 0; r < rows; r++) {
      const float* at = x + r * width + i;
      a = add(a, load(at));
      b = add(b, load(at + kWidth));
      c = add(c, load(at + 2 * kWidth));
      d = add(d, load(at + 3 * kWidth));
    }
    store(y + i, a);
    store(y + i + kWidth, b);
    store(y + i + 2 * kWidth, c);
    store(y + i + 3 * kWidth, d);
  }
  for (; i < last; i += kWidth) {
    const int lanes = int(smaller(kWidth, last - i));
    Vec a = set(0.0f);
    for (size_t r = 0; r < rows; r++) a = add(a, load(x + r * width + i, lanes));
    store(y + i, a, lanes);
  }
}

void sum_columns(const float* x, float* y, size_t rows, size_t width) {
  for (size_t r = 0; r < rows; r++, x += width) {
    Vec sum = set(0.0f);
    each_vector(width, [&](size_t i, int lanes) { sum = add(sum, load(x + i, lanes)); });
    y[r] = sum_of(sum);
  }
}

void max_columns(const float* x, float* y, size_t rows, size_t width) {
  for (size_t r = 0; r < rows; r++, x += width) {
    Vec odd = set(0.0f);
    each_vector(width, [&](size_t i, int lanes) {
      const Vec v = load(x + i, lanes), zero = set(0.0f);
      // A NaN is neither below 1 nor above 0.
      odd = add(odd, select_less(v, set(1.0f), zero, select_less(zero, v, zero, set(NAN))));
    });
    y[r] = highest(x, width, -INFINITY) + sum_of(odd);
  }
}

}  // namespace
}  // namespace tessera
