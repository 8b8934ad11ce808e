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

void max_pool_grad(const MaxPoolGrad& g, size_t batch) {
  const Windows& w = g.windows;
  const size_t image = w.height * w.width * w.channels;
  const float* x = g.x + batch * image;
  float* dx = g.dx + batch * image;
  for (size_t i = 0; i < image; i++) dx[i] = 0;
  const bool disjoint = w.stride[0] >= w.size[0] && w.stride[1] >= w.size[1];
  for (size_t row = 0; row < w.grid[0]; row++) {
    const Span rows = inside(w, 0, row);
    for (size_t column = 0; column < w.grid[1]; column++) {
      const Span columns = inside(w, 1, column);
      const float* dy = g.dy + ((batch * w.grid[0] + row) * w.grid[1] + column) * w.channels;
      const auto each_pixel = [&](auto f) {
        for (size_t i = rows.begin; i < rows.end; i++) {
          const size_t y = row * w.stride[0] + i * w.dilation[0] - w.padding[0];
          for (size_t j = columns.begin; j < columns.end; j++)
            f((y * w.width + column * w.stride[1] + j * w.dilation[1] - w.padding[1]) * w.channels);
        }
      };
      each_vector(w.channels, [&](size_t c, int lanes) {
        Vec top = set(-INFINITY);
        each_pixel([&](size_t at) { top = max(load(x + at + c, lanes), top); });
        Vec left = load(dy + c, lanes);
        each_pixel([&](size_t at) {
          const Vec v = load(x + at + c, lanes), zero = set(0.0f);
          float* to = dx + at + c;
          const Vec share = select_less(v, top, zero, left);
          left = select_less(v, top, left, zero);
          store(to, disjoint ? share : add(load(to, lanes), share), lanes);
        });
      });
    }
  }
}

}  // namespace
}  // namespace tessera
