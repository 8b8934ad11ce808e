#include <cstring>

#include "../huge_pages.h"
#include "../isa.h"
#include "../ops.h"
#include "tiled.h"
#include "work.h"

namespace tessera {

Layout panels_of(Format format) {
  return format == Format::bf16 && kernels().tiles ? Layout::tile_panels : Layout::panels;
}

size_t packed_size(size_t k, size_t n, Format format) {
  if (panels_of(format) == Layout::tile_panels) return with_lines(n, k);
  return times(parts(n, kernels().panel), kernels().panel, k);
}

void pack(const float* from, bool transposed, size_t k, size_t n, Result panels) {
  if (k == 0 || n == 0) return;
  const Kernels& kernel = kernels();
  const size_t ldb = transposed ? k : n;
  const bool tiled = panels_of(panels.format) == Layout::tile_panels;
  advise_huge_pages(panels.data, packed_size(k, n, panels.format) * bytes_of(panels.format));
  if (tiled) panels.data = whole_lines(halves(panels));
  divided(parts(n, tiled ? kTileBlock : kernel.panel), pieces_for(k * n, kSmallMap), 1, [&](size_t first, size_t last) {
    kernel.pack(from, ldb, transposed, k, n, panels, first, last);
  });
}

namespace {

/** The same with rows of a further apart. Those a multiple of 2 KiB apart share few cache sets; each piece would copy them. */
Product spread_rows(Product p) {
  const size_t lda = p.k + 16;
  const float* from = floats(p.a);
  float* to = shared_rows(p.m * lda);
  divided(p.m, pieces_for(p.m * p.k, kSmallMap), 1, [&](size_t row, size_t end) {
    for (; row < end; row++) std::memcpy(to + row * lda, from + row * p.lda, p.k * sizeof(float));
  });
  p.a = {to};
  p.lda = lda;
  return p;
}

constexpr size_t kMostRows = 400;
constexpr size_t kLeastRows = 28;

/** A multiple of the threads where there are rows enough. */
size_t row_parts(size_t rows, size_t threads) {
  const size_t wanted = parts(parts(rows, kMostRows), threads) * threads;
  return std::max<size_t>(1, std::min(wanted, rows / kLeastRows));
}

}  // namespace

void product(const Product& p) {
  if (p.m == 0 || p.n == 0) return;
  const Kernels& kernel = kernels();
  if (p.b.layout == Layout::tile_panels) return tiled_product(*kernel.tiles, p);
  const size_t panels = parts(p.n, kernel.panel);
  const size_t threads = Pool::shared().threads();
  const bool small = p.m * p.n * p.k < kSmallProduct || threads == 1;
  // A range of rows for each thread, whose own cache the last kernel left them in; none larger than stays in the second
  // cache, and none so small that weights are read for a few tiles only.
  const size_t row_blocks = small ? parts(p.m, kMostRows) : row_parts(p.m, threads);
  const size_t cuts = small ? 1 : std::min(panels, parts(4 * threads, row_blocks));
  const Product q = cuts > 1 && p.lda % 512 == 0 ? spread_rows(p) : p;
  Pool::shared().run(row_blocks * cuts, [&](size_t item) {
    const size_t block = item / cuts, cut = item % cuts;
    const size_t row = p.m * block / row_blocks, row_end = p.m * (block + 1) / row_blocks;
    kernel.product(q, row, row_end, panels * cut / cuts, panels * (cut + 1) / cuts,
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
    p.a = {a};
    p.lda = m.k;
    p.b = {b, Format::f32, Layout::panels};
    p.m = m.m;
    p.n = m.n;
    p.k = m.k;
    p.c = {m.c + batch * m.m * m.n};
    p.ldc = m.n;
    return p;
  };
  if (m.batch >= Pool::shared().threads() && m.batch > 1) {
    const size_t own = kernel.product_scratch(m.m, m.k);
    Pool::shared().run(m.batch, [&](size_t batch) {
      float* b = scratch(packed + turned + own + 32);
      float* a = b + packed;
      kernel.pack(b_of(batch), ldb, m.transposed_b, m.k, m.n, {b}, 0, panels);
      if (turned) kernel.transpose(a_of(batch), m.m, a, m.k, m.k, m.m);
      kernel.product(one(batch, turned ? a : a_of(batch), b), 0, m.m, 0, panels, a + turned);
    });
    return;
  }
  for (size_t batch = 0; batch < m.batch; batch++) {
    float* b = shared_scratch(packed + turned);
    float* a = b + packed;
    pack(b_of(batch), m.transposed_b, m.k, m.n, {b});
    if (turned) {
      divided(m.m, pieces_for(turned, kSmallMap), 16, [&](size_t begin, size_t end) {
        kernel.transpose(a_of(batch) + begin, m.m, a + begin * m.k, m.k, m.k, end - begin);
      });
    }
    product(one(batch, turned ? a : a_of(batch), b));
  }
}

}  // namespace tessera
