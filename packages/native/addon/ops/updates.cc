#include <math.h>

#include <vector>

#include "../isa.h"
#include "../ops.h"
#include "work.h"

namespace tessera {

namespace {

/** Sums are made of sums over so many values, whatever the number of threads: the same numbers give the same sum. */
constexpr size_t kSummed = 4096;

double total(const std::vector<float>& sums) {
  double sum = 0;
  for (const float part : sums) sum += part;
  return sum;
}

}  // namespace

void sgd_update(const SgdUpdate& u, size_t count) {
  const Kernels& kernel = kernels();
  divided(count, pieces_for(count, kSmallMap), 64, [&](size_t first, size_t last) { kernel.sgd_update(u, first, last); });
}

void adam_update(const AdamUpdate& u, size_t count) {
  const Kernels& kernel = kernels();
  divided(count, pieces_for(count, kSmallMap), 64, [&](size_t first, size_t last) { kernel.adam_update(u, first, last); });
}

void lamb_update(const AdamUpdate& u, const Trust& trust, size_t count) {
  const Kernels& kernel = kernels();
  float* direction = shared_scratch(count);
  std::vector<float> of_weight(parts(count, kSummed)), of_direction(of_weight.size());
  divided(count, pieces_for(count, kSmallMap), kSummed, [&](size_t first, size_t last) {
    for (; first < last; first += kSummed) {
      const size_t end = std::min(last, first + kSummed);
      kernel.lamb_direction(u, direction, first, end);
      of_weight[first / kSummed] = kernel.sum_squares(u.weight + first, end - first);
      of_direction[first / kSummed] = kernel.sum_squares(direction + first, end - first);
    }
  });
  double length = 1;
  if (trust.adapt) {
    const double of_shrunk = sqrt(total(of_weight)) * u.shrink, wide = sqrt(total(of_direction));
    // Written so that a NaN stays one.
    if (of_shrunk != 0 && wide != 0) length = of_shrunk / wide;
    if (trust.clip && length > 1) length = 1;
  }
  blend(u.weight, u.shrink, direction, float(-u.rate * length), u.new_weight, count);
}

void blend(const float* a, float share_a, const float* b, float share_b, float* y, size_t count) {
  const Kernels& kernel = kernels();
  divided(count, pieces_for(count, kSmallMap), 64, [&](size_t first, size_t last) {
    kernel.blend(a + first, share_a, b + first, share_b, y + first, last - first);
  });
}

void approach(const float* a, const float* b, float share, float* y, size_t count) {
  const Kernels& kernel = kernels();
  divided(count, pieces_for(count, kSmallMap), 64, [&](size_t first, size_t last) {
    kernel.approach(a + first, b + first, share, y + first, last - first);
  });
}

double sum_squares(const float* x, size_t count) {
  const Kernels& kernel = kernels();
  std::vector<float> sums(parts(count, kSummed));
  divided(count, pieces_for(count, kSmallMap), kSummed, [&](size_t first, size_t last) {
    for (; first < last; first += kSummed)
      sums[first / kSummed] = kernel.sum_squares(x + first, std::min(last - first, kSummed));
  });
  return total(sums);
}

}  // namespace tessera
