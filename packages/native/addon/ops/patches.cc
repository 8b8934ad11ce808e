// Images to patches and back.
#include <algorithm>

#include "../ops.h"
#include "window_rows.h"
#include "work.h"

namespace tessera {

namespace {

/** Columns [first, last) of a patch lie inside of the image, from its column `start` on, which may be negative. */
struct Inside {
  size_t first, last;
  ptrdiff_t start;

  Inside(const Windows& w, size_t column) : start(ptrdiff_t(column * w.stride[1]) - ptrdiff_t(w.padding[1])) {
    const ptrdiff_t width = ptrdiff_t(w.size[1]);
    first = size_t(std::max<ptrdiff_t>(0, std::min(-start, width)));
    last = std::max(first, size_t(std::max<ptrdiff_t>(0, std::min(ptrdiff_t(w.width) - start, width))));
  }
};

/** One row of a patch, its channels apart: out[channel][x] = line[x][channel], zeros where x lies outside of the line. */
void copy_patch_row(const Windows& w, const float* line, size_t column, float* out) {
  const size_t width = w.size[1], area = w.size[0] * width;
  const Inside inside(w, column);
  const size_t first = line ? inside.first : width, last = line ? inside.last : width;
  for (size_t c = 0; c < w.channels; c++, out += area) {
    std::fill(out, out + first, 0.0f);
    std::fill(out + last, out + width, 0.0f);
    if (first == last) continue;
    const float* from = line + (inside.start + ptrdiff_t(first)) * ptrdiff_t(w.channels) + c;
    for (size_t dx = first; dx < last; dx++, from += w.channels) out[dx] = *from;
  }
}

/** line[x][channel] += row[channel][x] */
void add_patch_row(const Windows& w, const float* row, size_t column, float* line) {
  const size_t area = w.size[0] * w.size[1];
  const Inside inside(w, column);
  if (inside.first == inside.last) return;
  for (size_t c = 0; c < w.channels; c++, row += area) {
    float* to = line + (inside.start + ptrdiff_t(inside.first)) * ptrdiff_t(w.channels) + c;
    for (size_t dx = inside.first; dx < inside.last; dx++, to += w.channels) *to += row[dx];
  }
}

}  // namespace

void patchify(const Windows& w, const float* image, float* out) {
  const size_t size = window_size(w);
  const size_t count = size == 0 ? 0 : w.batch * w.grid[0] * w.grid[1];
  divided(count, pieces_for(count * size, kSmallMap), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      const size_t column = i % w.grid[1], row = i / w.grid[1] % w.grid[0], batch = i / w.grid[1] / w.grid[0];
      for (size_t dy = 0; dy < w.size[0]; dy++) {
        // Above the image wraps round to a huge number, which lies outside too.
        const size_t y = row * w.stride[0] + dy - w.padding[0];
        const float* line = y < w.height ? image + (batch * w.height + y) * w.width * w.channels : nullptr;
        copy_patch_row(w, line, column, out + i * size + dy * w.size[1]);
      }
    }
  });
}

void patchify_grad(const Windows& w, const float* dy, float* image) {
  const size_t size = window_size(w), length = w.width * w.channels;
  const size_t rows = length == 0 ? 0 : w.batch * w.height;
  if (window_count(w) * size == 0) return std::fill(image, image + rows * length, 0.0f);
  // A line of an image belongs to one thread, which adds what all patches have of it.
  divided(rows, pieces_for(w.batch * w.grid[0] * w.grid[1] * size, kSmallMap), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      float* line = image + i * length;
      std::fill(line, line + length, 0.0f);
      const size_t batch = i / w.height, y = i % w.height + w.padding[0];
      for (size_t row = 0; row < w.grid[0] && row * w.stride[0] <= y; row++) {
        const size_t within = y - row * w.stride[0];
        if (within >= w.size[0]) continue;
        const float* patches = dy + (batch * w.grid[0] + row) * w.grid[1] * size + within * w.size[1];
        for (size_t column = 0; column < w.grid[1]; column++) add_patch_row(w, patches + column * size, column, line);
      }
    }
  });
}

}  // namespace tessera
