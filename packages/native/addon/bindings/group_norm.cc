// Group norm.
#include "../ops.h"
#include "arguments.h"
#include "bindings.h"

namespace tessera {

namespace {

size_t values(const GroupNorm& n) { return times(n.batch, n.pixels, n.width); }

/** batch, pixels, width, groups, epsilon, activation, x, gamma, beta */
GroupNorm norm_of(Args& args) {
  GroupNorm n = {};
  n.batch = args.size("batch");
  n.pixels = args.size("pixels");
  n.width = args.size("width");
  n.groups = args.size("groups");
  if (n.groups == 0 || n.width % n.groups != 0) args.fail("groups of equally many channels");
  n.epsilon = float(args.number("epsilon"));
  n.activation = Activation(args.below(kActivations, "activation"));
  n.x = args.floats(values(n), "x");
  n.gamma = args.floats(n.width, "gamma");
  n.beta = args.floats(n.width, "beta");
  return n;
}

/** groupNorm(norm…, out) */
napi_value norm(napi_env env, napi_callback_info call) {
  Args args(env, call, "groupNorm");
  const GroupNorm n = norm_of(args);
  float* out = args.floats(values(n), "out");
  if (args.ok) group_norm(n, out);
  return nullptr;
}

/** groupNormGrad(norm…, dy, dx, dgamma, dbeta) */
napi_value norm_grad(napi_env env, napi_callback_info call) {
  Args args(env, call, "groupNormGrad");
  GroupNormGrad g = {};
  g.forward = norm_of(args);
  g.dy = args.floats(values(g.forward), "dy");
  g.dx = args.floats(values(g.forward), "dx");
  g.dgamma = args.floats(g.forward.width, "dgamma");
  g.dbeta = args.floats(g.forward.width, "dbeta");
  if (args.ok) group_norm_grad(g);
  return nullptr;
}

}  // namespace

const Binding group_norm_bindings[] = {
    {"groupNorm", norm},
    {"groupNormGrad", norm_grad},
    {}};

}  // namespace tessera
