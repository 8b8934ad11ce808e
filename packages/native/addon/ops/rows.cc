#include "../isa.h"
#include "../ops.h"
#include "work.h"

namespace tessera {

void layer_norm(const LayerNorm& norm) {
  if (norm.width == 0) return;
  const Kernels& kernel = kernels();
  divided(norm.rows, pieces_for(norm.rows * norm.width, kSmallMap), 1,
          [&](size_t row, size_t end) { kernel.layer_norm(norm, row, end); });
}

void layer_norm_grad(const LayerNormGrad& g, size_t rows) {
  if (g.width == 0) return;
  const Kernels& kernel = kernels();
  const size_t pieces = std::max<size_t>(1, std::min(rows, pieces_for(rows * g.width, kSmallMap)));
  float* partial = shared_scratch(2 * pieces * g.width);
  Pool::shared().run(pieces, [&](size_t i) {
    LayerNormGrad own = g;
    own.dgamma = partial + i * g.width;
    own.dbeta = partial + (pieces + i) * g.width;
    kernel.layer_norm_grad(own, rows * i / pieces, rows * (i + 1) / pieces);
  });
  kernel.sum_rows(partial, g.dgamma, pieces, g.width, 0, g.width);
  kernel.sum_rows(partial + pieces * g.width, g.dbeta, pieces, g.width, 0, g.width);
}

void softmax(const float* x, float* y, size_t rows, size_t width) {
  const Kernels& kernel = kernels();
  divided(rows, pieces_for(rows * width, kSmallMap / 4), 1, [&](size_t begin, size_t end) {
    kernel.softmax(x + begin * width, y + begin * width, end - begin, width);
  });
}

void sum_rows(const float* x, float* y, size_t batch, size_t rows, size_t width) {
  const Kernels& kernel = kernels();
  if (batch != 1) {
    divided(batch, pieces_for(batch * rows * width, kSmallMap), 1, [&](size_t begin, size_t end) {
      for (size_t b = begin; b < end; b++) kernel.sum_rows(x + b * rows * width, y + b * width, rows, width, 0, width);
    });
    return;
  }
  divided(width, pieces_for(rows * width, kSmallMap), 64,
          [&](size_t first, size_t last) { kernel.sum_rows(x, y, rows, width, first, last); });
}

void sum_columns(const float* x, float* y, size_t rows, size_t width) {
  const Kernels& kernel = kernels();
  divided(rows, pieces_for(rows * width, kSmallMap), 1, [&](size_t begin, size_t end) {
    kernel.sum_columns(x + begin * width, y + begin, end - begin, width);
  });
}

void max_columns(const float* x, float* y, size_t rows, size_t width) {
  const Kernels& kernel = kernels();
  divided(rows, pieces_for(rows * width, kSmallMap), 1, [&](size_t begin, size_t end) {
    kernel.max_columns(x + begin * width, y + begin, end - begin, width);
  });
}

void cross_entropy(const float* x, const float* p, float* y, size_t rows, size_t width) {
  const Kernels& kernel = kernels();
  divided(rows, pieces_for(rows * width, kSmallMap / 4), 1, [&](size_t begin, size_t end) {
    kernel.cross_entropy(x + begin * width, p + begin * width, y + begin, end - begin, width);
  });
}

void cross_entropy_grad(const float* dy, const float* x, const float* p, float* dx, size_t rows, size_t width) {
  const Kernels& kernel = kernels();
  divided(rows, pieces_for(rows * width, kSmallMap / 4), 1, [&](size_t begin, size_t end) {
    const size_t at = begin * width;
    kernel.cross_entropy_grad(dy + begin, x + at, p + at, dx + at, end - begin, width);
  });
}

}  // namespace tessera
