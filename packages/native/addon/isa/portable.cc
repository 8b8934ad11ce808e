// Compiled for the least processor of the platform.
#include "../simd/portable.h"
#include "../kernels/table.h"

namespace tessera {
static constexpr Kernels kTable = table("portable");
const Kernels* kernels_portable() { return &kTable; }
}  // namespace tessera
