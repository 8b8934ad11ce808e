// The inner transformer of a TNT block against plain loops in double precision.
#include "kernel_tests.h"

namespace tessera {

namespace {

using Rows = std::vector<std::vector<double>>;

Rows norm(const Rows& x, const float* gamma, const float* beta, double epsilon) {
  Rows y = x;
  for (std::vector<double>& row : y) {
    double mean = 0, variance = 0;
    for (double v : row) mean += v / double(row.size());
    for (double v : row) variance += (v - mean) * (v - mean) / double(row.size());
    for (size_t i = 0; i < row.size(); i++) row[i] = (row[i] - mean) / std::sqrt(variance + epsilon) * gamma[i] + beta[i];
  }
  return y;
}

Rows linear(const Rows& x, size_t out, LinearWeights layer) {
  Rows y(x.size(), std::vector<double>(out));
  for (size_t r = 0; r < x.size(); r++)
    for (size_t o = 0; o < out; o++) {
      y[r][o] = layer.bias ? layer.bias[o] : 0;
      for (size_t i = 0; i < x[r].size(); i++) y[r][o] += x[r][i] * layer.weight[o * x[r].size() + i];
    }
  return y;
}

void add_to(Rows& x, const Rows& y) {
  for (size_t r = 0; r < x.size(); r++)
    for (size_t i = 0; i < x[r].size(); i++) x[r][i] += y[r][i];
}

Rows attend(const TntInner& t, const Rows& qk, const Rows& v) {
  const size_t depth = t.width / t.heads;
  Rows y(t.words, std::vector<double>(t.width));
  for (size_t h = 0; h < t.heads; h++)
    for (size_t i = 0; i < t.words; i++) {
      std::vector<double> weights(t.words);
      double sum = 0;
      for (size_t j = 0; j < t.words; j++) {
        for (size_t e = h * depth; e < (h + 1) * depth; e++) weights[j] += qk[i][e] * qk[j][t.width + e];
        sum += weights[j] = std::exp(weights[j] / std::sqrt(double(depth)));
      }
      for (size_t j = 0; j < t.words; j++)
        for (size_t e = h * depth; e < (h + 1) * depth; e++) y[i][e] += weights[j] / sum * v[j][e];
    }
  return y;
}

void test_inner(size_t patches, size_t words, size_t width, size_t heads, size_t hidden, bool legacy, Activation activation) {
  const size_t size = patches * words * width, joined = legacy ? width : words * width;
  std::vector<Floats> kept;
  const auto values = [&](size_t count, float deviation) {
    kept.push_back(normals(count, deviation));
    return kept.back().get();
  };
  const auto layer = [&](size_t in, size_t out, bool bias) {
    const float* weight = values(in * out, 1 / std::sqrt(float(in)));
    return LinearWeights{weight, bias ? values(out, 1) : nullptr};
  };
  TntInner t = {patches, words, width, heads, hidden, 1e-5f, activation, legacy, values(size, 1),
                {values(width, 1), values(width, 1)}, {values(width, 1), values(width, 1)},
                {values(joined, 1), values(joined, 1)}, layer(width, 2 * width, legacy), layer(width, width, legacy),
                layer(width, width, true), layer(width, hidden, true), layer(hidden, width, true), nullptr, nullptr};
  const Floats out = zeros(size), normal = zeros(size);
  t.out = out.get();
  t.normal = normal.get();
  tnt_inner(t);
  std::vector<double> expected, expected_normal;
  for (size_t p = 0; p < patches; p++) {
    Rows x;
    for (size_t w = 0; w < words; w++) x.emplace_back(t.x + (p * words + w) * width, t.x + (p * words + w + 1) * width);
    const Rows first = norm(x, t.norm_in.gamma, t.norm_in.beta, t.epsilon);
    add_to(x, linear(attend(t, linear(first, 2 * width, t.qk), linear(first, width, t.v)), width, t.proj));
    Rows inside = linear(norm(x, t.norm_mlp.gamma, t.norm_mlp.beta, t.epsilon), hidden, t.fc1);
    for (std::vector<double>& row : inside)
      for (double& v : row) v = reference_activation(activation, v);
    add_to(x, linear(inside, width, t.fc2));
    std::vector<double> all;
    for (const std::vector<double>& row : x) all.insert(all.end(), row.begin(), row.end());
    expected.insert(expected.end(), all.begin(), all.end());
    for (const std::vector<double>& row : norm(legacy ? x : Rows{all}, t.norm_joined.gamma, t.norm_joined.beta, t.epsilon))
      expected_normal.insert(expected_normal.end(), row.begin(), row.end());
  }
  const std::string what = "tnt_inner " + std::to_string(patches) + "x" + std::to_string(words) + "x" + std::to_string(width);
  expect_close(what, out.get(), expected, 1e-4, 1e-4);
  expect_close(what + " normalised", normal.get(), expected_normal, 1e-4, width < 3 ? 1e-2 : 3e-4);
}

}  // namespace

void test_tnt(bool quick) {
  for (bool legacy : {false, true}) {
    test_inner(quick ? 9 : 196, 16, 24, 4, 96, legacy, Activation::gelu);
    test_inner(5, 16, 12, 2, 48, legacy, Activation::gelu_tanh);
    test_inner(3, 16, 40, 4, 160, legacy, Activation::quick_gelu);
    test_inner(1, 3, 5, 1, 7, legacy, Activation::relu);
    test_inner(7, 17, 33, 3, 65, legacy, Activation::silu);
    test_inner(2, 49, 6, 3, 1, legacy, Activation::none);
    test_inner(4, 1, 8, 8, 3, legacy, Activation::gelu);
  }
}

}  // namespace tessera
