#include "ops.h"

#include <algorithm>
#include <cstring>

#include "isa.h"
#include "pool.h"

namespace tessera {

namespace {

/** Below so many multiply-adds or values, waking a thread costs more than it saves. */
constexpr size_t kSmallProduct = 1 << 18;
constexpr size_t kSmallMap = 1 << 14;

size_t parts(size_t whole, size_t part) { return (whole + part - 1) / part; }

/** work(begin, end) over [0, count), in `pieces` pieces of about equal length whose bounds are multiples of `unit`. */
template <class F>
void divided(size_t count, size_t pieces, size_t unit, const F& work) {
  const size_t units = parts(count, unit);
  pieces = std::max<size_t>(1, std::min(pieces, units));
  Pool::shared().run(pieces, [&](size_t i) {
    const size_t begin = units * i / pieces * unit;
    const size_t end = std::min(count, units * (i + 1) / pieces * unit);
    if (begin < end) work(begin, end);
  });
}

/** A few pieces for each thread, so that one that is held up holds nobody else up; one piece if there is little to do. */
size_t pieces_for(size_t cost, size_t small) { return cost < small ? 1 : 4 * Pool::shared().threads(); }

}  // namespace

size_t packed_size(size_t k, size_t n) { return parts(n, kernels().panel) * kernels().panel * k; }

void pack(const float* from, bool transposed, size_t k, size_t n, float* b, uint16_t* b16) {
  const Kernels& kernel = kernels();
  const size_t ldb = transposed ? k : n;
  divided(parts(n, kernel.panel), pieces_for(k * n, kSmallMap), 1, [&](size_t first, size_t last) {
    if (b16) kernel.pack_bf16(from, ldb, transposed, k, n, b16, first, last);
    else kernel.pack(from, ldb, transposed, k, n, b, first, last);
  });
}

void product(const Product& p) {
  if (p.m == 0 || p.n == 0) return;
  const Kernels& kernel = kernels();
  const size_t panels = parts(p.n, kernel.panel);
  const size_t threads = Pool::shared().threads();
  const bool small = p.m * p.n * p.k < kSmallProduct || threads == 1;
  // Blocks of rows that stay in the second cache; columns are cut first, so that each thread reads its own weights.
  const size_t row_blocks = parts(p.m, 400);
  const size_t cuts = small ? 1 : std::min(panels, std::max<size_t>(1, parts(4 * threads, row_blocks)));
  Pool::shared().run(row_blocks * cuts, [&](size_t item) {
    const size_t block = item / cuts, cut = item % cuts;
    const size_t row = p.m * block / row_blocks, row_end = p.m * (block + 1) / row_blocks;
    kernel.product(p, row, row_end, panels * cut / cuts, panels * (cut + 1) / cuts,
                   scratch(kernel.product_scratch(row_end - row, p.k)));
  });
}

void matmul(const MatMul& m) {
  if (m.batch == 0 || m.m == 0 || m.n == 0) return;
  const Kernels& kernel = kernels();
  const size_t panels = parts(m.n, kernel.panel);
  const size_t packed = packed_size(m.k, m.n);
  const size_t turned = m.transposed_a ? m.m * m.k : 0;
  const auto a_of = [&](size_t batch) { return m.a + batch * m.step_a; };
  const auto b_of = [&](size_t batch) { return m.b + batch * m.step_b; };
  const size_t ldb = m.transposed_b ? m.k : m.n;
  const auto one = [&](size_t batch, const float* a, const float* b) {
    Product p;
    p.a = a;
    p.lda = m.k;
    p.b = b;
    p.m = m.m;
    p.n = m.n;
    p.k = m.k;
    p.c = m.c + batch * m.m * m.n;
    p.ldc = m.n;
    return p;
  };
  if (m.batch >= Pool::shared().threads() && m.batch > 1) {
    const size_t own = kernel.product_scratch(m.m, m.k);
    Pool::shared().run(m.batch, [&](size_t batch) {
      float* b = scratch(packed + turned + own + 32);
      float* a = b + packed;
      kernel.pack(b_of(batch), ldb, m.transposed_b, m.k, m.n, b, 0, panels);
      if (turned) kernel.transpose(a_of(batch), m.m, a, m.k, m.k, m.m);
      kernel.product(one(batch, turned ? a : a_of(batch), b), 0, m.m, 0, panels, a + turned);
    });
    return;
  }
  for (size_t batch = 0; batch < m.batch; batch++) {
    float* b = shared_scratch(packed + turned);
    float* a = b + packed;
    pack(b_of(batch), m.transposed_b, m.k, m.n, b, nullptr);
    if (turned) {
      divided(m.m, pieces_for(turned, kSmallMap), 16, [&](size_t begin, size_t end) {
        kernel.transpose(a_of(batch) + begin, m.m, a + begin * m.k, m.k, m.k, end - begin);
      });
    }
    product(one(batch, turned ? a : a_of(batch), b));
  }
}

void attention(const Attention& a) {
  if (a.queries == 0 || a.width == 0 || a.batch * a.heads == 0) return;
  const Kernels& kernel = kernels();
  const size_t threads = Pool::shared().threads();
  const size_t all = a.batch * a.heads;
  if (a.keys == 0) {
    for (size_t b = 0; b < a.batch; b++)
      for (size_t q = 0; q < a.queries; q++)
        std::fill_n(a.out + b * a.out_batch + q * a.out_row, a.heads * a.width, 0.0f);
    return;
  }
  // A head is cut only if there are too few to keep the threads even: each part packs the head's keys anew.
  const bool even = threads == 1 || all % threads == 0 || all >= 4 * threads;
  const size_t cuts = even || a.queries * a.keys < 4096 ? 1 : std::min(threads, parts(a.queries, 28));
  const size_t floats = kernel.attention_scratch(a);
  const auto work = [&](size_t item) {
    const size_t cut = item % cuts, head = item / cuts;
    kernel.attention(a, head / a.heads, head % a.heads, a.queries * cut / cuts, a.queries * (cut + 1) / cuts,
                     scratch(floats));
  };
  if (all * a.queries * a.keys * a.width < kSmallProduct)
    for (size_t item = 0; item < all * cuts; item++) work(item);
  else
    Pool::shared().run(all * cuts, work);
}

void attention_grad(const AttentionGrad& g) {
  const Attention& a = g.forward;
  if (g.dbias) std::fill_n(g.dbias, a.heads * a.queries * a.keys, 0.0f);
  if (a.width == 0 || a.batch * a.heads == 0) return;
  const Kernels& kernel = kernels();
  const size_t floats = kernel.attention_grad_scratch(g);
  if (g.dbias) {
    // The gradient of a bias sums over the batch: a head belongs to one thread.
    Pool::shared().run(a.heads, [&](size_t head) {
      for (size_t batch = 0; batch < a.batch; batch++) kernel.attention_grad(g, batch, head, scratch(floats));
    });
    return;
  }
  Pool::shared().run(a.batch * a.heads,
                     [&](size_t item) { kernel.attention_grad(g, item / a.heads, item % a.heads, scratch(floats)); });
}

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

void softmax(const float* x, float* y, size_t rows, size_t width) {
  const Kernels& kernel = kernels();
  divided(rows, pieces_for(rows * width, kSmallMap / 4), 1, [&](size_t begin, size_t end) {
    kernel.softmax(x + begin * width, y + begin * width, end - begin, width);
  });
}

void sum_rows(const float* x, float* y, size_t rows, size_t width) {
  const Kernels& kernel = kernels();
  divided(width, pieces_for(rows * width, kSmallMap), 64,
          [&](size_t first, size_t last) { kernel.sum_rows(x, y, rows, width, first, last); });
}

void sum_columns(const float* x, float* y, size_t rows, size_t width) {
  const Kernels& kernel = kernels();
  divided(rows, pieces_for(rows * width, kSmallMap), 1, [&](size_t begin, size_t end) {
    kernel.sum_columns(x + begin * width, y + begin, end - begin, width);
  });
}

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

void patchify(const Patchify& p) {
  const size_t area = p.patch[0] * p.patch[1];
  const size_t size = area * p.channels;
  const size_t count = p.batch * p.grid[0] * p.grid[1];
  divided(count, pieces_for(count * size, kSmallMap), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      const size_t batch = i / (p.grid[0] * p.grid[1]);
      const size_t row = i / p.grid[1] % p.grid[0], column = i % p.grid[1];
      const float* image = p.image + batch * p.height * p.width * p.channels;
      float* out = p.out + i * size;
      for (size_t dy = 0; dy < p.patch[0]; dy++) {
        for (size_t dx = 0; dx < p.patch[1]; dx++) {
          // Left of the padding wraps round to a huge number, which lies outside too.
          const size_t y = row * p.stride[0] + dy - p.padding[0], x = column * p.stride[1] + dx - p.padding[1];
          const bool inside = y < p.height && x < p.width;
          const float* pixel = image + (y * p.width + x) * p.channels;
          for (size_t c = 0; c < p.channels; c++) out[c * area + dy * p.patch[1] + dx] = inside ? pixel[c] : 0.0f;
        }
      }
    }
  });
}

}  // namespace tessera
