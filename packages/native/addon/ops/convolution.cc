// Convolutions with PyTorch's weights, and their gradients.
#include <vector>

#include "../isa.h"
#include "../ops.h"
#include "window_rows.h"
#include "work.h"

namespace tessera {

namespace {

size_t greatest_divisor(size_t a, size_t b) { return b == 0 ? a : greatest_divisor(b, a % b); }

/** out[tap][o][i] = weight[o][i][tap], the outputs `ld` floats apart and taps `step`. */
void turn_weight(const float* weight, size_t outs, size_t ins, size_t taps, float* out, size_t ld, size_t step) {
  const Kernels& kernel = kernels();
  divided(outs, pieces_for(outs * ins * taps, kSmallMap), 1, [&](size_t o, size_t end) {
    for (; o < end; o++) kernel.transpose(weight + o * ins * taps, taps, out + o * ld, step, ins, taps);
  });
}

/** Along one axis: what the pixels y ≡ phase (mod stride) of x are made of, as windows of stride 1 on dy. */
struct Phase {
  size_t pixels;
  /** Of the weight, in the order of dy's pixels. */
  std::vector<size_t> taps;
  size_t dilation, padding;

  Phase(const Windows& w, int axis, size_t phase) {
    const size_t stride = w.stride[axis], length = axis == 0 ? w.height : w.width;
    pixels = (length + stride - 1 - phase) / stride;
    dilation = w.dilation[axis] / greatest_divisor(stride, w.dilation[axis]);
    padding = 0;
    // Pixel y of x is in tap t of window i if y + padding = i · stride + t · dilation. Later taps are of earlier windows.
    for (size_t t = w.size[axis]; t-- > 0;) {
      const ptrdiff_t offset = ptrdiff_t(phase + w.padding[axis]) - ptrdiff_t(t * w.dilation[axis]);
      if (offset % ptrdiff_t(stride) != 0) continue;
      if (taps.empty()) padding = size_t(-(offset / ptrdiff_t(stride)));
      taps.push_back(t);
    }
  }
};

}  // namespace

void pack_convolution(const float* weight, size_t outs, size_t ins, size_t taps, float* panels) {
  if (outs * ins * taps == 0) return;
  if (taps == 1) return pack(weight, true, ins, outs, {panels});
  float* turned = shared_rows(outs * ins * taps);
  turn_weight(weight, outs, ins, taps, turned, ins * taps, ins);
  pack(turned, true, ins * taps, outs, {panels});
}

void convolution_grad_x(const Windows& w, size_t outs, const float* dy, const float* weight, float* dx) {
  const size_t ins = w.channels, taps = w.size[0] * w.size[1], each = outs * ins;
  const size_t values = w.batch * w.height * w.width * ins;
  if (values == 0) return;
  if (each * taps == 0) return std::fill(dx, dx + values, 0.0f);
  const Kernels& kernel = kernels();
  const size_t panels = parts(ins, kernel.panel);
  float* turned = shared_rows(each * taps);
  turn_weight(weight, outs, ins, taps, turned, ins, each);
  float* packed = shared_scratch(panels * kernel.panel * outs * taps);
  for (size_t y = 0; y < std::min(w.stride[0], w.height); y++) {
    const Phase rows(w, 0, y);
    for (size_t x = 0; x < std::min(w.stride[1], w.width); x++) {
      const Phase columns(w, 1, x);
      const size_t used = rows.taps.size() * columns.taps.size(), k = used * outs;
      divided(panels, pieces_for(k * ins, kSmallMap), 1, [&](size_t panel, size_t end) {
        for (; panel < end; panel++) {
          float* to = packed + panel * k * kernel.panel;
          for (const size_t row : rows.taps)
            for (const size_t column : columns.taps) {
              const float* from = turned + (row * w.size[1] + column) * each + panel * kernel.panel;
              kernel.pack(from, ins, false, outs, ins - panel * kernel.panel, {to}, 0, 1);
              to += outs * kernel.panel;
            }
        }
      });
      WindowProduct p;
      p.windows = {w.batch, w.grid[0], w.grid[1], outs,
                   {rows.taps.size(), columns.taps.size()}, {1, 1}, {rows.padding, columns.padding},
                   {rows.dilation, columns.dilation}, {rows.pixels, columns.pixels}};
      p.x = dy;
      p.panels = packed;
      p.n = ins;
      p.out = dx;
      if (w.stride[0] * w.stride[1] != 1) {
        for (int axis = 0; axis < 2; axis++) p.step[axis] = w.stride[axis];
        p.start[0] = y;
        p.start[1] = x;
        p.out_size[0] = w.height;
        p.out_size[1] = w.width;
      }
      multiply_windows(p);
    }
  }
}

namespace {

/** Columns [column, column + panel) of windows [first, last) in rows: what `copy_windows` gives, zeros beyond the last. */
void gather_panel(const Windows& w, const float* images, size_t first, size_t last, size_t column, size_t panel, float* out) {
  const size_t end = std::min(column + panel, window_size(w));
  if (end < column + panel) std::fill(out, out + (last - first) * panel, 0.0f);
  for (size_t at = 0, run; column < end; column += run, at += run) {
    const size_t tap = column / w.channels, channel = column % w.channels;
    run = std::min(w.channels - channel, end - column);
    const size_t dy = tap / w.size[1] * w.dilation[0] - w.padding[0], dx = tap % w.size[1] * w.dilation[1] - w.padding[1];
    float* to = out + at;
    size_t i = first % w.grid[1], row = first / w.grid[1] % w.grid[0], batch = first / w.grid[1] / w.grid[0];
    for (size_t left = last - first; left > 0; i = 0) {
      // A line of windows, or what is wanted of it.
      const size_t stop = std::min(w.grid[1], i + left), y = row * w.stride[0] + dy;
      const float* line = y < w.height ? images + (batch * w.height + y) * w.width * w.channels + channel : images;
      left -= stop - i;
      for (; i < stop; i++, to += panel) {
        const size_t x = i * w.stride[1] + dx;
        if (y >= w.height || x >= w.width) std::fill(to, to + run, 0.0f);
        else if (run == 16) std::memcpy(to, line + x * w.channels, 16 * sizeof(float));
        else std::memcpy(to, line + x * w.channels, run * sizeof(float));
      }
      if (++row < w.grid[0]) continue;
      row = 0;
      batch++;
    }
  }
}

/** Pieces of the windows that are summed apart. They depend on the shape alone, so that sums come out the same whatever the threads. */
size_t sum_pieces(size_t count, size_t floats) {
  constexpr size_t kMost = 8, kFewest = 2, kWindows = 1024, kFloats = 1 << 24;
  return std::max<size_t>(1, std::min({kMost, count / kWindows, std::max(kFewest, kFloats / std::max<size_t>(1, floats))}));
}

}  // namespace

void convolution_grad_weight(const Windows& w, size_t outs, const float* dy, const float* x, float* dweight) {
  const size_t count = window_count(w), k = window_size(w), taps = w.size[0] * w.size[1];
  if (outs * k == 0) return;
  if (count * w.height * w.width == 0) return std::fill(dweight, dweight + outs * k, 0.0f);
  const Kernels& kernel = kernels();
  const size_t panel = kernel.panel, panels = parts(k, panel), floats = panels * outs * panel;
  const size_t pieces = sum_pieces(count, floats);
  const size_t cuts = std::min(panels, parts(Pool::shared().threads(), pieces));
  // Windows at once: dy of so many, transposed, and a panel of them stay in the near caches.
  const size_t most = std::min<size_t>(384, std::max<size_t>(96, (1 << 16) / outs));
  float* partial = shared_scratch(pieces * floats);
  Pool::shared().run(pieces * cuts, [&](size_t item) {
    const size_t piece = item / cuts, cut = item % cuts;
    const size_t from = count * piece / pieces, end = count * (piece + 1) / pieces, chunks = parts(end - from, most);
    const size_t ld = most + 16;
    float* slopes = scratch(outs * ld + most * panel + kernel.product_scratch(outs, most));
    float* rows = slopes + outs * ld;
    for (size_t chunk = 0; chunk < chunks; chunk++) {
      const size_t first = from + (end - from) * chunk / chunks, last = from + (end - from) * (chunk + 1) / chunks;
      kernel.transpose(dy + first * outs, outs, slopes, ld, last - first, outs);
      for (size_t j = panels * cut / cuts; j < panels * (cut + 1) / cuts; j++) {
        gather_panel(w, x, first, last, j * panel, panel, rows);
        Product p;
        p.a = {slopes};
        p.lda = ld;
        p.b = {rows, Format::f32, Layout::panels};
        p.m = outs;
        p.n = p.ldc = panel;
        p.k = last - first;
        p.c = {partial + piece * floats + j * outs * panel};
        p.accumulate = chunk > 0;
        kernel.product(p, 0, outs, 0, 1, rows + most * panel);
      }
    }
  });
  divided(outs, pieces_for(outs * k * pieces, kSmallMap), 1, [&](size_t o, size_t end) {
    float* row = scratch(panels * panel);
    for (; o < end; o++) {
      for (size_t j = 0; j < panels; j++)
        for (size_t i = 0; i < panel; i++) {
          const float* at = partial + (j * outs + o) * panel + i;
          float sum = *at;
          for (size_t piece = 1; piece < pieces; piece++) sum += at[piece * floats];
          row[j * panel + i] = sum;
        }
      kernel.transpose(row, w.channels, dweight + o * k, taps, taps, w.channels);
    }
  });
}

}  // namespace tessera
