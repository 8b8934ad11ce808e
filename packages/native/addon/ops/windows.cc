// Convolutions, as products with the windows laid out in rows, and pooling.
#include <cstring>

#include "../isa.h"
#include "../ops.h"
#include "work.h"

namespace tessera {

namespace {

/** One row of a window: columns inside of the image in one piece where they lie beside each other, zeros outside. */
void copy_window_row(const Windows& w, const float* line, size_t column, float* out) {
  for (size_t dx = 0; dx < w.size[1];) {
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

/** Window i, [size][size][channels]. */
void copy_window(const Windows& w, const float* images, size_t i, float* out) {
  const size_t column = i % w.grid[1], row = i / w.grid[1] % w.grid[0], batch = i / w.grid[1] / w.grid[0];
  const size_t line = w.size[1] * w.channels;
  for (size_t dy = 0; dy < w.size[0]; dy++, out += line) {
    // Above the image wraps round to a huge number, which lies outside too.
    const size_t y = row * w.stride[0] + dy * w.dilation[0] - w.padding[0];
    if (y < w.height) copy_window_row(w, images + (batch * w.height + y) * w.width * w.channels, column, out);
    else std::fill_n(out, line, 0.0f);
  }
}

}  // namespace

void convolve(const Convolution& c) {
  const Windows& w = c.windows;
  const size_t count = w.batch * w.grid[0] * w.grid[1], k = w.size[0] * w.size[1] * w.channels;
  if (count == 0 || c.out_channels == 0) return;
  const Kernels& kernel = kernels();
  float* packed = shared_scratch(packed_size(k, c.out_channels) + 16);
  pack(c.filter, false, k, c.out_channels, packed, nullptr);
  // As many windows at once as the second cache holds.
  const size_t rows = std::max<size_t>(1, std::min<size_t>(112, (1 << 17) / std::max<size_t>(1, k)));
  Pool::shared().run(parts(count, rows), [&](size_t item) {
    const size_t first = item * rows, height = std::min(rows, count - first);
    float* windows = scratch(height * k + kernel.product_scratch(height, k) + 16);
    for (size_t i = 0; i < height; i++) copy_window(w, c.x, first + i, windows + i * k);
    Product p;
    p.a = windows;
    p.lda = p.k = k;
    p.b = packed;
    p.m = height;
    p.n = p.ldc = c.out_channels;
    p.c = c.out + first * c.out_channels;
    kernel.product(p, 0, height, 0, parts(p.n, kernel.panel), windows + parts(height * k, 16) * 16);
  });
}

void pool(const Pooling& p) {
  const Windows& w = p.windows;
  const Kernels& kernel = kernels();
  const size_t count = w.channels == 0 ? 0 : w.batch * w.grid[0] * w.grid[1];
  divided(count, pieces_for(count * w.channels * w.size[0] * w.size[1], kSmallMap), 1,
          [&](size_t begin, size_t end) { kernel.pool(p, begin, end); });
}

}  // namespace tessera
