// Linear layers and products of matrices.
#include "../isa.h"
#include "../ops.h"
#include "arguments.h"
#include "bindings.h"

namespace tessera {

namespace {

/** pack(k, n, transposed, from, packed) */
napi_value pack_panels(napi_env env, napi_callback_info call) {
  Args args(env, call, "pack");
  const size_t k = args.size("k"), n = args.size("n");
  const bool transposed = args.flag();
  const float* from = args.floats(times(k, n), "from");
  const Result panels = args.panels(k, n);
  if (args.ok) pack(from, transposed, k, n, panels);
  return nullptr;
}

/** packedSize(k, n, format) -> values that `pack` writes */
napi_value size_of_panels(napi_env env, napi_callback_info call) {
  Args args(env, call, "packedSize");
  const size_t k = args.size("k"), n = args.size("n");
  const Format format = Format(args.below(kFormats, "format"));
  if (!args.ok) return nullptr;
  napi_value out;
  napi_create_double(env, double(packed_size(k, n, format)), &out);
  return out;
}

/** blocksSize(rows, k) -> values of rows in blocks, for tile registers; 0 where there are none */
napi_value size_of_blocks(napi_env env, napi_callback_info call) {
  Args args(env, call, "blocksSize");
  const size_t rows = args.size("rows"), k = args.size("k");
  if (!args.ok) return nullptr;
  napi_value out;
  napi_create_double(env, kernels().tiles ? double(blocks_size(rows, k)) : 0, &out);
  return out;
}

/** unpackRows(rows, k, blocks, out) */
napi_value rows_of_blocks(napi_env env, napi_callback_info call) {
  Args args(env, call, "unpackRows");
  const size_t rows = args.size("rows"), k = args.size("k");
  const uint16_t* blocks = args.halves_within(blocks_size(rows, k), "blocks");
  float* out = args.floats(times(rows, k), "out");
  if (args.ok) unpack_rows(blocks, rows, k, out);
  return nullptr;
}

/** linear(m, n, k, activation, x, packed, bias, scale, residual, out); x and out may be blocks of bfloat16, without a residual. */
napi_value linear(napi_env env, napi_callback_info call) {
  Args args(env, call, "linear");
  Product p;
  p.m = args.size("m");
  p.n = p.ldc = args.size("n");
  p.k = p.lda = args.size("k");
  p.epilogue.activation = Activation(args.below(kActivations, "activation"));
  p.a = operand_of(args.rows(p.m, p.k, "x"));
  p.b = operand_of(args.panels(p.k, p.n));
  p.epilogue.bias = args.floats_or_null(p.n, "bias");
  p.epilogue.scale = args.floats_or_null(p.n, "scale");
  p.epilogue.residual = args.floats_or_null(times(p.m, p.n), "residual");
  p.c = args.rows(p.m, p.n, "out");
  const bool from_tiles = p.a.layout == Layout::tile_rows, to_tiles = p.c.layout == Layout::tile_rows;
  if ((from_tiles || to_tiles) && p.b.layout != Layout::tile_panels) args.fail("packed weights of bfloat16 for rows in blocks");
  if (to_tiles && p.epilogue.residual) args.fail("no residual for an output in blocks");
  if (args.ok) product(p);
  return nullptr;
}

/** matmul(batch, m, n, k, transposedA, transposedB, repeatA, repeatB, a, b, out) */
napi_value matrix_product(napi_env env, napi_callback_info call) {
  Args args(env, call, "matmul");
  MatMul m = {};
  m.batch = args.size("batch");
  m.m = args.size("m");
  m.n = args.size("n");
  m.k = args.size("k");
  m.transposed_a = args.flag();
  m.transposed_b = args.flag();
  const bool repeat_a = args.flag(), repeat_b = args.flag();
  m.step_a = repeat_a ? 0 : times(m.m, m.k);
  m.step_b = repeat_b ? 0 : times(m.k, m.n);
  m.a = args.floats(times(repeat_a ? 1 : m.batch, m.m, m.k), "a");
  m.b = args.floats(times(repeat_b ? 1 : m.batch, m.k, m.n), "b");
  m.c = args.floats(times(m.batch, m.m, m.n), "out");
  if (args.ok) matmul(m);
  return nullptr;
}

}  // namespace

const Binding linear_bindings[] = {
    {"packedSize", size_of_panels},
    {"pack", pack_panels},
    {"blocksSize", size_of_blocks},
    {"unpackRows", rows_of_blocks},
    {"linear", linear},
    {"matmul", matrix_product},
    {}};

}  // namespace tessera
