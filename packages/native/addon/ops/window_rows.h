// Windows of images laid out in rows, for products.
#pragma once
#include <algorithm>
#include <cstring>

#include "../kernels.h"

namespace tessera {

inline size_t window_size(const Windows& w) { return w.size[0] * w.size[1] * w.channels; }
inline size_t window_count(const Windows& w) { return w.batch * w.grid[0] * w.grid[1]; }

/** One row of a window: columns inside of the image in one piece where they lie beside each other, zeros outside. */
inline void copy_window_row(const Windows& w, const float* line, size_t column, float* out) {
  for (size_t dx = 0; dx < w.size[1];) {
    // Left of the image wraps round to a huge number, which lies outside too.
    const size_t x = column * w.stride[1] + dx * w.dilation[1] - w.padding[1];
    size_t run = 1;
    if (x < w.width) {
      if (w.dilation[1] == 1) run = std::min(w.size[1] - dx, w.width - x);
      std::memcpy(out + dx * w.channels, line + x * w.channels, run * w.channels * sizeof(float));
    } else {
      std::fill_n(out + dx * w.channels, w.channels, 0.0f);
    }
    dx += run;
  }
}

/** Windows [first, last), each [size][size][channels], `ld` floats apart. */
inline void copy_windows(const Windows& w, const float* images, size_t first, size_t last, float* to, size_t ld) {
  size_t column = first % w.grid[1], row = first / w.grid[1] % w.grid[0], batch = first / w.grid[1] / w.grid[0];
  const size_t length = w.size[1] * w.channels;
  for (size_t i = first; i < last; i++, to += ld) {
    float* out = to;
    const float* image = images + batch * w.height * w.width * w.channels;
    for (size_t dy = 0; dy < w.size[0]; dy++, out += length) {
      const size_t y = row * w.stride[0] + dy * w.dilation[0] - w.padding[0];
      if (y < w.height) copy_window_row(w, image + y * w.width * w.channels, column, out);
      else std::fill_n(out, length, 0.0f);
    }
    if (++column < w.grid[1]) continue;
    column = 0;
    if (++row < w.grid[0]) continue;
    row = 0;
    batch++;
  }
}

}  // namespace tessera
