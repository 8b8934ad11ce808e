// The steps of optimisers. Each value is read before it is written, so that arrays may be renewed in place.
#pragma once
#include "rows.h"

namespace tessera {
namespace {

void sgd_update(const SgdUpdate& u, size_t first, size_t last) {
  const Vec scale = set(u.scale), decay = set(u.decay), keep = set(u.momentum), take = set(u.take), rate = set(-u.rate);
  each_vector(last - first, [=, &u](size_t i, int lanes) {
    const size_t at = first + i;
    const Vec weight = load(u.weight + at, lanes);
    const Vec slope = fma(weight, decay, mul(load(u.gradient + at, lanes), scale));
    Vec along = slope;
    if (u.velocity) {
      const Vec velocity = fma(load(u.velocity + at, lanes), keep, mul(slope, take));
      store(u.new_velocity + at, velocity, lanes);
      along = u.nesterov ? fma(velocity, keep, slope) : velocity;
    }
    store(u.new_weight + at, fma(along, rate, weight), lanes);
  });
}

/** Renews the moments, and gives where they lead: mean · first / (√variance · root + epsilon). */
inline Vec adam_direction(const AdamUpdate& u, Vec slope, size_t at, int lanes) {
  const Vec mean = fma(load(u.mean + at, lanes), set(u.keep1), mul(slope, set(u.take1)));
  const Vec variance = fma(load(u.variance + at, lanes), set(u.keep2), mul(mul(slope, slope), set(u.take2)));
  store(u.new_mean + at, mean, lanes);
  store(u.new_variance + at, variance, lanes);
  return div(mul(mean, set(u.first)), fma(sqrt(variance), set(u.root), set(u.epsilon)));
}

void adam_update(const AdamUpdate& u, size_t first, size_t last) {
  const Vec scale = set(u.scale), joining = set(u.joining), shrink = set(u.shrink), rate = set(-u.rate);
  each_vector(last - first, [=, &u](size_t i, int lanes) {
    const size_t at = first + i;
    const Vec weight = load(u.weight + at, lanes);
    const Vec slope = fma(weight, joining, mul(load(u.gradient + at, lanes), scale));
    store(u.new_weight + at, fma(adam_direction(u, slope, at, lanes), rate, mul(weight, shrink)), lanes);
  });
}

void lamb_direction(const AdamUpdate& u, float* direction, size_t first, size_t last) {
  const Vec scale = set(u.scale), joining = set(u.joining);
  each_vector(last - first, [=, &u](size_t i, int lanes) {
    const size_t at = first + i;
    const Vec adam = adam_direction(u, mul(load(u.gradient + at, lanes), scale), at, lanes);
    store(direction + at, fma(load(u.weight + at, lanes), joining, adam), lanes);
  });
}

void blend(const float* a, float share_a, const float* b, float share_b, float* y, size_t count) {
  const Vec of_a = set(share_a), of_b = set(share_b);
  each_vector(count, [=](size_t i, int lanes) {
    store(y + i, fma(load(a + i, lanes), of_a, mul(load(b + i, lanes), of_b)), lanes);
  });
}

void approach(const float* a, const float* b, float share, float* y, size_t count) {
  const Vec step = set(share);
  each_vector(count, [=](size_t i, int lanes) {
    const Vec from = load(a + i, lanes);
    store(y + i, fma(sub(load(b + i, lanes), from), step, from), lanes);
  });
}

float sum_squares(const float* x, size_t count) {
  Vec sum = set(0.0f);
  each_vector(count, [&](size_t i, int lanes) {
    const Vec v = load(x + i, lanes);
    sum = fma(v, v, sum);
  });
  return sum_of(sum);
}

}  // namespace
}  // namespace tessera
