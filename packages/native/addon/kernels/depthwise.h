// Convolutions of each channel by itself: vectors of channels, and windows side by side that share what is read of the filter.
#pragma once
#include "batch_norm.h"
#include "elementwise.h"
#include "pooling.h"

namespace tessera {
namespace {

/** Windows at once: their sums take turns in the units that multiply. */
constexpr size_t kDepthwiseWindows = 4;

/** Windows [column, column + Count) of a row, of which the same taps lie inside of the image. */
template <int Count>
void depthwise_windows(const Depthwise& d, const float* image, size_t row, size_t column, Span rows, Span columns, float* out) {
  const Windows& w = d.windows;
  each_vector(w.channels, [=, &d, &w](size_t c, int lanes) {
    Vec sums[Count];
    each_of<Count>([&](int i) { sums[i] = d.bias ? load(d.bias + c, lanes) : set(0.0f); });
    for (size_t dy = rows.begin; dy < rows.end; dy++) {
      const size_t y = row + dy - w.padding[0], x = column + columns.begin - w.padding[1];
      const float* pixels = image + (y * w.width + x) * w.channels + c;
      const float* taps = d.filter + (dy * w.size[1] + columns.begin) * w.channels + c;
      for (size_t dx = columns.begin; dx < columns.end; dx++, pixels += w.channels, taps += w.channels) {
        const Vec tap = load(taps, lanes);
        each_of<Count>([&](int i) { sums[i] = fma(load(pixels + size_t(i) * w.channels, lanes), tap, sums[i]); });
      }
    }
    each_of<Count>([&](int i) { store(out + size_t(i) * w.channels + c, sums[i], lanes); });
  });
}

void depthwise(const Depthwise& d, size_t row, size_t row_end) {
  const Windows& w = d.windows;
  const auto is_whole = [&](Span span) { return span.begin == 0 && span.end == w.size[1]; };
  for (; row < row_end; row++) {
    const size_t down = row % w.grid[0];
    const float* image = d.x + row / w.grid[0] * w.height * w.width * w.channels;
    float* out = d.out + row * w.grid[1] * w.channels;
    const Span rows = inside(w, 0, down);
    for (size_t column = 0, count; column < w.grid[1]; column += count, out += count * w.channels) {
      const Span columns = inside(w, 1, column), none = {0, 0};
      const size_t last = column + kDepthwiseWindows - 1;
      const bool wide = last < w.grid[1] && is_whole(columns) && is_whole(inside(w, 1, last));
      count = wide ? kDepthwiseWindows : 1;
      if (wide) depthwise_windows<kDepthwiseWindows>(d, image, down, column, rows, columns, out);
      else depthwise_windows<1>(d, image, down, column, columns.begin < columns.end ? rows : none, columns, out);
      // While they are in the first cache.
      if (d.activation != Activation::none) activate(d.activation, out, out, count * w.channels);
    }
  }
}

/** sums [channel] += Σ a · b over `count` pixels, for the channels of so many vectors. */
template <int Count>
inline void add_products(const float* a, const float* b, size_t channels, size_t count, float* sums, int lanes) {
  Vec all[Count];
  each_of<Count>([&](int i) { all[i] = load(sums + i * kWidth, lanes); });
  for (size_t n = 0; n < count; n++, a += channels, b += channels)
    each_of<Count>([&](int i) { all[i] = fma(load(a + i * kWidth, lanes), load(b + i * kWidth, lanes), all[i]); });
  each_of<Count>([&](int i) { store(sums + i * kWidth, all[i], lanes); });
}

void depthwise_products(const Windows& w, const float* dy, const float* x, size_t row, size_t row_end, float* sums) {
  constexpr size_t kWide = 4 * kWidth;
  const size_t line = w.width * w.channels;
  for (size_t i = 0; i < w.size[0] * w.size[1] * w.channels; i++) sums[i] = 0;
  for (; row < row_end; row++) {
    const size_t down = row % w.grid[0];
    const float* slopes = dy + row * w.grid[1] * w.channels;
    const Span rows = inside(w, 0, down);
    for (size_t c = 0, step; c < w.channels; c += step) {
      step = w.channels - c < kWide ? kWidth : kWide;
      const int lanes = int(smaller(kWidth, w.channels - c));
      for (size_t tap_row = rows.begin; tap_row < rows.end; tap_row++) {
        const float* pixels = x + (row / w.grid[0] * w.height + down + tap_row - w.padding[0]) * line;
        for (size_t tap = 0; tap < w.size[1]; tap++) {
          // Windows whose tap lies inside of the image.
          const size_t before = w.padding[1], begin = tap < before ? before - tap : 0;
          const size_t end = tap < w.width + before ? smaller(w.grid[1], w.width + before - tap) : 0;
          if (begin >= end) continue;
          const float* a = slopes + begin * w.channels + c;
          const float* b = pixels + (begin + tap - before) * w.channels + c;
          float* to = sums + (tap_row * w.size[1] + tap) * w.channels + c;
          if (step == kWide) add_products<4>(a, b, w.channels, end - begin, to, kWidth);
          else add_products<1>(a, b, w.channels, end - begin, to, lanes);
        }
      }
    }
  }
}

}  // namespace
}  // namespace tessera
