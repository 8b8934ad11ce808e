// What only moves values.
#include "../ops.h"
#include "arguments.h"
#include "bindings.h"
#include "windows.h"

namespace tessera {

namespace {

/** swapAxes(batch, rows, columns, inner, x, out) */
napi_value swap_two_axes(napi_env env, napi_callback_info call) {
  Args args(env, call, "swapAxes");
  const size_t batch = args.size("batch"), rows = args.size("rows"), columns = args.size("columns");
  const size_t inner = args.size("inner");
  const size_t size = times(batch, rows, columns, inner);
  const float* x = args.floats(size, "x");
  float* out = args.floats(size, "out");
  if (args.ok && size > 0) swap_axes(x, out, batch, rows, columns, inner);
  return nullptr;
}

/** copyRuns(pieces, run, fromX, stepX, fromOut, stepOut, x, out) */
napi_value copy_pieces(napi_env env, napi_callback_info call) {
  Args args(env, call, "copyRuns");
  const size_t pieces = args.size("pieces"), run = args.size("run");
  const size_t from_x = args.size("fromX"), step_x = args.size("stepX");
  const size_t from_out = args.size("fromOut"), step_out = args.size("stepOut");
  const bool empty = pieces == 0 || run == 0;
  const auto reach = [&](size_t from, size_t step) { return empty ? 0 : from + times(pieces - 1, step) + run; };
  const float* x = args.floats_within(reach(from_x, step_x), "x");
  float* out = args.floats_within(reach(from_out, step_out), "out");
  if (!empty && step_out < run && pieces > 1) args.fail("steps of at least a run in out");
  if (args.ok && !empty) copy_runs(x + from_x, step_x, out + from_out, step_out, pieces, run);
  return nullptr;
}

/** gather(batch, outer, length, inner, count, x, indices, out) */
napi_value gather_slices(napi_env env, napi_callback_info call) {
  Args args(env, call, "gather");
  Gather g = {};
  g.batch = args.size("batch");
  g.outer = args.size("outer");
  g.length = args.size("length");
  g.inner = args.size("inner");
  g.count = args.size("count");
  const size_t indices = times(g.batch, g.count);
  g.x = args.floats(times(g.batch, g.outer, g.length, g.inner), "x");
  g.indices = args.integers(indices, "indices");
  g.out = args.floats(times(g.batch, g.outer, g.count, g.inner), "out");
  for (size_t i = 0; args.ok && i < indices; i++)
    if (g.indices[i] < 0 || size_t(g.indices[i]) >= g.length)
      args.fail("indices from 0 to below " + std::to_string(g.length) + ", got " + std::to_string(g.indices[i]));
  if (args.ok && g.inner > 0) gather(g);
  return nullptr;
}

Windows patches_of(Args& args) {
  const Windows w = windows_of(args);
  if (w.dilation[0] != 1 || w.dilation[1] != 1) args.fail("patches without dilation");
  return w;
}

size_t values_of(const Windows& w) { return times(windows_in(w), w.size[0], w.size[1], w.channels); }

/** patchify(windows…, image, out) */
napi_value patchify_images(napi_env env, napi_callback_info call) {
  Args args(env, call, "patchify");
  const Windows w = patches_of(args);
  const float* image = args.floats(pixels_of(w), "image");
  float* out = args.floats(values_of(w), "out");
  if (args.ok) patchify(w, image, out);
  return nullptr;
}

/** patchifyGrad(windows…, dy, image) */
napi_value add_patches(napi_env env, napi_callback_info call) {
  Args args(env, call, "patchifyGrad");
  const Windows w = patches_of(args);
  const float* dy = args.floats(values_of(w), "dy");
  float* image = args.floats(pixels_of(w), "image");
  if (args.ok) patchify_grad(w, dy, image);
  return nullptr;
}

}  // namespace

const Binding movement_bindings[] = {
    {"swapAxes", swap_two_axes},
    {"copyRuns", copy_pieces},
    {"gather", gather_slices},
    {"patchify", patchify_images},
    {"patchifyGrad", add_patches},
    {}};

}  // namespace tessera
