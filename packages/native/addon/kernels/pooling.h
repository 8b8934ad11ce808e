// Largest values and means of windows.
#pragma once
#include <math.h>

#include "product.h"

namespace tessera {
namespace {

void pool(const Pooling& p, size_t first, size_t last) {
  const Windows& w = p.windows;
  for (size_t i = first; i < last; i++) {
    const size_t column = i % w.grid[1], row = i / w.grid[1] % w.grid[0], batch = i / w.grid[1] / w.grid[0];
    const float* image = p.x + batch * w.height * w.width * w.channels;
    each_vector(w.channels, [=, &w](size_t c, int lanes) {
      Vec all = set(p.average ? 0.0f : -INFINITY);
      size_t count = 0;
      for (size_t dy = 0; dy < w.size[0]; dy++) {
        // Above and left of the image wraps round to a huge number, which lies outside too.
        const size_t y = row * w.stride[0] + dy * w.dilation[0] - w.padding[0];
        if (y >= w.height) continue;
        for (size_t dx = 0; dx < w.size[1]; dx++) {
          const size_t x = column * w.stride[1] + dx * w.dilation[1] - w.padding[1];
          if (x >= w.width) continue;
          const Vec v = load(image + (y * w.width + x) * w.channels + c, lanes);
          all = p.average ? add(all, v) : max(v, all);
          count++;
        }
      }
      store(p.out + i * w.channels + c, p.average ? div(all, set(float(count))) : all, lanes);
    });
  }
}

}  // namespace
}  // namespace tessera
