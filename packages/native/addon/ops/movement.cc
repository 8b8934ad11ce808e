#include <algorithm>
#include <cstring>

#include "../isa.h"
#include "../ops.h"
#include "work.h"

namespace tessera {

void swap_axes(const float* x, float* out, size_t batch, size_t rows, size_t columns, size_t inner) {
  const Kernels& kernel = kernels();
  const size_t whole = rows * columns * inner;
  if (inner == 1) {
    // Columns of one batch are rows of the output, so they can be cut.
    divided(batch * columns, pieces_for(batch * whole, kSmallMap), 16, [&](size_t begin, size_t end) {
      while (begin < end) {
        const size_t b = begin / columns, column = begin % columns;
        const size_t count = std::min(end - begin, columns - column);
        kernel.transpose(x + b * whole + column, columns, out + b * whole + column * rows, rows, rows, count);
        begin += count;
      }
    });
    return;
  }
  divided(batch * columns, pieces_for(batch * whole, kSmallMap), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      const float* from = x + i / columns * whole + i % columns * inner;
      float* to = out + i * rows * inner;
      for (size_t row = 0; row < rows; row++)
        std::memcpy(to + row * inner, from + row * columns * inner, inner * sizeof(float));
    }
  });
}

void copy_runs(const float* x, size_t step_x, float* out, size_t step_out, size_t pieces, size_t run) {
  divided(pieces, pieces_for(pieces * run, kSmallMap), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) std::memcpy(out + i * step_out, x + i * step_x, run * sizeof(float));
  });
}

void gather(const Gather& g) {
  const size_t slices = g.batch * g.outer * g.count;
  divided(slices, pieces_for(slices * g.inner, kSmallMap), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      const size_t outer = i / g.count, index = size_t(g.indices[outer / g.outer * g.count + i % g.count]);
      std::memcpy(g.out + i * g.inner, g.x + (outer * g.length + index) * g.inner, g.inner * sizeof(float));
    }
  });
}

namespace {

/** One row of a patch, its channels apart: out[channel][x] = line[x][channel], zeros where x lies outside of the line. */
void copy_patch_row(const Patchify& p, const float* line, size_t column, float* out) {
  const size_t width = p.patch[1], area = p.patch[0] * width;
  // Left of the image is negative. Columns [first, last) of the patch lie inside.
  const ptrdiff_t start = ptrdiff_t(column * p.stride[1]) - ptrdiff_t(p.padding[1]);
  const auto within = [=](ptrdiff_t x) { return size_t(std::max<ptrdiff_t>(0, std::min<ptrdiff_t>(x, ptrdiff_t(width)))); };
  const size_t first = line ? within(-start) : width, last = line ? std::max(first, within(ptrdiff_t(p.width) - start)) : width;
  for (size_t c = 0; c < p.channels; c++, out += area) {
    std::fill(out, out + first, 0.0f);
    std::fill(out + last, out + width, 0.0f);
    if (first == last) continue;
    const float* from = line + (start + ptrdiff_t(first)) * ptrdiff_t(p.channels) + c;
    for (size_t dx = first; dx < last; dx++, from += p.channels) out[dx] = *from;
  }
}

}  // namespace

void patchify(const Patchify& p) {
  const size_t size = p.patch[0] * p.patch[1] * p.channels;
  const size_t count = size == 0 ? 0 : p.batch * p.grid[0] * p.grid[1];
  divided(count, pieces_for(count * size, kSmallMap), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      const size_t column = i % p.grid[1], row = i / p.grid[1] % p.grid[0], batch = i / p.grid[1] / p.grid[0];
      for (size_t dy = 0; dy < p.patch[0]; dy++) {
        // Above the image wraps round to a huge number, which lies outside too.
        const size_t y = row * p.stride[0] + dy - p.padding[0];
        const float* line = p.image + (batch * p.height + y) * p.width * p.channels;
        copy_patch_row(p, y < p.height ? line : nullptr, column, p.out + i * size + dy * p.patch[1]);
      }
    }
  });
}

}  // namespace tessera
