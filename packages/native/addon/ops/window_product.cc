// Convolutions as products: a piece of the windows is laid out in rows in the cache, and multiplied there.
#include "../isa.h"
#include "../ops.h"
#include "window_rows.h"
#include "work.h"

namespace tessera {

namespace {

/** Rows of all sets' tiles fit in so many. */
constexpr size_t kRows = 42;
/** Floats of rows that leave room in the second cache for what they are multiplied with. */
constexpr size_t kRowFloats = 3 << 15;

/** Windows to lay out at once. */
size_t piece_rows(size_t count, size_t k, size_t threads) {
  const size_t fit = kRowFloats / std::max<size_t>(1, k);
  const size_t rows = fit >= kRows ? std::min<size_t>(4, fit / kRows) * kRows : std::max<size_t>(14, fit);
  return std::max<size_t>(1, std::min(rows, parts(count, threads)));
}

/** Rows a multiple of 2 KiB apart would push each other out of the cache. */
size_t spread_length(size_t k) { return k % 512 == 0 ? k + 16 : k; }

bool are_pixels(const Windows& w) {
  for (int axis = 0; axis < 2; axis++)
    if (w.size[axis] != 1 || w.stride[axis] != 1 || w.padding[axis] != 0) return false;
  return w.grid[0] == w.height && w.grid[1] == w.width;
}

/** Rows of windows [first, first + count) to their pixels. */
void place(const WindowProduct& p, const float* rows, size_t first, size_t count) {
  const Windows& w = p.windows;
  for (size_t i = first; i < first + count; i++, rows += p.n) {
    const size_t column = i % w.grid[1], row = i / w.grid[1] % w.grid[0], batch = i / w.grid[1] / w.grid[0];
    const size_t y = row * p.step[0] + p.start[0], x = column * p.step[1] + p.start[1];
    std::memcpy(p.out + ((batch * p.out_size[0] + y) * p.out_size[1] + x) * p.n, rows, p.n * sizeof(float));
  }
}

}  // namespace

void multiply_windows(const WindowProduct& w) {
  const size_t count = window_count(w.windows), k = window_size(w.windows);
  if (count == 0 || w.n == 0) return;
  const Kernels& kernel = kernels();
  const size_t threads = Pool::shared().threads(), panels = parts(w.n, kernel.panel);
  const size_t rows = piece_rows(count, k, threads), pieces = parts(count, rows), ld = spread_length(k);
  const bool copied = k > 0 && !are_pixels(w.windows), placed = w.out_size[0] != 0;
  // Few windows: each thread takes some of the panels too.
  const size_t cuts = pieces >= threads || placed ? 1 : std::min(panels, parts(2 * threads, pieces));
  Pool::shared().run(pieces * cuts, [&](size_t item) {
    const size_t piece = item / cuts, cut = item % cuts;
    const size_t first = piece * rows, height = std::min(rows, count - first);
    const size_t laid = copied ? parts(height * ld, 16) * 16 : 0, kept = placed ? parts(height * w.n, 16) * 16 : 0;
    float* windows = scratch(laid + kept + kernel.product_scratch(height, k));
    float* products = windows + laid;
    if (copied) copy_windows(w.windows, w.x, first, first + height, windows, ld);
    Product p;
    p.a = {copied ? windows : w.x + first * k};
    p.lda = copied ? ld : k;
    p.k = k;
    p.b = {w.panels, Format::f32, Layout::panels};
    p.m = height;
    p.n = p.ldc = w.n;
    p.c = {placed ? products : w.out + first * w.n};
    p.epilogue = w.epilogue;
    kernel.product(p, 0, height, panels * cut / cuts, panels * (cut + 1) / cuts, products + kept);
    if (placed) place(w, products, first, height);
  });
}

}  // namespace tessera
