// From row-major matrices to panels and between layouts.
#pragma once
#include "product.h"

namespace tessera {
namespace {

/** The transpose of at most a square of registers. */
inline void turn_block(const float* x, size_t ld_x, float* out, size_t ld_out, size_t rows, size_t columns) {
  Vec square[kWidth];
  if (rows == kWidth && columns == kWidth) {
    TESSERA_UNROLL(16)
    for (size_t i = 0; i < kWidth; i++) square[i] = load(x + i * ld_x);
    turn(square);
    TESSERA_UNROLL(16)
    for (size_t i = 0; i < kWidth; i++) store(out + i * ld_out, square[i]);
    return;
  }
  TESSERA_UNROLL(16)
  for (size_t i = 0; i < kWidth; i++) square[i] = i < rows ? load(x + i * ld_x, int(columns)) : set(0.0f);
  turn(square);
  for (size_t i = 0; i < columns; i++) store(out + i * ld_out, square[i], int(rows));
}

void transpose(const float* x, size_t ld_x, float* out, size_t ld_out, size_t rows, size_t columns) {
  for (size_t i = 0; i < rows; i += kWidth)
    for (size_t j = 0; j < columns; j += kWidth)
      turn_block(x + i * ld_x + j, ld_x, out + j * ld_out + i, ld_out, smaller(kWidth, rows - i), smaller(kWidth, columns - j));
}

void pack_panel(const float* b, size_t ldb, bool transposed, size_t k, size_t column, size_t columns, float* out) {
  if (transposed) {
    if (columns < kPanel)
      for (size_t p = 0; p < k; p++)
        for (size_t j = columns; j < kPanel; j++) out[p * kPanel + j] = 0;
    transpose(b + column * ldb, ldb, out, kPanel, columns, k);
    return;
  }
  for (size_t p = 0; p < k; p++) {
    const float* from = b + p * ldb + column;
    for (size_t v = 0; v < kPanel; v += kWidth) {
      const int lanes = int(columns) - int(v);
      store(out + p * kPanel + v, lanes > 0 ? load(from + v, lanes) : set(0.0f));
    }
  }
}

void pack(const float* b, size_t ldb, bool transposed, size_t k, size_t n, float* out, size_t first, size_t last) {
  for (size_t p = first; p < last; p++)
    pack_panel(b, ldb, transposed, k, p * kPanel, smaller(kPanel, n - p * kPanel), out + p * k * kPanel);
}

/** To nearest, ties to even; a NaN stays one. */
inline uint16_t to_bf16(float x) {
  union {
    float value;
    uint32_t bits;
  } u = {x};
  if (x != x) return uint16_t(u.bits >> 16 | 0x40);
  return uint16_t((u.bits + 0x7fff + (u.bits >> 16 & 1)) >> 16);
}

void pack_bf16(const float* b, size_t ldb, bool transposed, size_t k, size_t n, uint16_t* out, size_t first,
               size_t last) {
  for (size_t p = first; p < last; p++) {
    const size_t column = p * kPanel;
    const size_t columns = smaller(kPanel, n - column);
    uint16_t* panel = out + p * k * kPanel;
    for (size_t i = 0; i < k; i++)
      for (size_t j = 0; j < kPanel; j++) {
        const float x = j >= columns ? 0.0f : transposed ? b[(column + j) * ldb + i] : b[i * ldb + column + j];
        panel[i * kPanel + j] = to_bf16(x);
      }
  }
}

void pack(const float* b, size_t ldb, bool transposed, size_t k, size_t n, const Result& panels, size_t first,
          size_t last) {
  if (panels.format == Format::bf16) pack_bf16(b, ldb, transposed, k, n, halves(panels), first, last);
  else pack(b, ldb, transposed, k, n, floats(panels), first, last);
}

}  // namespace
}  // namespace tessera
