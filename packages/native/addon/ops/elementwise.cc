#include "../isa.h"
#include "../ops.h"
#include "work.h"

namespace tessera {

void activate(Activation activation, const float* x, float* y, size_t count) {
  const Kernels& kernel = kernels();
  divided(count, pieces_for(count, kSmallMap), 64, [&](size_t begin, size_t end) {
    kernel.activate(activation, x + begin, y + begin, end - begin);
  });
}

void activate_grad(Activation activation, const float* dy, const float* x, float* dx, size_t count) {
  const Kernels& kernel = kernels();
  divided(count, pieces_for(count, kSmallMap), 64, [&](size_t begin, size_t end) {
    kernel.activate_grad(activation, dy + begin, x + begin, dx + begin, end - begin);
  });
}

void binary(Binary op, const float* a, size_t step_a, const float* b, size_t step_b, float* y, size_t rows,
            size_t width, size_t row_a, size_t row_b) {
  const Kernels& kernel = kernels();
  if (rows == 1) {
    divided(width, pieces_for(width, kSmallMap), 64, [&](size_t begin, size_t end) {
      kernel.binary(op, a + begin * step_a, step_a, b + begin * step_b, step_b, y + begin, end - begin);
    });
    return;
  }
  divided(rows, pieces_for(rows * width, kSmallMap), 1, [&](size_t begin, size_t end) {
    for (size_t r = begin; r < end; r++)
      kernel.binary(op, a + r * row_a, step_a, b + r * row_b, step_b, y + r * width, width);
  });
}

void unary(Unary op, const float* x, float* y, size_t count) {
  const Kernels& kernel = kernels();
  divided(count, pieces_for(count, kSmallMap), 64,
          [&](size_t begin, size_t end) { kernel.unary(op, x + begin, y + begin, end - begin); });
}

}  // namespace tessera
