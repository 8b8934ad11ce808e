// Largest values and means of windows.
#pragma once
#include <math.h>

#include "product.h"

namespace tessera {
namespace {

/** Places of a window, [begin, end), that lie inside of the image along one axis. */
struct Span {
  size_t begin, end;
};

inline Span inside(const Windows& w, int axis, size_t window) {
  const size_t start = window * w.stride[axis], before = w.padding[axis], step = w.dilation[axis];
  const size_t past = (axis == 0 ? w.height : w.width) + before;
  const size_t begin = start >= before ? 0 : parts_of(before - start, step);
  const size_t end = start >= past ? 0 : smaller(w.size[axis], parts_of(past - start, step));
  return {begin, end < begin ? begin : end};
}

void pool(const Pooling& p, size_t first, size_t last) {
  const Windows& w = p.windows;
  for (size_t i = first; i < last; i++) {
    const size_t column = i % w.grid[1], row = i / w.grid[1] % w.grid[0], batch = i / w.grid[1] / w.grid[0];
    const float* image = p.x + batch * w.height * w.width * w.channels;
    const Span rows = inside(w, 0, row), columns = inside(w, 1, column);
    const Vec count = set(float((rows.end - rows.begin) * (columns.end - columns.begin)));
    each_vector(w.channels, [=, &w](size_t c, int lanes) {
      Vec all = set(p.average ? 0.0f : -INFINITY);
      for (size_t dy = rows.begin; dy < rows.end; dy++) {
        const size_t y = row * w.stride[0] + dy * w.dilation[0] - w.padding[0];
        for (size_t dx = columns.begin; dx < columns.end; dx++) {
          const size_t x = column * w.stride[1] + dx * w.dilation[1] - w.padding[1];
          const Vec v = load(image + (y * w.width + x) * w.channels + c, lanes);
          all = p.average ? add(all, v) : max(v, all);
        }
      }
      store(p.out + i * w.channels + c, p.average ? div(all, count) : all, lanes);
    });
  }
}

}  // namespace
}  // namespace tessera
