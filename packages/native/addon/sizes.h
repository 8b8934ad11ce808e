// Arithmetic on sizes that cannot wrap round: a caller may claim any.
#pragma once
#include <cstddef>
#include <cstdint>

namespace tessera {

/** Product of sizes that sticks at the largest number rather than wrap round. */
template <class... Sizes>
size_t times(size_t first, Sizes... rest) {
  if constexpr (sizeof...(rest) == 0) {
    return first;
  } else {
    const size_t other = times(size_t(rest)...);
    return first != 0 && other > SIZE_MAX / first ? SIZE_MAX : first * other;
  }
}

/** How many parts a whole has, the last of which may be smaller. */
inline size_t parts(size_t whole, size_t part) { return whole / part + (whole % part != 0); }

}  // namespace tessera
