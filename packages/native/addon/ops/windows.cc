// Convolutions as tfjs has them, and pooling.
#include "../isa.h"
#include "../ops.h"
#include "window_rows.h"
#include "work.h"

namespace tessera {

void convolve(const Convolution& c) {
  const size_t k = window_size(c.windows);
  float* panels = shared_scratch(packed_size(k, c.out_channels));
  pack(c.filter, false, k, c.out_channels, {panels});
  WindowProduct product;
  product.windows = c.windows;
  product.x = c.x;
  product.panels = panels;
  product.n = c.out_channels;
  product.out = c.out;
  multiply_windows(product);
}

void pool(const Pooling& p) {
  const Windows& w = p.windows;
  const Kernels& kernel = kernels();
  const size_t count = w.channels == 0 ? 0 : w.batch * w.grid[0] * w.grid[1];
  divided(count, pieces_for(count * w.channels * w.size[0] * w.size[1], kSmallMap), 1,
          [&](size_t begin, size_t end) { kernel.pool(p, begin, end); });
}

void max_pool_grad(const MaxPoolGrad& g) {
  const Windows& w = g.windows;
  if (w.channels == 0) return;
  const Kernels& kernel = kernels();
  // Windows that overlap add to the same pixels, so an image is one thread's.
  divided(w.batch, pieces_for(w.batch * w.height * w.width * w.channels, kSmallMap), 1, [&](size_t begin, size_t end) {
    for (size_t batch = begin; batch < end; batch++) kernel.max_pool_grad(g, batch);
  });
}

}  // namespace tessera
