#include "tile_permission.h"

#if defined(__linux__) && defined(__x86_64__)
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace tessera {

const char* ask_for_tiles() {
#if defined(__linux__) && defined(__x86_64__)
  // ARCH_REQ_XCOMP_PERM and XFEATURE_XTILEDATA of the kernel's Documentation/arch/x86/xstate.rst
  constexpr long kRequest = 0x1023, kTileData = 18;
  if (syscall(SYS_arch_prctl, kRequest, kTileData) == 0) return "";
  switch (errno) {
    case ENOSPC: return "a signal stack of this process is too small for tile registers";
    case EPERM: return "Linux refuses tile registers to this process";
    default: return "this Linux gives no tile registers; 5.16 and later do";
  }
#else
  return "tile registers are used on Linux only";
#endif
}

}  // namespace tessera
