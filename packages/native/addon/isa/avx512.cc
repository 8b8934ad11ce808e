// Compiled with AVX-512 F, BW, DQ and VL; see binding.gyp.
#include "../kernels.h"

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
#include "../simd/avx512.h"
#include "../kernels/table.h"

namespace tessera {
static constexpr Kernels kTable = table("avx512");
const Kernels* kernels_avx512() { return &kTable; }
}  // namespace tessera
#else
namespace tessera {
const Kernels* kernels_avx512() { return nullptr; }
}  // namespace tessera
#endif
