// How work is cut for the threads.
#pragma once
#include <algorithm>
#include <cstddef>

#include "../pool.h"
#include "../sizes.h"

namespace tessera {

/** Below so many multiply-adds or values, waking a thread costs more than it saves. */
constexpr size_t kSmallProduct = 1 << 18;
constexpr size_t kSmallMap = 1 << 14;

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
inline size_t pieces_for(size_t cost, size_t small) { return cost < small ? 1 : 4 * Pool::shared().threads(); }

}  // namespace tessera
