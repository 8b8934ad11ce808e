#include "tiles_test.h"

#include <cstring>

#include "../ops.h"
#include "checks.h"
#include "emulated_tiles.h"

namespace tessera {

namespace {

/** Normal values that bfloat16 has exactly, so that only sums are rounded. */
Floats rounded_normals(size_t count, float deviation = 1) {
  Floats out = normals(count, deviation);
  for (size_t i = 0; i < count; i++) out[i] = widened(rounded(out[i]));
  return out;
}

std::string shape(std::initializer_list<size_t> sizes) {
  std::string out;
  for (size_t size : sizes) out += (out.empty() ? "" : "x") + std::to_string(size);
  return out;
}

/** c = a · wᵀ (or a · w) in bfloat16, as `linear` of the addon does it. */
void multiply(const float* a, const float* w, bool transposed, size_t m, size_t n, size_t k, float* c, Epilogue epilogue = {}) {
  const std::unique_ptr<uint16_t[]> memory(new uint16_t[packed_size(k, n, Format::bf16)]);
  const Result panels = {memory.get(), Format::bf16, Layout::tile_panels};
  pack(w, transposed, k, n, panels);
  Product p;
  p.a = {a};
  p.lda = k;
  p.b = operand_of(panels);
  p.m = m;
  p.n = p.ldc = n;
  p.k = k;
  p.c = {c};
  p.epilogue = epilogue;
  product(p);
}

void test_tile_product(size_t m, size_t n, size_t k, bool transposed) {
  const Floats a = rounded_normals(m * k), w = rounded_normals(n * k, 0.3f), c = zeros(m * n);
  const Floats bias = normals(n), scale = normals(n), residual = normals(m * n);
  multiply(a.get(), w.get(), transposed, m, n, k, c.get(), {bias.get(), scale.get(), residual.get(), Activation::relu});
  std::vector<double> expected(m * n);
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++) {
      double sum = bias[j];
      for (size_t l = 0; l < k; l++) sum += double(a[i * k + l]) * w[transposed ? j * k + l : l * n + j];
      expected[i * n + j] = residual[i * n + j] + scale[j] * (sum > 0 ? sum : 0);
    }
  expect_close("tile product " + shape({m, n, k}), c.get(), expected, 1e-5, 4e-6 * std::sqrt(double(k) + 1));
}

void expect_bits(const char* what, float got, float expected) {
  if (std::memcmp(&got, &expected, sizeof got) == 0) return;
  std::printf("%s, %s: expected %a, got %a\n", kernels().name, what, double(expected), double(got));
  failures++;
}

/** Two layers, the first of which hands its blocks to the second. */
void test_tile_blocks(size_t m, size_t k, size_t hidden, size_t n) {
  const Floats a = rounded_normals(m * k), first = rounded_normals(hidden * k, 0.3f), second = rounded_normals(n * hidden, 0.3f);
  const Floats bias = normals(hidden), c = zeros(m * n), decoded = zeros(m * hidden), plain = zeros(m * hidden);
  const Epilogue epilogue = {bias.get(), nullptr, nullptr, Activation::gelu};
  // What lay in the memory before must not matter.
  std::vector<uint16_t> blocks(blocks_size(m, hidden), uint16_t(0x7fc0));
  const Result between = {blocks.data(), Format::bf16, Layout::tile_rows};
  const std::unique_ptr<uint16_t[]> one(new uint16_t[packed_size(k, hidden, Format::bf16)]);
  const std::unique_ptr<uint16_t[]> other(new uint16_t[packed_size(hidden, n, Format::bf16)]);
  const Result panels = {one.get(), Format::bf16, Layout::tile_panels}, next = {other.get(), Format::bf16, Layout::tile_panels};
  pack(first.get(), true, k, hidden, panels);
  pack(second.get(), true, hidden, n, next);
  Product p;
  p.a = {a.get()};
  p.lda = k;
  p.b = operand_of(panels);
  p.m = m;
  p.n = hidden;
  p.k = k;
  p.c = between;
  p.epilogue = epilogue;
  product(p);
  unpack_rows(blocks.data(), m, hidden, decoded.get());
  multiply(a.get(), first.get(), true, m, hidden, k, plain.get(), epilogue);
  for (size_t i = 0; i < m * hidden; i++) expect_bits("a value in blocks", decoded[i], widened(rounded(plain[i])));

  Product q;
  q.a = operand_of(between);
  q.b = operand_of(next);
  q.m = m;
  q.n = q.ldc = n;
  q.k = hidden;
  q.c = {c.get()};
  product(q);
  const Floats expected = zeros(m * n);
  multiply(decoded.get(), second.get(), true, m, n, hidden, expected.get());
  for (size_t i = 0; i < m * n; i++) expect_bits("a product of blocks", c[i], expected[i]);
}

/** A NaN of a spoils its row, an infinity of w its column, and nothing else. */
void test_odd_values() {
  const size_t m = 37, n = 45, k = 70;
  const Floats a = rounded_normals(m * k), w = rounded_normals(n * k), c = zeros(m * n);
  a[33 * k + 69] = NAN;
  w[44 * k + 3] = INFINITY;
  a[2 * k + 3] = 0;
  multiply(a.get(), w.get(), true, m, n, k, c.get());
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++) {
      const float got = c[i * n + j];
      const bool nan = i == 33 || (i == 2 && j == 44);
      if (nan ? std::isnan(got) : j == 44 ? std::isinf(got) : std::isfinite(got)) continue;
      std::printf("%s odd values at %zu, %zu: got %g\n", kernels().name, i, j, double(got));
      failures++;
      return;
    }
}

void test_tile_attention(size_t n, size_t m, size_t d, bool extras) {
  const size_t batch = 2, heads = 2, width = heads * d;
  const Floats q = rounded_normals(batch * n * width), k = rounded_normals(batch * m * width);
  const Floats v = rounded_normals(batch * m * width), bias = normals(heads * n * m), out = zeros(batch * n * width);
  const std::unique_ptr<uint8_t[]> mask(new uint8_t[batch * n * m]);
  for (size_t i = 0; i < batch * n * m; i++) mask[i] = generator() % 4 != 0;
  const float scale = 1 / std::sqrt(float(d));
  attention({q.get(), k.get(), v.get(), width, width, width, n * width, m * width, m * width, batch, heads, d, n, m, scale,
             extras ? bias.get() : nullptr, heads, extras ? mask.get() : nullptr, batch, n, out.get(), width, n * width, Format::bf16});
  std::vector<double> expected(batch * n * width), p(m);
  for (size_t b = 0; b < batch; b++)
    for (size_t h = 0; h < heads; h++)
      for (size_t i = 0; i < n; i++) {
        const auto at = [&](size_t rows, size_t row, size_t e) { return (b * rows + row) * width + h * d + e; };
        double top = -INFINITY, sum = 0;
        for (size_t j = 0; j < m; j++) {
          p[j] = 0;
          for (size_t e = 0; e < d; e++) p[j] += double(q[at(n, i, e)]) * k[at(m, j, e)] * scale;
          if (extras) p[j] = mask[(b * n + i) * m + j] ? p[j] + bias[(h * n + i) * m + j] : -1e30;
          top = std::max(top, p[j]);
        }
        for (double& x : p) sum += x = std::exp(x - top);
        for (size_t j = 0; j < m; j++)
          for (size_t e = 0; e < d; e++) expected[at(n, i, e)] += p[j] / sum * v[at(m, j, e)];
      }
  // Weights are rounded to 8 bits: each is off by 2^-9 of itself at most.
  expect_close("tile attention " + shape({n, m, d}), out.get(), expected, 0, 8e-3);
}

/** One TDPBF16PS upon a sum: 32 products of a's first row and b's first column, all else 0. */
float one_sum(float sum, const std::vector<float>& a, const std::vector<float>& b) {
  uint16_t left[512] = {}, right[512] = {};
  float c[256] = {sum};
  for (size_t i = 0; i < a.size(); i++) {
    left[i] = rounded(a[i]);
    right[i / 2 * 32 + i % 2] = rounded(b[i]);
  }
  tileloadd(0, c, 64);
  tileloadd(1, left, 64);
  tileloadd(2, right, 64);
  tdpbf16ps(0, 1, 2);
  tilestored(c, 0, 64);
  return c[0];
}

}  // namespace

void test_tile_kernels(const std::vector<size_t>& rows) {
  for (size_t m : rows)
    for (size_t n : {1, 16, 17, 45, 70})
      for (size_t k : {1, 7, 31, 32, 33, 100}) test_tile_product(m, n, k, (m + n + k) % 2 == 0);
  // Several parts of k, and enough work for the threads to share.
  test_tile_product(33, 45, 700, true);
  test_tile_product(197, 500, 100, true);
  test_tile_product(1000, 40, 1100, true);
  test_tile_product(5, 40, 0, true);
  for (size_t m : rows) test_tile_blocks(m, 45, 70, 33);
  test_tile_blocks(197, 96, 600, 100);
  test_tile_blocks(1000, 33, 1100, 40);
  test_odd_values();
  for (size_t n : rows)
    for (bool extras : {false, true}) test_tile_attention(n, n > 100 ? 37 : n + 2, n % 2 ? 16 : 13, extras);
  test_tile_attention(17, 600, 64, true);
  test_tile_attention(33, 1100, 40, false);
  test_tile_attention(20, 20, 128, false);
  test_tile_attention(20, 20, 130, false);
}

void test_emulated_tiles() {
  struct {
    uint8_t palette = 1, zero[15] = {};
    uint16_t bytes[16] = {4, 64, 4};
    uint8_t rows[16] = {1, 1, 16};
  } shapes;
  ldtilecfg(&shapes);
  const float tiny = 0x1p-130f, least = 0x1p-126f;
  expect_bits("a sum", one_sum(1, {2, 3, 4}, {5, 6, 7}), 57);
  expect_bits("a subnormal factor", one_sum(0, {tiny}, {0x1p100f}), 0);
  expect_bits("a subnormal product", one_sum(0, {0x1p-70f}, {0x1p-70f}), 0);
  expect_bits("a subnormal sum that was given", one_sum(tiny, {0}, {0}), 0);
  expect_bits("a subnormal result", one_sum(1.5f * least, {-1}, {least}), 0);
  expect_bits("half a unit, to even", one_sum(1, {0x1p-12f}, {0x1p-12f}), 1);
  expect_bits("three halves of a unit, to even", one_sum(1 + 0x1p-23f, {0x1p-12f}, {0x1p-12f}), 1 + 0x1p-22f);
  // Products of even places meet before those of odd ones: 2^24 + 1 + 1 loses both, where (1 + 1) would not be lost.
  expect_bits("even places first", one_sum(0, {0x1p12f, 0, 1, 0, 1, 0}, {0x1p12f, 0, 1, 0, 1, 0}), 0x1p24f);
  expect_bits("odd places apart", one_sum(0, {0x1p12f, 1, 0, 1}, {0x1p12f, 1, 0, 1}), 0x1p24f + 2);
  expect_bits("an infinity", one_sum(1, {INFINITY}, {-2}), -INFINITY);
  if (!std::isnan(one_sum(1, {INFINITY}, {0}))) expect_bits("infinity times 0", 0, NAN);
  tilerelease();
}

void test_same_bits() {
  const size_t m = 61, n = 75, k = 600;
  const Floats a = normals(m * k), w = normals(n * k);
  Floats first;
  std::string name;
  for (const Kernels* const* set = available_kernels(); *set; set++) {
    if (!(*set)->tiles) continue;
    use_kernels((*set)->name);
    Floats c = zeros(m * n);
    multiply(a.get(), w.get(), true, m, n, k, c.get());
    if (!first) {
      first = std::move(c);
      name = (*set)->name;
    } else if (std::memcmp(first.get(), c.get(), m * n * sizeof(float)) != 0) {
      std::printf("expected the same bits from %s and %s\n", name.c_str(), (*set)->name);
      failures++;
    }
  }
}

}  // namespace tessera
