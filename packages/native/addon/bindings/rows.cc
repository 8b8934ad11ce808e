// What looks at whole rows.
#include "../ops.h"
#include "arguments.h"
#include "bindings.h"

namespace tessera {

namespace {

/** layerNorm(rows, width, epsilon, x, gamma, beta, out) */
napi_value layer_norm_rows(napi_env env, napi_callback_info call) {
  Args args(env, call, "layerNorm");
  LayerNorm n = {};
  n.rows = args.size("rows");
  n.width = args.size("width");
  n.epsilon = float(args.number("epsilon"));
  n.x = args.floats(times(n.rows, n.width), "x");
  n.gamma = args.floats(n.width, "gamma");
  n.beta = args.floats(n.width, "beta");
  n.y = args.floats(times(n.rows, n.width), "out");
  if (args.ok) layer_norm(n);
  return nullptr;
}

/** layerNormGrad(rows, width, epsilon, dy, x, gamma, dx, dgamma, dbeta) */
napi_value layer_norm_grad_rows(napi_env env, napi_callback_info call) {
  Args args(env, call, "layerNormGrad");
  LayerNormGrad g = {};
  const size_t rows = args.size("rows");
  g.width = args.size("width");
  g.epsilon = float(args.number("epsilon"));
  g.dy = args.floats(times(rows, g.width), "dy");
  g.x = args.floats(times(rows, g.width), "x");
  g.gamma = args.floats(g.width, "gamma");
  g.dx = args.floats(times(rows, g.width), "dx");
  g.dgamma = args.floats(g.width, "dgamma");
  g.dbeta = args.floats(g.width, "dbeta");
  if (args.ok) layer_norm_grad(g, rows);
  return nullptr;
}

/** f(rows, width, x, out), out of as many values as `out_size` says. */
template <class F, class Size>
void on_rows(Args& args, const F& f, const Size& out_size) {
  const size_t rows = args.size("rows"), width = args.size("width");
  const float* x = args.floats(times(rows, width), "x");
  float* out = args.floats(out_size(rows, width), "out");
  if (args.ok) f(x, out, rows, width);
}

napi_value softmax_rows(napi_env env, napi_callback_info call) {
  Args args(env, call, "softmax");
  on_rows(args, softmax, [](size_t rows, size_t width) { return times(rows, width); });
  return nullptr;
}

/** sumRows(batch, rows, width, x, out): out [batch, width] */
napi_value sum_over_rows(napi_env env, napi_callback_info call) {
  Args args(env, call, "sumRows");
  const size_t batch = args.size("batch"), rows = args.size("rows"), width = args.size("width");
  const float* x = args.floats(times(batch, rows, width), "x");
  float* out = args.floats(times(batch, width), "out");
  if (args.ok && width > 0) sum_rows(x, out, batch, rows, width);
  return nullptr;
}

napi_value sum_over_columns(napi_env env, napi_callback_info call) {
  Args args(env, call, "sumColumns");
  on_rows(args, sum_columns, [](size_t rows, size_t) { return rows; });
  return nullptr;
}

napi_value max_over_columns(napi_env env, napi_callback_info call) {
  Args args(env, call, "maxColumns");
  on_rows(args, max_columns, [](size_t rows, size_t) { return rows; });
  return nullptr;
}

/** softmaxCrossEntropy(rows, width, logits, target, out) */
napi_value cross_entropy_rows(napi_env env, napi_callback_info call) {
  Args args(env, call, "softmaxCrossEntropy");
  const size_t rows = args.size("rows"), width = args.size("width");
  const float* x = args.floats(times(rows, width), "logits");
  const float* p = args.floats(times(rows, width), "target");
  float* out = args.floats(rows, "out");
  if (args.ok) cross_entropy(x, p, out, rows, width);
  return nullptr;
}

/** softmaxCrossEntropyGrad(rows, width, dy, logits, target, out) */
napi_value cross_entropy_grad_rows(napi_env env, napi_callback_info call) {
  Args args(env, call, "softmaxCrossEntropyGrad");
  const size_t rows = args.size("rows"), width = args.size("width");
  const float* dy = args.floats(rows, "dy");
  const float* x = args.floats(times(rows, width), "logits");
  const float* p = args.floats(times(rows, width), "target");
  float* out = args.floats(times(rows, width), "out");
  if (args.ok) cross_entropy_grad(dy, x, p, out, rows, width);
  return nullptr;
}

}  // namespace

const Binding row_bindings[] = {
    {"layerNorm", layer_norm_rows},
    {"layerNormGrad", layer_norm_grad_rows},
    {"softmax", softmax_rows},
    {"sumRows", sum_over_rows},
    {"sumColumns", sum_over_columns},
    {"maxColumns", max_over_columns},
    {"softmaxCrossEntropy", cross_entropy_rows},
    {"softmaxCrossEntropyGrad", cross_entropy_grad_rows},
    {}};

}  // namespace tessera
