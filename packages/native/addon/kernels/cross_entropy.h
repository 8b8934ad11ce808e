// Cross entropy of a softmax, and its gradient, row by row.
#pragma once
#include "rows.h"

namespace tessera {
namespace {

/** What the softmax of a row is made of. */
struct SoftmaxOf {
  float top, sum;
};

inline SoftmaxOf softmax_of(const float* x, size_t width) {
  const float top = highest(x, width, x[0]);
  Vec sum = set(0.0f);
  const Vec shift = set(top);
  each_vector(width, [&](size_t i, int lanes) { sum = add(sum, first_of(exponential(sub(load(x + i, lanes), shift)), lanes)); });
  return {top, sum_of(sum)};
}

/** −Σ p log softmax(x) of each row of x and p [rows, width] -> [rows] */
void cross_entropy(const float* x, const float* p, float* y, size_t rows, size_t width) {
  for (size_t r = 0; r < rows; r++, x += width, p += width) {
    y[r] = 0;
    if (width == 0) continue;
    const SoftmaxOf softmax = softmax_of(x, width);
    const Vec shift = set(softmax.top), log_sum = set(logf(softmax.sum));
    Vec sum = set(0.0f);
    each_vector(width, [&](size_t i, int lanes) {
      const Vec log_share = sub(sub(load(x + i, lanes), shift), log_sum);
      sum = add(sum, first_of(mul(load(p + i, lanes), log_share), lanes));
    });
    y[r] = -sum_of(sum);
  }
}

/** dx = dy (softmax(x) Σp − p) */
void cross_entropy_grad(const float* dy, const float* x, const float* p, float* dx, size_t rows, size_t width) {
  if (width == 0) return;
  for (size_t r = 0; r < rows; r++, x += width, p += width, dx += width) {
    const SoftmaxOf softmax = softmax_of(x, width);
    Vec all = set(0.0f);
    each_vector(width, [&](size_t i, int lanes) { all = add(all, load(p + i, lanes)); });
    const Vec slope = set(dy[r]), shift = set(softmax.top), share = set(sum_of(all) / softmax.sum);
    each_vector(width, [=](size_t i, int lanes) {
      const Vec e = exponential(sub(load(x + i, lanes), shift));
      store(dx + i, mul(slope, sub(mul(e, share), load(p + i, lanes))), lanes);
    });
  }
}

}  // namespace
}  // namespace tessera
