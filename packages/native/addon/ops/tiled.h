// Products by tile registers.
#pragma once
#include "../kernels.h"

namespace tessera {

/** c = epilogue(a · b), b packed as bfloat16 for tiles. */
void tiled_product(const TileKernels& tiles, const Product& product);

}  // namespace tessera
