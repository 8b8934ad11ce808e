// Compiled with AVX2 and FMA; see binding.gyp.
#include "../kernels.h"

#if defined(__AVX2__) && (defined(__FMA__) || defined(_MSC_VER))
#include "../simd/avx2.h"
#include "../kernels/table.h"

namespace tessera {
static constexpr Kernels kTable = table("avx2");
const Kernels* kernels_avx2() { return &kTable; }
}  // namespace tessera
#else
namespace tessera {
const Kernels* kernels_avx2() { return nullptr; }
}  // namespace tessera
#endif
