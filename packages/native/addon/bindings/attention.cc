// Attention in both forms, with its gradients.
#include "../ops.h"
#include "arguments.h"
#include "bindings.h"

namespace tessera {

namespace {

/** Where the keys of an attention come from. */
enum class Keys { apart, of_queries };

/** Sizes and extras that all forms of attention begin with: batch, queries, keys, heads, width, scale, biasHeads, maskBatches,
 * maskQueries, format, bias, mask. A bias is every head's or each its own; a mask, every sample's and query's or each its own. */
Attention attention_of(Args& args, Keys keys) {
  Attention a = {};
  a.batch = args.size("batch");
  a.queries = args.size("queries");
  a.keys = args.size("keys");
  a.heads = args.size("heads");
  a.width = args.size("width");
  a.scale = float(args.number("scale"));
  a.bias_heads = args.size("biasHeads");
  a.mask_batches = args.size("maskBatches");
  a.mask_queries = args.size("maskQueries");
  a.format = Format(args.below(kFormats, "format"));
  a.bias = args.floats_or_null(times(a.bias_heads, a.queries, a.keys), "bias");
  a.mask = args.bytes_or_null(times(a.mask_batches, a.mask_queries, a.keys), "mask");
  const auto fits = [](size_t given, size_t all) { return given == 1 || given == all; };
  if (keys == Keys::of_queries && a.keys != a.queries) args.fail("as many keys as queries");
  if (a.bias && !fits(a.bias_heads, a.heads)) args.fail("a bias of one head or of all");
  if (a.mask && !(fits(a.mask_batches, a.batch) && fits(a.mask_queries, a.queries)))
    args.fail("a mask of one sample or of all, and of one query or of all");
  return a;
}

/** Gradients keep a head's scores; more of them than this would be out of any memory. */
void limit_scores(Args& args, const Attention& a) {
  constexpr size_t most = size_t(1) << 31;
  if (times(a.queries, a.keys) > most) args.fail("at most 2^31 scores in a head");
}

/** `qk` and `v`: how many of queries, keys and values lie packed in the array of the first two, and of the last. */
void lay_out(Attention& a, size_t qk, size_t v) {
  const size_t row = a.heads * a.width;
  a.q_row = a.k_row = qk * row;
  a.v_row = v * row;
  a.q_batch = a.queries * a.q_row;
  a.k_batch = a.keys * a.k_row;
  a.v_batch = a.keys * a.v_row;
  a.out_row = row;
  a.out_batch = a.queries * row;
}

/** attention(sizes…, q, k, v, out) */
napi_value attention_apart(napi_env env, napi_callback_info call) {
  Args args(env, call, "attention");
  Attention a = attention_of(args, Keys::apart);
  a.q = args.floats(times(a.batch, a.queries, a.heads, a.width), "q");
  a.k = args.floats(times(a.batch, a.keys, a.heads, a.width), "k");
  a.v = args.floats(times(a.batch, a.keys, a.heads, a.width), "v");
  a.out = args.floats(times(a.batch, a.queries, a.heads, a.width), "out");
  if (!args.ok) return nullptr;
  lay_out(a, 1, 1);
  attention(a);
  return nullptr;
}

/** selfAttention(sizes…, qkv, out); as many keys as queries. */
napi_value attention_packed(napi_env env, napi_callback_info call) {
  Args args(env, call, "selfAttention");
  Attention a = attention_of(args, Keys::of_queries);
  const float* qkv = args.floats(times(3, a.batch, a.queries, a.heads, a.width), "qkv");
  a.out = args.floats(times(a.batch, a.queries, a.heads, a.width), "out");
  if (!args.ok) return nullptr;
  lay_out(a, 3, 3);
  a.q = qkv;
  a.k = qkv + a.heads * a.width;
  a.v = qkv + 2 * a.heads * a.width;
  attention(a);
  return nullptr;
}

/** queryKeyAttention(sizes…, qk, v, out); as many keys as queries. */
napi_value attention_of_packed_queries(napi_env env, napi_callback_info call) {
  Args args(env, call, "queryKeyAttention");
  Attention a = attention_of(args, Keys::of_queries);
  const size_t size = times(a.batch, a.queries, a.heads, a.width);
  const float* qk = args.floats(times(2, size), "qk");
  a.v = args.floats(size, "v");
  a.out = args.floats(size, "out");
  if (!args.ok) return nullptr;
  lay_out(a, 2, 1);
  a.q = qk;
  a.k = qk + a.heads * a.width;
  attention(a);
  return nullptr;
}

/** attentionGrad(sizes…, dy, q, k, v, dq, dk, dv, dbias); dbias has all heads. */
napi_value attention_grad_apart(napi_env env, napi_callback_info call) {
  Args args(env, call, "attentionGrad");
  AttentionGrad g = {};
  Attention& a = g.forward = attention_of(args, Keys::apart);
  limit_scores(args, a);
  const size_t queries = times(a.batch, a.queries, a.heads, a.width), keys = times(a.batch, a.keys, a.heads, a.width);
  g.dy = args.floats(queries, "dy");
  a.q = args.floats(queries, "q");
  a.k = args.floats(keys, "k");
  a.v = args.floats(keys, "v");
  g.dq = args.floats(queries, "dq");
  g.dk = args.floats(keys, "dk");
  g.dv = args.floats(keys, "dv");
  g.dbias = args.floats_or_null(times(a.heads, a.queries, a.keys), "dbias");
  if (!args.ok) return nullptr;
  lay_out(a, 1, 1);
  g.dy_row = a.out_row;
  g.dy_batch = a.out_batch;
  attention_grad(g);
  return nullptr;
}

/** selfAttentionGrad(sizes…, dy, qkv, dqkv, dbias) */
napi_value attention_grad_packed(napi_env env, napi_callback_info call) {
  Args args(env, call, "selfAttentionGrad");
  AttentionGrad g = {};
  Attention& a = g.forward = attention_of(args, Keys::of_queries);
  limit_scores(args, a);
  const size_t size = times(a.batch, a.queries, a.heads, a.width);
  g.dy = args.floats(size, "dy");
  const float* qkv = args.floats(times(3, size), "qkv");
  float* dqkv = args.floats(times(3, size), "dqkv");
  g.dbias = args.floats_or_null(times(a.heads, a.queries, a.keys), "dbias");
  if (!args.ok) return nullptr;
  lay_out(a, 3, 3);
  const size_t row = a.heads * a.width;
  a.q = qkv;
  a.k = qkv + row;
  a.v = qkv + 2 * row;
  g.dq = dqkv;
  g.dk = dqkv + row;
  g.dv = dqkv + 2 * row;
  g.dy_row = a.out_row;
  g.dy_batch = a.out_batch;
  attention_grad(g);
  return nullptr;
}

/** Sizes and inputs that both begin with: batch, rows, columns, heads, width, scale, windowRows, windowColumns, shiftRows,
 * shiftColumns, padFirst, masked, format, bias, padding, qkv. */
WindowAttention window_attention_of(Args& args) {
  WindowAttention a = {};
  a.batch = args.size("batch");
  a.rows = args.size("rows");
  a.columns = args.size("columns");
  a.heads = args.size("heads");
  a.width = args.size("width");
  a.scale = float(args.number("scale"));
  a.window_rows = args.size("windowRows");
  a.window_columns = args.size("windowColumns");
  a.shift_rows = args.below(a.window_rows, "shiftRows");
  a.shift_columns = args.below(a.window_columns, "shiftColumns");
  a.pad_first = args.flag();
  a.masked = float(args.number("masked"));
  a.format = Format(args.below(kFormats, "format"));
  const size_t area = times(a.window_rows, a.window_columns);
  // A head's scores are kept, and so is a row of the map that is padded to one more window.
  if (times(area, area) > size_t(1) << 31) args.fail("at most 2^31 scores in a window");
  a.bias = args.floats(times(a.heads, area, area), "bias");
  a.padding = args.floats_or_null(times(3, a.heads, a.width), "padding");
  a.qkv = args.floats(times(3, a.batch, a.rows, a.columns, a.heads, a.width), "qkv");
  return a;
}

/** windowAttention(sizes and inputs…, out) */
napi_value attention_in_windows(napi_env env, napi_callback_info call) {
  Args args(env, call, "windowAttention");
  WindowAttention a = window_attention_of(args);
  a.out = args.floats(times(a.batch, a.rows, a.columns, a.heads, a.width), "out");
  if (args.ok) window_attention(a);
  return nullptr;
}

/** windowAttentionGrad(sizes and inputs…, dy, dqkv, dbias, dpadding) */
napi_value attention_grad_in_windows(napi_env env, napi_callback_info call) {
  Args args(env, call, "windowAttentionGrad");
  WindowAttentionGrad g = {};
  const WindowAttention& a = g.forward = window_attention_of(args);
  const size_t size = times(a.batch, a.rows, a.columns, a.heads, a.width);
  const size_t area = times(a.window_rows, a.window_columns);
  g.dy = args.floats(size, "dy");
  g.dqkv = args.floats(times(3, size), "dqkv");
  g.dbias = args.floats(times(a.heads, area, area), "dbias");
  g.dpadding = args.floats_or_null(times(3, a.heads, a.width), "dpadding");
  if (args.ok) window_attention_grad(g);
  return nullptr;
}

}  // namespace

const Binding attention_bindings[] = {
    {"attention", attention_apart},
    {"selfAttention", attention_packed},
    {"queryKeyAttention", attention_of_packed_queries},
    {"attentionGrad", attention_grad_apart},
    {"selfAttentionGrad", attention_grad_packed},
    {"windowAttention", attention_in_windows},
    {"windowAttentionGrad", attention_grad_in_windows},
    {}};

}  // namespace tessera
