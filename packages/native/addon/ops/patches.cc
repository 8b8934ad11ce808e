// Images to patches and back.
#include <algorithm>

#include "../ops.h"
#include "work.h"

namespace tessera {

namespace {

/** Columns [first, last) of a patch lie inside of the image, from its column `start` on, which may be negative. */
struct Inside {
  size_t first, last;
  ptrdiff_t start;

  Inside(const Patches& p, size_t column) : start(ptrdiff_t(column * p.stride[1]) - ptrdiff_t(p.padding[1])) {
    const ptrdiff_t width = ptrdiff_t(p.patch[1]);
    first = size_t(std::max<ptrdiff_t>(0, std::min(-start, width)));
    last = std::max(first, size_t(std::max<ptrdiff_t>(0, std::min(ptrdiff_t(p.width) - start, width))));
  }
};

/** One row of a patch, its channels apart: out[channel][x] = line[x][channel], zeros where x lies outside of the line. */
void copy_patch_row(const Patches& p, const float* line, size_t column, float* out) {
  const size_t width = p.patch[1], area = p.patch[0] * width;
  const Inside inside(p, column);
  const size_t first = line ? inside.first : width, last = line ? inside.last : width;
  for (size_t c = 0; c < p.channels; c++, out += area) {
    std::fill(out, out + first, 0.0f);
    std::fill(out + last, out + width, 0.0f);
    if (first == last) continue;
    const float* from = line + (inside.start + ptrdiff_t(first)) * ptrdiff_t(p.channels) + c;
    for (size_t dx = first; dx < last; dx++, from += p.channels) out[dx] = *from;
  }
}

/** line[x][channel] += row[channel][x] */
void add_patch_row(const Patches& p, const float* row, size_t column, float* line) {
  const size_t area = p.patch[0] * p.patch[1];
  const Inside inside(p, column);
  if (inside.first == inside.last) return;
  for (size_t c = 0; c < p.channels; c++, row += area) {
    float* to = line + (inside.start + ptrdiff_t(inside.first)) * ptrdiff_t(p.channels) + c;
    for (size_t dx = inside.first; dx < inside.last; dx++, to += p.channels) *to += row[dx];
  }
}

size_t size_of(const Patches& p) { return p.patch[0] * p.patch[1] * p.channels; }

}  // namespace

void patchify(const Patches& p, const float* image, float* out) {
  const size_t size = size_of(p);
  const size_t count = size == 0 ? 0 : p.batch * p.grid[0] * p.grid[1];
  divided(count, pieces_for(count * size, kSmallMap), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      const size_t column = i % p.grid[1], row = i / p.grid[1] % p.grid[0], batch = i / p.grid[1] / p.grid[0];
      for (size_t dy = 0; dy < p.patch[0]; dy++) {
        // Above the image wraps round to a huge number, which lies outside too.
        const size_t y = row * p.stride[0] + dy - p.padding[0];
        const float* line = image + (batch * p.height + y) * p.width * p.channels;
        copy_patch_row(p, y < p.height ? line : nullptr, column, out + i * size + dy * p.patch[1]);
      }
    }
  });
}

void patchify_grad(const Patches& p, const float* dy, float* image) {
  const size_t size = size_of(p), length = p.width * p.channels;
  const size_t rows = length == 0 ? 0 : p.batch * p.height;
  // A line of an image belongs to one thread, which adds what all patches have of it.
  divided(rows, pieces_for(p.batch * p.grid[0] * p.grid[1] * size, kSmallMap), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      float* line = image + i * length;
      std::fill(line, line + length, 0.0f);
      if (p.grid[1] == 0) continue;
      const size_t batch = i / p.height, y = i % p.height + p.padding[0];
      for (size_t row = 0; row < p.grid[0] && row * p.stride[0] <= y; row++) {
        const size_t within = y - row * p.stride[0];
        if (within >= p.patch[0]) continue;
        const float* patches = dy + (batch * p.grid[0] + row) * p.grid[1] * size + within * p.patch[1];
        for (size_t column = 0; column < p.grid[1]; column++) add_patch_row(p, patches + column * size, column, line);
      }
    }
  });
}

}  // namespace tessera
