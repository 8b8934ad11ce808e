#include "isa.h"

#include <atomic>
#include <cstring>

#include "tile_permission.h"

#if defined(__x86_64__) || defined(_M_X64)
#define TESSERA_X64 1
#if defined(_MSC_VER)
#include <intrin.h>
#else
#include <cpuid.h>
#endif
#endif

namespace tessera {

namespace {

#if TESSERA_X64
struct Registers {
  unsigned a, b, c, d;
};

Registers cpuid(unsigned leaf, unsigned part = 0) {
  Registers r = {};
#if defined(_MSC_VER)
  int out[4];
  __cpuidex(out, int(leaf), int(part));
  r = {unsigned(out[0]), unsigned(out[1]), unsigned(out[2]), unsigned(out[3])};
#else
  __get_cpuid_count(leaf, part, &r.a, &r.b, &r.c, &r.d);
#endif
  return r;
}

/** Which registers the operating system saves. */
unsigned long long saved_registers() {
#if defined(_MSC_VER)
  return _xgetbv(0);
#else
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (static_cast<unsigned long long>(high) << 32) | low;
#endif
}

struct Features {
  bool avx2 = false, avx512 = false, bf16 = false, amx = false, tiles_saved = false;
  Features() {
    const Registers one = cpuid(1), seven = cpuid(7);
    const auto all = [](unsigned value, unsigned mask) { return (value & mask) == mask; };
    // FMA, OSXSAVE, AVX
    if (!all(one.c, 1u << 12 | 1u << 27 | 1u << 28)) return;
    const unsigned long long saved = saved_registers();
    avx2 = (saved & 0x6) == 0x6 && all(seven.b, 1u << 5);
    // F, DQ, BW, VL
    avx512 = avx2 && (saved & 0xe6) == 0xe6 && all(seven.b, 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31);
    // AVX512-BF16; AMX-BF16 and AMX-TILE
    bf16 = avx512 && all(cpuid(7, 1).a, 1u << 5);
    amx = bf16 && all(seven.d, 1u << 22 | 1u << 24);
    tiles_saved = (saved & 0x60000) == 0x60000;
  }
};
#endif

struct Available {
  const Kernels* list[7] = {};
  const char* amx_refusal = "";
  Available() {
    int count = 0;
    const auto offer = [&](const Kernels* kernels) {
      if (kernels) list[count++] = kernels;
    };
#if TESSERA_X64
    const Features features;
    if (features.amx) {
      if (!kernels_amx()) amx_refusal = "the compiler of this build has no AMX";
      else if (!features.tiles_saved) amx_refusal = "the operating system does not save tile registers";
      else amx_refusal = ask_for_tiles();
      if (!*amx_refusal) offer(kernels_amx());
    }
    if (features.avx512) offer(kernels_avx512());
    if (features.avx2) offer(kernels_avx2());
#endif
    offer(kernels_neon());
    offer(kernels_portable());
#if TESSERA_EMULATED
    offer(kernels_amx_emulated());
#if TESSERA_X64
    if (features.bf16) offer(kernels_amx_emulated_avx512());
#endif
#endif
  }
};

const Available& available() {
  static const Available all;
  return all;
}

std::atomic<const Kernels*> chosen{nullptr};

}  // namespace

const Kernels* const* available_kernels() { return available().list; }

const char* amx_refusal() { return available().amx_refusal; }

const Kernels& kernels() {
  const Kernels* now = chosen.load(std::memory_order_acquire);
  return now ? *now : *available().list[0];
}

bool use_kernels(const char* name) {
  for (const Kernels* const* k = available_kernels(); *k; k++) {
    if (std::strcmp((*k)->name, name) != 0) continue;
    chosen.store(*k, std::memory_order_release);
    return true;
  }
  return false;
}

}  // namespace tessera
