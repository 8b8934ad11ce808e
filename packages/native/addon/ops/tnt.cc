#include <cstring>

#include "../isa.h"
#include "../ops.h"
#include "work.h"

namespace tessera {

void tnt_inner(const TntInner& inner) {
  if (inner.patches * inner.words * inner.width == 0) return;
  const Kernels& kernel = kernels();
  const size_t floats = kernel.tnt_inner_scratch(inner);
  const size_t cost = inner.patches * inner.words * inner.width * (4 * inner.width + 2 * inner.hidden);
  // Kernels take a few patches together, four at most.
  divided(inner.patches, pieces_for(cost, kSmallProduct), 4,
          [&](size_t patch, size_t end) { kernel.tnt_inner(inner, patch, end, scratch(floats)); });
}

void tnt_merge(const TntMerge& m) {
  if (m.width == 0) return;
  const Kernels& kernel = kernels();
  const size_t tokens = m.patches + 1;
  const auto merge = [&](size_t row, size_t end, size_t batch) {
    const size_t at = (batch * tokens + 1 + row) * m.width, count = (end - row) * m.width;
    const float* joined = m.joined + (batch * m.patches + row) * m.width;
    if (m.norm.gamma) {
      kernel.layer_norm({joined, m.norm.gamma, m.norm.beta, m.out + at, end - row, m.width, m.epsilon}, 0, end - row);
      joined = m.out + at;
    }
    kernel.binary(Binary::add, m.tokens + at, 1, joined, 1, m.out + at, count);
  };
  for (size_t b = 0; b < m.batch; b++)
    std::memcpy(m.out + b * tokens * m.width, m.tokens + b * tokens * m.width, m.width * sizeof(float));
  // Rows by rows, so that what was normalised is added while it is in the first cache.
  divided(m.batch * m.patches, pieces_for(m.batch * m.patches * m.width, kSmallMap), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) merge(i % m.patches, i % m.patches + 1, i / m.patches);
  });
}

}  // namespace tessera
