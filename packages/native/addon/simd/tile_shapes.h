// What LDTILECFG reads.
#pragma once
#include <cstdint>

namespace tessera {
namespace {

/** Palette 1, eight tiles of 16 rows of 64 bytes. Edges are filled with zeros, so that one shape serves all. */
struct alignas(64) TileShapes {
  uint8_t palette = 1, start_row = 0, reserved[14] = {};
  uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
static_assert(sizeof(TileShapes) == 64);
constexpr TileShapes kTileShapes;

}  // namespace
}  // namespace tessera
