// Every 64-bit ARM has it.
#include "../kernels.h"

#if defined(__aarch64__) || defined(_M_ARM64)
#include "../simd/neon.h"
#include "../kernels/table.h"

namespace tessera {
static constexpr Kernels kTable = table("neon");
const Kernels* kernels_neon() { return &kTable; }
}  // namespace tessera
#else
namespace tessera {
const Kernels* kernels_neon() { return nullptr; }
}  // namespace tessera
#endif
