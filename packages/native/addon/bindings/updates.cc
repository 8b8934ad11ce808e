// The steps of optimisers. Each may write to the arrays that it renews.
#include "../ops.h"
#include "arguments.h"
#include "bindings.h"

namespace tessera {

namespace {

float factor(Args& args, const char* what) { return float(args.number(what)); }

/** sgdUpdate(count, scale, decay, momentum, take, rate, nesterov, weight, gradient, velocity?, new weight, new velocity?) */
napi_value sgd_values(napi_env env, napi_callback_info call) {
  Args args(env, call, "sgdUpdate");
  SgdUpdate u = {};
  const size_t count = args.size("count");
  u.scale = factor(args, "scale");
  u.decay = factor(args, "decay");
  u.momentum = factor(args, "momentum");
  u.take = factor(args, "take");
  u.rate = factor(args, "rate");
  u.nesterov = args.flag();
  u.weight = args.floats(count, "weight");
  u.gradient = args.floats(count, "gradient");
  u.velocity = args.floats_or_null(count, "velocity");
  u.new_weight = args.floats(count, "new weight");
  if (u.velocity) u.new_velocity = args.floats(count, "new velocity");
  if (args.ok) sgd_update(u, count);
  return nullptr;
}

/** scale, joining, shrink, beta1, beta2, first, root, epsilon, rate */
void take_factors(Args& args, AdamUpdate& u) {
  u.scale = factor(args, "scale");
  u.joining = factor(args, "joining");
  u.shrink = factor(args, "shrink");
  const double beta1 = args.number("beta1"), beta2 = args.number("beta2");
  u.keep1 = float(beta1);
  u.take1 = float(1 - beta1);
  u.keep2 = float(beta2);
  u.take2 = float(1 - beta2);
  u.first = factor(args, "first");
  u.root = factor(args, "root");
  u.epsilon = factor(args, "epsilon");
  u.rate = factor(args, "rate");
}

/** weight, gradient, mean, variance, new weight, new mean, new variance */
void take_arrays(Args& args, AdamUpdate& u, size_t count) {
  u.weight = args.floats(count, "weight");
  u.gradient = args.floats(count, "gradient");
  u.mean = args.floats(count, "mean");
  u.variance = args.floats(count, "variance");
  u.new_weight = args.floats(count, "new weight");
  u.new_mean = args.floats(count, "new mean");
  u.new_variance = args.floats(count, "new variance");
}

/** adamUpdate(count, factors…, arrays…) */
napi_value adam_values(napi_env env, napi_callback_info call) {
  Args args(env, call, "adamUpdate");
  AdamUpdate u = {};
  const size_t count = args.size("count");
  take_factors(args, u);
  take_arrays(args, u, count);
  if (args.ok) adam_update(u, count);
  return nullptr;
}

/** lambUpdate(count, factors…, adapt, clip, arrays…) */
napi_value lamb_values(napi_env env, napi_callback_info call) {
  Args args(env, call, "lambUpdate");
  AdamUpdate u = {};
  Trust trust = {};
  const size_t count = args.size("count");
  take_factors(args, u);
  trust.adapt = args.flag();
  trust.clip = args.flag();
  take_arrays(args, u, count);
  if (args.ok) lamb_update(u, trust, count);
  return nullptr;
}

/** muonUpdate(rows, columns, scale, momentum, shrink, rate, nesterov, weight, gradient, momentum, new weight, new momentum) */
napi_value muon_values(napi_env env, napi_callback_info call) {
  Args args(env, call, "muonUpdate");
  MuonUpdate u = {};
  u.rows = args.size("rows");
  u.columns = args.size("columns");
  u.scale = factor(args, "scale");
  const double momentum = args.number("momentum");
  u.keep = float(momentum);
  u.take = float(1 - momentum);
  u.shrink = factor(args, "shrink");
  u.rate = factor(args, "rate");
  u.nesterov = args.flag();
  const size_t count = times(u.rows, u.columns);
  u.weight = args.floats(count, "weight");
  u.gradient = args.floats(count, "gradient");
  u.momentum = args.floats(count, "momentum");
  u.new_weight = args.floats(count, "new weight");
  u.new_momentum = args.floats(count, "new momentum");
  if (args.ok) muon_update(u);
  return nullptr;
}

/** averageUpdate(count, share, average, values, new average) */
napi_value average_values(napi_env env, napi_callback_info call) {
  Args args(env, call, "averageUpdate");
  const size_t count = args.size("count");
  const float share = factor(args, "share");
  const float* average = args.floats(count, "average");
  const float* values = args.floats(count, "values");
  float* out = args.floats(count, "new average");
  if (args.ok) approach(average, values, share, out, count);
  return nullptr;
}

/** sumSquares(count, x) -> number */
napi_value sum_of_squares(napi_env env, napi_callback_info call) {
  Args args(env, call, "sumSquares");
  const size_t count = args.size("count");
  const float* x = args.floats(count, "x");
  if (!args.ok) return nullptr;
  napi_value out;
  napi_create_double(env, sum_squares(x, count), &out);
  return out;
}

}  // namespace

const Binding update_bindings[] = {
    {"sgdUpdate", sgd_values},
    {"adamUpdate", adam_values},
    {"lambUpdate", lamb_values},
    {"muonUpdate", muon_values},
    {"averageUpdate", average_values},
    {"sumSquares", sum_of_squares},
    {}};

}  // namespace tessera
