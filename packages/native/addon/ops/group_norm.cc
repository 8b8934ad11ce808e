// Group norm: a picture's rows of channels go through batch norm's kernels, with statistics that its groups share.
#include <cmath>
#include <vector>

#include "../isa.h"
#include "../ops.h"
#include "column_sums.h"

namespace tessera {

namespace {

bool is_empty(const GroupNorm& n) { return n.batch * n.pixels * n.width == 0; }

/** Values of a group. */
double values_of(const GroupNorm& n) { return double(n.pixels * (n.width / n.groups)); }

/** What the kernels take in place of statistics and weights, for one picture. */
struct Coefficients {
  std::vector<float> mean, inverse, scale, shift;

  explicit Coefficients(const GroupNorm& n) : mean(n.width), inverse(n.width), scale(n.width), shift(n.width) {}

  void take(const GroupNorm& n, const float* x) {
    const Kernels& kernel = kernels();
    std::vector<double> sums, squares;
    // About the first pixel, which is near the mean for what a variance of differences needs.
    sum_blocks(n.pixels, n.width, sums, squares,
               [&](size_t row, size_t end, float* a, float* b) { kernel.column_moments(x, x, n.width, row, end, a, b); });
    const size_t width = n.width / n.groups;
    for (size_t first = 0; first < n.width; first += width) {
      double total = 0, spread = 0;
      for (size_t c = first; c < first + width; c++) total += double(n.pixels) * double(x[c]) + sums[c];
      const double centre = total / values_of(n);
      for (size_t c = first; c < first + width; c++) {
        const double lift = centre - double(x[c]);
        spread += squares[c] - 2 * lift * sums[c] + double(n.pixels) * lift * lift;
      }
      const double one = 1 / std::sqrt(std::max(0.0, spread / values_of(n)) + double(n.epsilon));
      for (size_t c = first; c < first + width; c++) {
        mean[c] = float(centre);
        inverse[c] = float(one);
        scale[c] = float(one * double(n.gamma[c]));
        // With what the mean lost when it was rounded.
        shift[c] = float(double(n.beta[c]) + (double(mean[c]) - centre) * double(scale[c]));
      }
    }
  }

  BatchNorm of(const GroupNorm& n, const float* x, float* y) const {
    return {n.width, n.activation, x, mean.data(), scale.data(), shift.data(), y};
  }
};

size_t row_pieces(const GroupNorm& n) { return pieces_for(n.pixels * n.width, kSmallMap); }

}  // namespace

void group_norm(const GroupNorm& n, float* y) {
  if (is_empty(n)) return;
  const Kernels& kernel = kernels();
  Coefficients coefficients(n);
  for (size_t start = 0; start < n.batch * n.pixels * n.width; start += n.pixels * n.width) {
    coefficients.take(n, n.x + start);
    const BatchNorm norm = coefficients.of(n, n.x + start, y + start);
    divided(n.pixels, row_pieces(n), 1, [&](size_t row, size_t end) { kernel.batch_norm(norm, row, end); });
  }
}

void group_norm_grad(const GroupNormGrad& g) {
  const GroupNorm& n = g.forward;
  std::vector<double> dgamma(n.width), dbeta(n.width), sums, products;
  const Kernels& kernel = kernels();
  Coefficients coefficients(n);
  std::vector<float> tilt(n.width), lift(n.width);
  const size_t size = n.pixels * n.width, width = n.width == 0 ? 0 : n.width / n.groups;
  for (size_t start = 0; start < (is_empty(n) ? 0 : n.batch * size); start += size) {
    coefficients.take(n, n.x + start);
    // dx serves as `inner` until the second pass overwrites it.
    BatchNormGrad grad = {coefficients.of(n, n.x + start, nullptr), coefficients.inverse.data(),
                          g.dy + start, g.dx + start, tilt.data(), lift.data(), g.dx + start};
    sum_blocks(n.pixels, n.width, sums, products,
               [&](size_t row, size_t end, float* a, float* b) { kernel.batch_norm_sums(grad, row, end, a, b); });
    for (size_t first = 0; first < n.width; first += width) {
      double sum = 0, along = 0;
      for (size_t c = first; c < first + width; c++) {
        dbeta[c] += sums[c];
        dgamma[c] += products[c];
        sum += double(n.gamma[c]) * sums[c];
        along += double(n.gamma[c]) * products[c];
      }
      const double share = -double(coefficients.inverse[first]) / values_of(n);
      for (size_t c = first; c < first + width; c++) {
        tilt[c] = float(share * along * double(coefficients.inverse[c]));
        lift[c] = float(share * sum);
      }
    }
    divided(n.pixels, row_pieces(n), 1, [&](size_t row, size_t end) { kernel.batch_norm_grad(grad, row, end); });
  }
  for (size_t c = 0; c < n.width; c++) {
    g.dgamma[c] = float(dgamma[c]);
    g.dbeta[c] = float(dbeta[c]);
  }
}

}  // namespace tessera
