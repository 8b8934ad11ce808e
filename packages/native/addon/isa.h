// Which instruction set runs.
#pragma once

#include "kernels.h"

namespace tessera {

/** The sets that this binary has and this processor can run, the best first; null at the end. */
const Kernels* const* available_kernels();

/** The set in use. */
const Kernels& kernels();

/** Why AMX is not offered on a processor that has it; empty where it is, or where the processor has none. */
const char* amx_refusal();

/** False if there is none of that name here. */
bool use_kernels(const char* name);

}  // namespace tessera
