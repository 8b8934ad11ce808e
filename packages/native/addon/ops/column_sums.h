// Sums over rows for each column, by blocks of rows that depend on the shape alone, so that they come out the same whatever the
// threads.
#pragma once
#include <vector>

#include "work.h"

namespace tessera {

/** Rows of a block: what stays in a near cache from one pass to the next, and is few enough to be summed in floats. */
inline size_t block_rows(size_t width) { return std::max<size_t>(1, std::min<size_t>(64, (1 << 13) / width)); }

/** work(begin, end, a, b) on blocks of rows, a and b [width]; then both, summed over the blocks in order. */
template <class F>
void sum_blocks(size_t rows, size_t width, std::vector<double>& a, std::vector<double>& b, const F& work) {
  const size_t height = block_rows(width), blocks = parts(rows, height);
  float* partial = shared_scratch(2 * blocks * width);
  divided(blocks, pieces_for(rows * width, kSmallMap), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      float* own = partial + 2 * i * width;
      work(i * height, std::min(rows, (i + 1) * height), own, own + width);
    }
  });
  a.assign(width, 0);
  b.assign(width, 0);
  for (size_t i = 0; i < blocks; i++)
    for (size_t c = 0; c < width; c++) {
      a[c] += double(partial[2 * i * width + c]);
      b[c] += double(partial[(2 * i + 1) * width + c]);
    }
}

}  // namespace tessera
