// The inner transformer of a TNT block: a few patches at a time, whose words stay in the first cache from the first layer norm
// to the last residual.
#pragma once
#include "columns.h"
#include "rows.h"

namespace tessera {
namespace {

/** Patches that go together: whatever the number of words, their vectors fill whole panels. */
constexpr size_t kPatches = kTileVectors;

inline size_t wider(const TntInner& t) { return 3 * t.width > t.hidden ? 3 * t.width : t.hidden; }

size_t tnt_inner_scratch(const TntInner& t) {
  const size_t vectors = parts_of(t.words, kWidth);
  return vectors * (kPanel * (2 * t.width + wider(t)) + kWidth * kWidth) + kLine;
}

/** e^(scale (s − top)) of scores [keys][lane] in place, each lane by itself; one over their sum. */
inline Vec softmax_lanes(float* scores, size_t keys, Vec scale) {
  Vec top = load(scores);
  for (size_t j = 1; j < keys; j++) top = max(load(scores + j * kWidth), top);
  Vec sum = set(0.0f);
  for (size_t j = 0; j < keys; j++) {
    const Vec e = exponential(mul(sub(load(scores + j * kWidth), top), scale));
    store(scores + j * kWidth, e);
    sum = add(sum, e);
  }
  return div(set(1.0f), sum);
}

/** Attention among the words of one patch, whose first vector is `first`; qkv has 3 · width channels, mixed has width. */
void attend_words(const TntInner& t, size_t first, float* qkv, float* mixed, float* scores) {
  const size_t depth = t.width / t.heads, wide = 3 * t.width, vectors = parts_of(t.words, kWidth);
  const Vec scale = div(set(1.0f), sqrt(set(float(depth))));
  for (size_t head = 0; head < t.heads; head++) {
    const size_t offset = head * depth * kPanel;
    for (size_t query = 0; query < vectors; query++) {
      const float* q = column(qkv, wide, first + query) + offset;
      float* y = column(mixed, t.width, first + query) + offset;
      const auto each_key_vector = [&](auto work) {
        for (size_t v = 0; v < vectors; v++)
          work(column(qkv, wide, first + v) + offset, scores + v * kWidth * kWidth, smaller(kWidth, t.words - v * kWidth), v > 0);
      };
      each_key_vector([&](const float* at, float* s, size_t keys, bool) {
        column_product(at + t.width * kPanel, 1, kPanel, q, kPanel, keys, depth, s, kWidth, false);
      });
      const Vec inverse = softmax_lanes(scores, t.words, scale);
      each_key_vector([&](const float* at, const float* s, size_t keys, bool add_to) {
        column_product(at + 2 * t.width * kPanel, kPanel, 1, s, kWidth, depth, keys, y, kPanel, add_to);
      });
      for (size_t e = 0; e < depth; e++) store(y + e * kPanel, mul(load(y + e * kPanel), inverse));
    }
  }
}

/** Words of patches in row-major order to columns. */
void to_columns(const TntInner& t, size_t patch, size_t count, float* columns) {
  const size_t vectors = parts_of(t.words, kWidth);
  // Lanes that no word has take part in the arithmetic, to no effect.
  if (t.words % kWidth != 0 || count < kPatches)
    for (size_t i = 0; i < vectors * t.width * kPanel; i += kWidth) store(columns + i, set(0.0f));
  for (size_t p = 0; p < count; p++)
    for (size_t v = 0; v < vectors; v++) {
      const float* from = t.x + ((patch + p) * t.words + v * kWidth) * t.width;
      transpose(from, t.width, column(columns, t.width, p * vectors + v), kPanel, smaller(kWidth, t.words - v * kWidth), t.width);
    }
}

void from_columns(const TntInner& t, size_t patch, size_t count, float* columns, float* out) {
  const size_t vectors = parts_of(t.words, kWidth);
  for (size_t p = 0; p < count; p++)
    for (size_t v = 0; v < vectors; v++) {
      float* to = out + ((patch + p) * t.words + v * kWidth) * t.width;
      transpose(column(columns, t.width, p * vectors + v), kPanel, to, t.width, t.width, smaller(kWidth, t.words - v * kWidth));
    }
}

void tnt_inner(const TntInner& t, size_t patch, size_t patch_end, float* scratch) {
  const size_t width = t.width, vectors = parts_of(t.words, kWidth);
  const size_t panels = vectors, stride = width * kPanel, wide_stride = wider(t) * kPanel;
  float* const x = scratch;
  float* const normal = x + panels * stride;
  float* const wide = normal + panels * stride;
  float* const scores = wide + panels * wide_stride;
  const auto each_panel = [=](auto work) {
    for (size_t p = 0; p < panels; p++) work(x + p * stride, normal + p * stride, p);
  };
  for (; patch < patch_end; patch += kPatches) {
    const size_t count = smaller(kPatches, patch_end - patch);
    to_columns(t, patch, count, x);
    norm_columns(x, width, panels, t.norm_in, t.epsilon, normal);
    each_panel([&](float*, const float* from, size_t p) {
      float* qkv = wide + p * 3 * stride;
      linear_columns(from, width, t.qk, 2 * width, Activation::none, false, qkv);
      linear_columns(from, width, t.v, width, Activation::none, false, qkv + 2 * stride);
    });
    for (size_t p = 0; p < count; p++) attend_words(t, p * vectors, wide, normal, scores);
    each_panel([&](float* to, const float* mixed, size_t) {
      linear_columns(mixed, width, t.proj, width, Activation::none, true, to);
    });
    norm_columns(x, width, panels, t.norm_mlp, t.epsilon, normal);
    each_panel([&](float* to, const float* from, size_t) {
      linear_columns(from, width, t.fc1, t.hidden, t.activation, false, wide);
      linear_columns(wide, t.hidden, t.fc2, width, Activation::none, true, to);
    });
    from_columns(t, patch, count, x, t.out);
    if (t.legacy) {
      norm_columns(x, width, panels, t.norm_joined, t.epsilon, normal);
      from_columns(t, patch, count, normal, t.normal);
    } else {
      const size_t joined = t.words * width;
      layer_norm({t.out, t.norm_joined.gamma, t.norm_joined.beta, t.normal, t.patches, joined, t.epsilon}, patch, patch + count);
    }
  }
}

}  // namespace
}  // namespace tessera
