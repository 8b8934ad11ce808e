// Every kernel of every instruction set here against plain loops in double precision. Built with sanitizers by
// scripts/sanitize.mjs; arrays are exactly as long as they must be, so that a read past an end is found.
#include <cstring>
#include <limits>

#include "../pool.h"
#include "kernel_tests.h"
#include "tiles_test.h"

using namespace tessera;

namespace {

void test_product(size_t m, size_t n, size_t k, Format format, Activation activation, bool extras) {
  const Floats a = normals(m * k), w = normals(n * k, 0.3f);
  const Floats bias = normals(n), scale = normals(n), residual = normals(m * n);
  const bool bf16 = format == Format::bf16;
  const std::unique_ptr<char[]> b(new char[packed_size(k, n, format) * bytes_of(format)]);
  const Result panels = {b.get(), format, panels_of(format)};
  pack(w.get(), true, k, n, panels);
  const Floats c = zeros(m * n);
  Product p;
  p.a = {a.get()};
  p.lda = k;
  p.b = operand_of(panels);
  p.m = m;
  p.n = n;
  p.k = k;
  p.c = {c.get()};
  p.ldc = n;
  p.epilogue.activation = activation;
  if (extras) p.epilogue = {bias.get(), scale.get(), residual.get(), activation};
  product(p);
  std::vector<double> expected(m * n);
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++) {
      double sum = 0;
      for (size_t l = 0; l < k; l++) sum += double(a[i * k + l]) * w[j * k + l];
      if (extras) sum += bias[j];
      sum = reference_activation(activation, sum);
      expected[i * n + j] = extras ? residual[i * n + j] + scale[j] * sum : sum;
    }
  // Tiles round both factors; tiles_test.cc holds them tighter, with factors that need no rounding.
  const double root = std::sqrt(double(k) + 1);
  expect_close("product " + std::to_string(m) + "x" + std::to_string(n) + "x" + std::to_string(k), c.get(), expected,
               bf16 ? 1e-2 : 1e-5, (!bf16 ? 4e-6 : kernels().tiles ? 16e-3 : 8e-3) * root);
}

void test_matmul(size_t batch, size_t m, size_t n, size_t k, bool ta, bool tb) {
  const Floats a = normals(batch * m * k), b = normals(batch * k * n), c = zeros(batch * m * n);
  matmul({a.get(), b.get(), ta, tb, batch, m, n, k, m * k, k * n, c.get()});
  std::vector<double> expected(batch * m * n);
  for (size_t l = 0; l < batch; l++)
    for (size_t i = 0; i < m; i++)
      for (size_t j = 0; j < n; j++)
        for (size_t p = 0; p < k; p++)
          expected[(l * m + i) * n + j] += double(a[l * m * k + (ta ? p * m + i : i * k + p)]) *
                                           b[l * k * n + (tb ? j * k + p : p * n + j)];
  expect_close("matmul " + std::to_string(m) + "x" + std::to_string(n) + "x" + std::to_string(k), c.get(), expected,
               1e-5, 1e-4);
}

void test_attention(size_t batch, size_t heads, size_t n, size_t m, size_t d, bool extras) {
  const size_t width = heads * d;
  const Floats q = normals(batch * n * width), k = normals(batch * m * width), v = normals(batch * m * width);
  const Floats bias = normals(heads * n * m), dy = normals(batch * n * width);
  const std::unique_ptr<uint8_t[]> mask(new uint8_t[batch * n * m]);
  for (size_t i = 0; i < batch * n * m; i++) mask[i] = generator() % 4 != 0;
  const Floats out = zeros(batch * n * width);
  const float scale = 1 / std::sqrt(float(d));
  const Attention a = {q.get(), k.get(), v.get(), width, width, width, n * width, m * width, m * width, batch, heads, d,
                       n, m, scale, extras ? bias.get() : nullptr, heads, extras ? mask.get() : nullptr, batch, n,
                       out.get(), width, n * width, Format::f32};
  attention(a);
  const Floats dq = zeros(batch * n * width), dk = zeros(batch * m * width), dv = zeros(batch * m * width);
  const Floats dbias = zeros(heads * n * m);
  attention_grad({a, dy.get(), width, n * width, dq.get(), dk.get(), dv.get(), extras ? dbias.get() : nullptr});
  std::vector<double> y(batch * n * width), eq(y.size()), ek(batch * m * width), ev(ek.size()), eb(heads * n * m), p(m), dp(m);
  for (size_t b = 0; b < batch; b++)
    for (size_t h = 0; h < heads; h++)
      for (size_t i = 0; i < n; i++) {
        const auto at = [&](size_t rows, size_t row, size_t e) { return (b * rows + row) * width + h * d + e; };
        double top = -INFINITY, sum = 0, along = 0;
        for (size_t j = 0; j < m; j++) {
          double s = 0;
          for (size_t e = 0; e < d; e++) s += double(q[at(n, i, e)]) * k[at(m, j, e)];
          p[j] = s * scale + (extras ? bias[(h * n + i) * m + j] : 0);
          if (extras && !mask[(b * n + i) * m + j]) p[j] = -1e30;
          top = std::max(top, p[j]);
        }
        for (double& x : p) sum += x = std::exp(x - top);
        for (size_t j = 0; j < m; j++) {
          p[j] /= sum;
          dp[j] = 0;
          for (size_t e = 0; e < d; e++) {
            y[at(n, i, e)] += p[j] * v[at(m, j, e)];
            dp[j] += double(dy[at(n, i, e)]) * v[at(m, j, e)];
            ev[at(m, j, e)] += p[j] * dy[at(n, i, e)];
          }
          along += dp[j] * p[j];
        }
        for (size_t j = 0; j < m; j++) {
          const double ds = p[j] * (dp[j] - along);
          eb[(h * n + i) * m + j] += ds;
          for (size_t e = 0; e < d; e++) {
            eq[at(n, i, e)] += ds * scale * k[at(m, j, e)];
            ek[at(m, j, e)] += ds * scale * q[at(n, i, e)];
          }
        }
      }
  const std::string what = "attention " + std::to_string(n) + "x" + std::to_string(m) + "x" + std::to_string(d);
  expect_close(what, out.get(), y);
  expect_close(what + " dq", dq.get(), eq, 1e-4);
  expect_close(what + " dk", dk.get(), ek, 1e-4, 3e-5);
  expect_close(what + " dv", dv.get(), ev, 1e-4, 3e-5);
  if (extras) expect_close(what + " dbias", dbias.get(), eb, 1e-4);
}

void test_layer_norm(size_t rows, size_t width) {
  const Floats x = normals(rows * width, 3), dy = normals(rows * width), gamma = normals(width), beta = normals(width);
  const Floats y = zeros(rows * width), dx = zeros(rows * width), dgamma = zeros(width), dbeta = zeros(width);
  for (size_t i = 0; i < rows * width; i++) x[i] += 5;
  layer_norm({x.get(), gamma.get(), beta.get(), y.get(), rows, width, 1e-6f});
  layer_norm_grad({dy.get(), x.get(), gamma.get(), dx.get(), dgamma.get(), dbeta.get(), width, 1e-6f}, rows);
  std::vector<double> ey(rows * width), ex(rows * width), eg(width), eb(width);
  for (size_t r = 0; r < rows; r++) {
    double mean = 0, variance = 0, average = 0, tilt = 0;
    for (size_t i = 0; i < width; i++) mean += x[r * width + i] / double(width);
    for (size_t i = 0; i < width; i++) variance += std::pow(x[r * width + i] - mean, 2) / double(width);
    const double inverse = 1 / std::sqrt(variance + 1e-6);
    for (size_t i = 0; i < width; i++) {
      const size_t at = r * width + i;
      const double normal = (x[at] - mean) * inverse;
      ey[at] = normal * gamma[i] + beta[i];
      eg[i] += dy[at] * normal;
      eb[i] += dy[at];
      average += dy[at] * gamma[i] / double(width);
      tilt += dy[at] * gamma[i] * normal / double(width);
    }
    for (size_t i = 0; i < width; i++) {
      const size_t at = r * width + i;
      ex[at] = (dy[at] * gamma[i] - average - (x[at] - mean) * inverse * tilt) * inverse;
    }
  }
  // A row of one value has a variance of rounding errors only.
  const double loose = width == 1 ? 1e-1 : 1;
  expect_close("layer_norm", y.get(), ey, 1e-5, 1e-5 * loose);
  if (width > 1) expect_close("layer_norm dx", dx.get(), ex, 1e-4, width < 4 ? 1e-2 : 1e-4);
  expect_close("layer_norm dgamma", dgamma.get(), eg, 1e-4, 1e-4);
  expect_close("layer_norm dbeta", dbeta.get(), eb, 1e-4, 1e-4);
}

void test_functions() {
  std::vector<float> x;
  for (int i = -200000; i <= 200000; i++) x.push_back(float(i) * 1e-4f);
  std::vector<float> y(x.size()), ones(x.size(), 1), slopes(x.size());
  for (int kind = 1; kind < kActivations; kind++) {
    const Activation a = Activation(kind);
    activate(a, x.data(), y.data(), x.size());
    activate_grad(a, ones.data(), x.data(), slopes.data(), x.size());
    std::vector<double> e(x.size()), s(x.size());
    for (size_t i = 0; i < x.size(); i++) {
      e[i] = reference_activation(a, x[i]);
      s[i] = reference_slope(a, x[i]);
    }
    expect_close("activation " + std::to_string(kind), y.data(), e, 1e-6, 1e-6);
    expect_close("slope " + std::to_string(kind), slopes.data(), s, 2e-6, 2e-6);
  }
  const float inf = INFINITY, nan = NAN, tiny = std::numeric_limits<float>::denorm_min();
  const float odd[] = {nan, inf, -inf, 0.0f, tiny, -tiny, 1e30f, -1e30f, 1e-40f, 88.8f, -88.8f, -103.0f, -110.0f};
  constexpr size_t count = sizeof odd / sizeof *odd;
  float got[count];
  std::vector<double> expected(count);
  unary(Unary::exp, odd, got, count);
  for (size_t i = 0; i < count; i++) expected[i] = std::exp(odd[i]);
  expect_close("exp of odd values", got, expected, 1e-6, 3e-45);
  for (int kind = 1; kind < kActivations; kind++) {
    activate(Activation(kind), odd, got, count);
    for (size_t i = 0; i < count; i++) {
      expected[i] = reference_activation(Activation(kind), odd[i]);
      // −∞ · 0, as the composed form has it.
      if (odd[i] == -inf && kind != int(Activation::relu)) expected[i] = nan;
    }
    expect_close("odd activation " + std::to_string(kind), got, expected, 1e-6, 1e-36);
  }
  const float far[] = {1e30f, -1e30f, 15.0f, -15.0f, 1e-40f}, one[] = {1, 1, 1, 1, 1};
  activate_grad(Activation::gelu, one, far, got, 5);
  // Powers below 2^-100 stay there, because processors are slow below the normal range: nothing beside a slope of 1.
  expect_close("slope far out", got, {1, 0, 1, 0, 0.5}, 1e-6, 1e-28);
}

void test_rows(size_t rows, size_t width) {
  const Floats x = normals(rows * width, 4), y = zeros(rows * width), down = zeros(width), across = zeros(rows);
  const Floats turned = zeros(rows * width);
  softmax(x.get(), y.get(), rows, width);
  sum_rows(x.get(), down.get(), 1, rows, width);
  sum_columns(x.get(), across.get(), rows, width);
  swap_axes(x.get(), turned.get(), 1, rows, width, 1);
  std::vector<double> es(rows * width), ed(width), ea(rows), et(rows * width);
  for (size_t r = 0; r < rows; r++) {
    double sum = 0;
    for (size_t i = 0; i < width; i++) sum += std::exp(double(x[r * width + i]));
    for (size_t i = 0; i < width; i++) {
      es[r * width + i] = std::exp(double(x[r * width + i])) / sum;
      ed[i] += x[r * width + i];
      ea[r] += x[r * width + i];
      et[i * rows + r] = x[r * width + i];
    }
  }
  expect_close("softmax", y.get(), es);
  expect_close("sum_rows", down.get(), ed, 1e-5, 1e-4);
  expect_close("sum_columns", across.get(), ea, 1e-5, 1e-4);
  expect_close("swap_axes", turned.get(), et, 0, 0);
  const Floats b = normals(width), z = zeros(rows * width);
  binary(Binary::mul, x.get(), 1, b.get(), 1, z.get(), rows, width, width, 0);
  for (size_t i = 0; i < rows * width; i++) et[i] = x[i] * b[i % width];
  expect_close("binary by rows", z.get(), et, 1e-7, 0);
}

}  // namespace

/** kernels_test [quick] [threads=N] [isa=NAME] */
int main(int argc, char** argv) {
  const auto option = [&](const std::string& name) -> const char* {
    for (int i = 1; i < argc; i++)
      if (std::strncmp(argv[i], name.c_str(), name.size()) == 0) return argv[i] + name.size();
    return nullptr;
  };
  const bool quick = option("quick");
  const char *const threads = option("threads="), *const isa = option("isa=");
  Pool::shared().set_threads(threads ? size_t(std::atoi(threads)) : 3);
  if (isa && !use_kernels(isa)) {
    std::printf("expected %s among the sets of this machine, got none: %s\n", isa, amx_refusal());
    return 1;
  }
  test_pool();
  const std::vector<size_t> rows = quick ? std::vector<size_t>{1, 17, 197} : std::vector<size_t>{1, 3, 15, 16, 17, 31, 33, 196, 197, 577};
  for (const Kernels* const* set = available_kernels(); *set; set++) {
    use_kernels((*set)->name);
    if (isa && isa != std::string(kernels().name)) continue;
    for (size_t m : rows)
      for (size_t n : {1, 5, 32, 45})
        for (size_t k : {1, 7, 33, 64})
          test_product(m, n, k, (m + n + k) % 3 == 0 ? Format::bf16 : Format::f32, Activation((m + n) % kActivations), k % 2 == 1);
    test_product(0, 4, 4, Format::f32, Activation::none, false);
    test_product(2, 4, 0, Format::f32, Activation::gelu, true);
    test_product(29, 70, 1024, Format::f32, Activation::gelu, true);
    test_product(29, 70, 1024, Format::bf16, Activation::none, true);
    test_product(450, 100, 700, Format::f32, Activation::none, true);
    for (size_t batch : {1, 5})
      for (bool ta : {false, true})
        for (bool tb : {false, true}) {
          test_matmul(batch, 3, 5, 7, ta, tb);
          test_matmul(batch, 33, 65, 70, ta, tb);
          if (!quick) test_matmul(batch, 130, 90, 512, ta, tb);
        }
    for (size_t n : rows)
      for (bool extras : {false, true}) test_attention(2, 3, n, n > 100 ? 37 : n + 2, n % 2 ? 16 : 13, extras);
    test_attention(1, 2, 31, 1100, 24, false);
    test_attention(1, 2, 17, 600, 64, true);
    for (size_t r : rows)
      for (size_t width : {1, 15, 16, 33, 192}) {
        test_layer_norm(r, width);
        test_rows(r, width);
      }
    test_functions();
    test_accuracy(quick);
    test_tnt(quick);
    test_windows();
    test_patches();
    test_convolution();
    test_depthwise();
    test_batch_norm();
    test_group_norm();
    test_cross_entropy();
    test_updates();
    if (kernels().tiles) test_tile_kernels(rows);
  }
  test_emulated_tiles();
  test_same_bits();
  std::printf(failures == 0 ? "all passed\n" : "%d failed\n", failures);
  return failures == 0 ? 0 : 1;
}
