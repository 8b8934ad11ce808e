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
        std::memmove(to + row * inner, from + row * columns * inner, inner * sizeof(float));
    }
  });
}

void copy_runs(const float* x, size_t step_x, float* out, size_t step_out, size_t pieces, size_t run) {
  divided(pieces, pieces_for(pieces * run, kSmallMap), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) std::memmove(out + i * step_out, x + i * step_x, run * sizeof(float));
  });
}

void gather(const Gather& g) {
  const size_t slices = g.batch * g.outer * g.count;
  divided(slices, pieces_for(slices * g.inner, kSmallMap), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      const size_t outer = i / g.count, index = size_t(g.indices[outer / g.outer * g.count + i % g.count]);
      std::memmove(g.out + i * g.inner, g.x + (outer * g.length + index) * g.inner, g.inner * sizeof(float));
    }
  });
}

}  // namespace tessera
