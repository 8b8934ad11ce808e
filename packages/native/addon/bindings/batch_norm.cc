// Batch norm.
#include "../ops.h"
#include "arguments.h"
#include "bindings.h"

namespace tessera {

namespace {

/** batchStatistics(rows, width, x, mean, variance) */
napi_value statistics(napi_env env, napi_callback_info call) {
  Args args(env, call, "batchStatistics");
  const size_t rows = args.size("rows"), width = args.size("width");
  const float* x = args.floats(times(rows, width), "x");
  float* mean = args.floats(width, "mean");
  float* variance = args.floats(width, "variance");
  if (args.ok) batch_statistics(x, rows, width, mean, variance);
  return nullptr;
}

/** rows, width, epsilon, activation, x, mean, variance, gamma, beta */
ColumnNorm norm_of(Args& args) {
  ColumnNorm n = {};
  n.rows = args.size("rows");
  n.width = args.size("width");
  n.epsilon = float(args.number("epsilon"));
  n.activation = Activation(args.below(kActivations, "activation"));
  n.x = args.floats(times(n.rows, n.width), "x");
  n.mean = args.floats(n.width, "mean");
  n.variance = args.floats(n.width, "variance");
  n.gamma = args.floats(n.width, "gamma");
  n.beta = args.floats(n.width, "beta");
  return n;
}

/** batchNorm(norm…, out) */
napi_value norm(napi_env env, napi_callback_info call) {
  Args args(env, call, "batchNorm");
  const ColumnNorm n = norm_of(args);
  float* out = args.floats(times(n.rows, n.width), "out");
  if (args.ok) batch_norm(n, out);
  return nullptr;
}

/** batchNormGrad(norm…, ofBatch, dy, dx, dgamma, dbeta) */
napi_value norm_grad(napi_env env, napi_callback_info call) {
  Args args(env, call, "batchNormGrad");
  ColumnNormGrad g = {};
  g.forward = norm_of(args);
  g.of_batch = args.flag();
  g.dy = args.floats(times(g.forward.rows, g.forward.width), "dy");
  g.dx = args.floats(times(g.forward.rows, g.forward.width), "dx");
  g.dgamma = args.floats(g.forward.width, "dgamma");
  g.dbeta = args.floats(g.forward.width, "dbeta");
  if (args.ok) batch_norm_grad(g);
  return nullptr;
}

}  // namespace

const Binding batch_norm_bindings[] = {
    {"batchStatistics", statistics},
    {"batchNorm", norm},
    {"batchNormGrad", norm_grad},
    {}};

}  // namespace tessera
