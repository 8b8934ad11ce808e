#include "isa.h"

#include <atomic>
#include <cstring>

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

Registers cpuid(unsigned leaf) {
  Registers r = {};
#if defined(_MSC_VER)
  int out[4];
  __cpuidex(out, int(leaf), 0);
  r = {unsigned(out[0]), unsigned(out[1]), unsigned(out[2]), unsigned(out[3])};
#else
  __get_cpuid_count(leaf, 0, &r.a, &r.b, &r.c, &r.d);
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
  bool avx2 = false, avx512 = false;
  Features() {
    const Registers one = cpuid(1), seven = cpuid(7);
    const auto all = [](unsigned value, unsigned mask) { return (value & mask) == mask; };
    // FMA, OSXSAVE, AVX
    if (!all(one.c, 1u << 12 | 1u << 27 | 1u << 28)) return;
    const unsigned long long saved = saved_registers();
    avx2 = (saved & 0x6) == 0x6 && all(seven.b, 1u << 5);
    // F, DQ, BW, VL
    avx512 = avx2 && (saved & 0xe6) == 0xe6 && all(seven.b, 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31);
  }
};
#endif

struct Available {
  const Kernels* list[4] = {};
  Available() {
    int count = 0;
    const auto offer = [&](const Kernels* kernels) {
      if (kernels) list[count++] = kernels;
    };
#if TESSERA_X64
    const Features features;
    if (features.avx512) offer(kernels_avx512());
    if (features.avx2) offer(kernels_avx2());
#endif
    offer(kernels_neon());
    offer(kernels_portable());
  }
};

const Available& available() {
  static const Available all;
  return all;
}

std::atomic<const Kernels*> chosen{nullptr};

}  // namespace

const Kernels* const* available_kernels() { return available().list; }

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
