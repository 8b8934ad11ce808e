#include "../isa.h"
#include "../ops.h"
#include "work.h"

namespace tessera {

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
  if (a.width == 0 || a.batch * a.heads == 0 || a.queries + a.keys == 0) return;
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

}  // namespace tessera
