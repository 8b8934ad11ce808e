// Convolutions of each channel by itself, with PyTorch's weights, and their gradients.
#include <algorithm>

#include "../isa.h"
#include "../ops.h"
#include "window_rows.h"
#include "work.h"

namespace tessera {

namespace {

/** Rows of windows with anything to compute. */
size_t rows_of(const Windows& w) { return w.grid[1] * w.channels == 0 ? 0 : w.batch * w.grid[0]; }

/** Pieces for the threads: a multiply-add a tap. */
size_t row_pieces(const Windows& w) { return pieces_for(window_count(w) * window_size(w), kSmallProduct); }

/** A weight [channels][taps] as the kernel reads it: [taps][channels]. */
float* turned(const float* weight, size_t channels, size_t taps) {
  float* filter = shared_scratch(taps * channels);
  kernels().transpose(weight, taps, filter, channels, channels, taps);
  return filter;
}

void convolve_rows(const Depthwise& d) {
  const Kernels& kernel = kernels();
  divided(rows_of(d.windows), row_pieces(d.windows), 1, [&](size_t row, size_t end) { kernel.depthwise(d, row, end); });
}

}  // namespace

void depthwise(Depthwise d) {
  if (rows_of(d.windows) == 0) return;
  d.filter = turned(d.filter, d.windows.channels, d.windows.size[0] * d.windows.size[1]);
  convolve_rows(d);
}

void depthwise_grad_x(const Windows& w, const float* dy, const float* weight, float* dx) {
  if (w.channels == 0) return;
  const size_t taps = w.size[0] * w.size[1];
  // Each pixel has been in the windows about it, in the last first.
  float* filter = turned(weight, w.channels, taps);
  for (size_t tap = 0; tap < taps / 2; tap++) {
    float* row = filter + tap * w.channels;
    std::swap_ranges(row, row + w.channels, filter + (taps - 1 - tap) * w.channels);
  }
  Depthwise d = {};
  d.windows = {w.batch, w.grid[0], w.grid[1], w.channels, {w.size[0], w.size[1]}, {1, 1},
               {w.size[0] - 1 - w.padding[0], w.size[1] - 1 - w.padding[1]}, {1, 1}, {w.height, w.width}};
  d.x = dy;
  d.filter = filter;
  d.out = dx;
  convolve_rows(d);
}

void depthwise_grad_weight(const Windows& w, const float* dy, const float* x, float* dweight) {
  if (w.channels == 0) return;
  // Pieces that are summed apart depend on the shape alone, so that sums come out the same whatever the threads.
  constexpr size_t kPieces = 32;
  const size_t taps = w.size[0] * w.size[1], size = taps * w.channels, rows = rows_of(w);
  const size_t pieces = std::min(kPieces, rows);
  const Kernels& kernel = kernels();
  float* partial = shared_scratch((pieces + 1) * size);
  divided(pieces, row_pieces(w), 1, [&](size_t piece, size_t end) {
    for (; piece < end; piece++)
      kernel.depthwise_products(w, dy, x, rows * piece / pieces, rows * (piece + 1) / pieces, partial + piece * size);
  });
  float* sums = partial + pieces * size;
  kernel.sum_rows(partial, sums, pieces, size, 0, size);
  kernel.transpose(sums, w.channels, dweight, taps, taps, w.channels);
}

}  // namespace tessera
