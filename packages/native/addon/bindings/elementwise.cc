// Functions of one and of two values.
#include "../ops.h"
#include "arguments.h"
#include "bindings.h"

namespace tessera {

namespace {

/** activate(count, activation, x, out) */
napi_value activate_values(napi_env env, napi_callback_info call) {
  Args args(env, call, "activate");
  const size_t count = args.size("count");
  const Activation activation = Activation(args.below(kActivations, "activation"));
  const float* x = args.floats(count, "x");
  float* out = args.floats(count, "out");
  if (args.ok) activate(activation, x, out, count);
  return nullptr;
}

/** activateGrad(count, activation, dy, x, out) */
napi_value activate_grad_values(napi_env env, napi_callback_info call) {
  Args args(env, call, "activateGrad");
  const size_t count = args.size("count");
  const Activation activation = Activation(args.below(kActivations, "activation"));
  const float* dy = args.floats(count, "dy");
  const float* x = args.floats(count, "x");
  float* out = args.floats(count, "out");
  if (args.ok) activate_grad(activation, dy, x, out, count);
  return nullptr;
}

/** binary(op, rows, width, stepA, rowA, stepB, rowB, a, b, out): value (r, i) of a lies at r · rowA + i · stepA. */
napi_value binary_values(napi_env env, napi_callback_info call) {
  Args args(env, call, "binary");
  const Binary op = Binary(args.below(kBinaries, "op"));
  const size_t rows = args.size("rows"), width = args.size("width");
  const size_t step_a = args.below(2, "stepA"), row_a = args.size("rowA");
  const size_t step_b = args.below(2, "stepB"), row_b = args.size("rowB");
  const bool empty = rows == 0 || width == 0;
  const auto reach = [&](size_t step, size_t row) {
    return empty ? 0 : times(rows - 1, row) + times(width - 1, step) + 1;
  };
  const float* a = args.floats(reach(step_a, row_a), "a");
  const float* b = args.floats(reach(step_b, row_b), "b");
  float* out = args.floats(times(rows, width), "out");
  if (args.ok && !empty) binary(op, a, step_a, b, step_b, out, rows, width, row_a, row_b);
  return nullptr;
}

/** unary(op, count, x, out) */
napi_value unary_values(napi_env env, napi_callback_info call) {
  Args args(env, call, "unary");
  const Unary op = Unary(args.below(kUnaries, "op"));
  const size_t count = args.size("count");
  const float* x = args.floats(count, "x");
  float* out = args.floats(count, "out");
  if (args.ok) unary(op, x, out, count);
  return nullptr;
}

}  // namespace

const Binding elementwise_bindings[] = {
    {"activate", activate_values},
    {"activateGrad", activate_grad_values},
    {"binary", binary_values},
    {"unary", unary_values},
    {}};

}  // namespace tessera
