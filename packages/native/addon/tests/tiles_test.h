// Tests of the tile registers' kernels, on every set that has some, and of the model of the instructions.
#pragma once
#include <cstddef>
#include <vector>

namespace tessera {

/** Products and attention of the set in use, against double precision. */
void test_tile_kernels(const std::vector<size_t>& rows);

/** The model against values worked out by hand. */
void test_emulated_tiles();

/** All sets with tile registers give the same product, to the last bit. */
void test_same_bits();

}  // namespace tessera
