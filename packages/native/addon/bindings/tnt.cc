// The parts of a TNT block.
#include "../ops.h"
#include "arguments.h"
#include "bindings.h"

namespace tessera {

namespace {

/** weight, bias or null */
LinearWeights layer(Args& args, size_t in, size_t out, const char* name) {
  const float* weight = args.floats(times(in, out), name);
  return {weight, args.floats_or_null(out, name)};
}

/** gamma, beta */
NormWeights norm(Args& args, size_t width, const char* name) {
  const float* gamma = args.floats(width, name);
  return {gamma, args.floats(width, name)};
}

/** tntInner(patches, words, width, heads, hidden, epsilon, activation, legacy, x, normIn, qk, v, proj, normMlp, fc1, fc2,
 * normJoined, out, normal); norms and layers are two arrays each. */
napi_value inner_block(napi_env env, napi_callback_info call) {
  Args args(env, call, "tntInner");
  TntInner t = {};
  t.patches = args.size("patches");
  t.words = args.size("words");
  t.width = args.size("width");
  t.heads = args.size("heads");
  t.hidden = args.size("hidden");
  t.epsilon = float(args.number("epsilon"));
  t.activation = Activation(args.below(kActivations, "activation"));
  t.legacy = args.flag();
  if (t.heads == 0 || t.width % t.heads != 0) args.fail("a width that is divisible by the heads");
  const size_t size = times(t.patches, t.words, t.width), joined = t.legacy ? t.width : times(t.words, t.width);
  t.x = args.floats(size, "x");
  t.norm_in = norm(args, t.width, "norm_in");
  t.qk = layer(args, t.width, times(2, t.width), "attn_in.qk");
  t.v = layer(args, t.width, t.width, "attn_in.v");
  t.proj = layer(args, t.width, t.width, "attn_in.proj");
  t.norm_mlp = norm(args, t.width, "norm_mlp_in");
  t.fc1 = layer(args, t.width, t.hidden, "mlp_in.fc1");
  t.fc2 = layer(args, t.hidden, t.width, "mlp_in.fc2");
  t.norm_joined = norm(args, joined, "norm1_proj");
  t.out = args.floats(size, "out");
  t.normal = args.floats(size, "normal");
  if (args.ok) tnt_inner(t);
  return nullptr;
}

/** tntMerge(batch, patches, width, epsilon, tokens, joined, gamma or null, beta or null, out) */
napi_value merge_words(napi_env env, napi_callback_info call) {
  Args args(env, call, "tntMerge");
  TntMerge m = {};
  m.batch = args.size("batch");
  m.patches = args.size("patches");
  m.width = args.size("width");
  m.epsilon = float(args.number("epsilon"));
  const size_t size = times(m.batch, m.patches + 1, m.width);
  m.tokens = args.floats(size, "tokens");
  m.joined = args.floats(times(m.batch, m.patches, m.width), "joined");
  m.norm.gamma = args.floats_or_null(m.width, "gamma");
  m.norm.beta = args.floats_or_null(m.width, "beta");
  if (args.ok && !m.norm.gamma != !m.norm.beta) args.fail("both gamma and beta, or neither");
  m.out = args.floats(size, "out");
  if (args.ok) tnt_merge(m);
  return nullptr;
}

}  // namespace

const Binding tnt_bindings[] = {
    {"tntInner", inner_block},
    {"tntMerge", merge_words},
    {}};

}  // namespace tessera
