// Attention, one head at a time: keys and values in panels, scores of a few queries at once, softmax as they come.
#pragma once
#include "pack.h"

namespace tessera {
namespace {

constexpr size_t kKeyBlock = 512;
constexpr size_t kQueryBlock = 2 * kTileRows;
/** What a masked score becomes: core's `MASKED_SCORE`, to which a test compares it. */
constexpr float kMasked = -1e9f;

inline size_t padded(size_t n) { return parts_of(n, kPanel) * kPanel; }
/** Rows of scores lie an odd number of cache lines apart. */
inline size_t score_stride(size_t keys) {
  const size_t width = padded(keys);
  return width + ((width / kLine) % 2 == 0 ? kLine : 0);
}

/** s · scale + bias, where the mask lets it be. */
void adjust_scores(const Attention& a, size_t batch, size_t head, size_t query, size_t key, size_t keys, float* s) {
  const float* bias =
      a.bias ? a.bias + ((a.bias_heads == 1 ? 0 : head) * a.queries + query) * a.keys + key : nullptr;
  const uint8_t* mask = a.mask ? a.mask + ((a.mask_batches == 1 ? 0 : batch) * a.mask_queries +
                                           (a.mask_queries == 1 ? 0 : query)) * a.keys + key
                               : nullptr;
  const Vec scale = set(a.scale);
  each_vector(keys, [=](size_t i, int lanes) {
    Vec x = mul(load(s + i, lanes), scale);
    if (bias) x = add(x, load(bias + i, lanes));
    store(s + i, x, lanes);
  });
  if (mask)
    for (size_t i = 0; i < keys; i++) s[i] = mask[i] ? s[i] : kMasked;
}

inline float highest(const float* x, size_t count, float start) {
  // Two, so that one need not wait for the other.
  const Vec first = set(start);
  Vec top = first, other = first;
  size_t i = 0;
  for (; i + 2 * kWidth <= count; i += 2 * kWidth) {
    top = max(load(x + i), top);
    other = max(load(x + i + kWidth), other);
  }
  for (; i < count; i += kWidth) top = max(load_or(x + i, int(count - i), first), top);
  return max_of(max(top, other));
}

/** x = e^(scale (x − top)) in place; the sum. */
inline float exponentials(float* x, size_t count, float top, float scale = 1) {
  Vec sum = set(0.0f);
  const Vec shift = set(top), factor = set(scale);
  size_t i = 0;
  for (; i + kWidth <= count; i += kWidth) {
    const Vec e = exponential(mul(sub(load(x + i), shift), factor));
    store(x + i, e);
    sum = add(sum, e);
  }
  if (i < count) {
    const int lanes = int(count - i);
    const Vec e = exponential(mul(sub(load(x + i, lanes), shift), factor));
    store(x + i, e, lanes);
    sum = add(sum, first_of(e, lanes));
  }
  return sum_of(sum);
}

inline void multiply_row(float* x, size_t count, float factor) {
  const Vec f = set(factor);
  each_vector(count, [=](size_t i, int lanes) { store(x + i, mul(load(x + i, lanes), f), lanes); });
}

size_t attention_scratch(const Attention& a) {
  const size_t keys = padded(a.keys);
  const size_t width = padded(a.width);
  return keys * a.width + width * a.keys + kQueryBlock * (score_stride(smaller(a.keys, kKeyBlock)) + 2) + 3 * kLine;
}

/** Keys as panels of the transpose, one block of keys after the other. */
void pack_keys(const float* k, size_t row, size_t keys, size_t width, float* out) {
  for (size_t key = 0; key < keys; key += kKeyBlock) {
    const size_t count = smaller(kKeyBlock, keys - key);
    pack(k + key * row, row, true, width, count, out + key * width, 0, parts_of(count, kPanel));
  }
}

void attention(const Attention& a, size_t batch, size_t head, size_t query, size_t query_end, float* scratch) {
  const float* q = a.q + batch * a.q_batch + head * a.width;
  const float* k = a.k + batch * a.k_batch + head * a.width;
  const float* v = a.v + batch * a.v_batch + head * a.width;
  float* out = a.out + batch * a.out_batch + head * a.width;
  float* key_panels = scratch;
  float* value_panels = key_panels + padded(a.keys) * a.width;
  float* scores = value_panels + padded(a.width) * a.keys;
  const size_t stride = score_stride(smaller(a.keys, kKeyBlock));
  float* tops = scores + kQueryBlock * stride;
  float* sums = tops + kQueryBlock;
  // The largest score is the largest product only if the scale is positive.
  const bool plain = !a.bias && !a.mask && a.scale > 0;
  const float factor = plain ? a.scale : 1.0f;
  pack_keys(k, a.k_row, a.keys, a.width, key_panels);
  for (size_t key = 0; key < a.keys; key += kKeyBlock)
    pack(v + key * a.v_row, a.v_row, false, smaller(kKeyBlock, a.keys - key), a.width,
         value_panels + key * padded(a.width), 0, parts_of(a.width, kPanel));

  for (; query < query_end; query += kQueryBlock) {
    const size_t rows = smaller(kQueryBlock, query_end - query);
    float* y = out + query * a.out_row;
    for (size_t key = 0; key < a.keys; key += kKeyBlock) {
      const size_t keys = smaller(kKeyBlock, a.keys - key);
      // Whole panels, as there is room: what lies beyond the last key is 0 and nobody reads it.
      small_product(q + query * a.q_row, a.q_row, key_panels + key * a.width, rows, padded(keys), a.width, scores,
                    stride, false);
      for (size_t r = 0; r < rows; r++) {
        float* s = scores + r * stride;
        if (!plain) adjust_scores(a, batch, head, query + r, key, keys, s);
        const float top = key == 0 ? highest(s, keys, s[0]) : highest(s, keys, tops[r]);
        const float sum = exponentials(s, keys, top, factor);
        if (key > 0) {
          // What was summed under a lower top shrinks.
          float shrink[kWidth];
          store(shrink, exponential(set((tops[r] - top) * factor)));
          multiply_row(y + r * a.out_row, a.width, shrink[0]);
          sums[r] = sums[r] * shrink[0] + sum;
        } else {
          sums[r] = sum;
        }
        tops[r] = top;
      }
      small_product(scores, stride, value_panels + key * padded(a.width), rows, a.width, keys, y, a.out_row, key > 0);
    }
    for (size_t r = 0; r < rows; r++) multiply_row(y + r * a.out_row, a.width, 1.0f / sums[r]);
  }
}

size_t attention_grad_scratch(const AttentionGrad& g) {
  const Attention& a = g.forward;
  const size_t keys = padded(a.keys);
  const size_t width = padded(a.width);
  const size_t scores = a.queries * score_stride(a.keys);
  const size_t turned = a.keys * score_stride(a.queries);
  return 2 * keys * a.width + width * (a.keys + a.queries) + 2 * scores + turned + 8 * kLine;
}

/**
 * With P the weights: dV = Pᵀ dO; dP = dO Vᵀ; dS = P (dP − rows' sums of dP P); dQ = scale dS K; dK = scale dSᵀ Q.
 */
void attention_grad(const AttentionGrad& g, size_t batch, size_t head, float* scratch) {
  const Attention& a = g.forward;
  const size_t n = a.queries, m = a.keys, d = a.width;
  const float* q = a.q + batch * a.q_batch + head * d;
  const float* k = a.k + batch * a.k_batch + head * d;
  const float* v = a.v + batch * a.v_batch + head * d;
  const float* dy = g.dy + batch * g.dy_batch + head * d;
  float* dq = g.dq + batch * a.q_batch + head * d;
  float* dk = g.dk + batch * a.k_batch + head * d;
  float* dv = g.dv + batch * a.v_batch + head * d;
  const size_t stride = score_stride(m);
  const size_t turned_stride = score_stride(n);
  float* panels = scratch;
  float* others = panels + 2 * padded(m) * d;
  float* p = others + padded(d) * (m + n);
  float* ds = p + n * stride;
  float* turned = ds + n * stride;

  pack(k, a.k_row, true, d, m, panels, 0, parts_of(m, kPanel));
  pack(v, a.v_row, true, d, m, panels + padded(m) * d, 0, parts_of(m, kPanel));
  small_product(q, a.q_row, panels, n, m, d, p, stride, false);
  small_product(dy, g.dy_row, panels + padded(m) * d, n, m, d, ds, stride, false);
  float* dbias = g.dbias ? g.dbias + head * n * m : nullptr;
  for (size_t r = 0; r < n; r++) {
    float* weights = p + r * stride;
    float* slopes = ds + r * stride;
    adjust_scores(a, batch, head, r, 0, m, weights);
    const float sum = exponentials(weights, m, highest(weights, m, weights[0]));
    multiply_row(weights, m, 1.0f / sum);
    Vec along = set(0.0f);
    each_vector(m, [&](size_t i, int lanes) { along = fma(load(slopes + i, lanes), load(weights + i, lanes), along); });
    const Vec shift = set(sum_of(along));
    const Vec scale = set(a.scale);
    each_vector(m, [=](size_t i, int lanes) {
      const Vec slope = mul(load(weights + i, lanes), sub(load(slopes + i, lanes), shift));
      if (dbias) store(dbias + r * m + i, add(load(dbias + r * m + i, lanes), slope), lanes);
      store(slopes + i, mul(slope, scale), lanes);
    });
  }
  pack(k, a.k_row, false, m, d, others, 0, parts_of(d, kPanel));
  small_product(ds, stride, others, n, d, m, dq, a.q_row, false);
  transpose(ds, stride, turned, turned_stride, n, m);
  pack(q, a.q_row, false, n, d, others, 0, parts_of(d, kPanel));
  small_product(turned, turned_stride, others, m, d, n, dk, a.k_row, false);
  transpose(p, stride, turned, turned_stride, n, m);
  pack(dy, g.dy_row, false, n, d, others, 0, parts_of(d, kPanel));
  small_product(turned, turned_stride, others, m, d, n, dv, a.v_row, false);
}

}  // namespace
}  // namespace tessera
