// What only moves values.
#include "../ops.h"
#include "arguments.h"
#include "bindings.h"

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
  const float* x = args.floats(reach(from_x, step_x), "x");
  float* out = args.floats(reach(from_out, step_out), "out");
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

/** batch, h, w, c; patch, stride and padding of rows, then of columns */
Patches patches_of(Args& args) {
  Patches p = {};
  p.batch = args.size("batch");
  p.height = args.size("height");
  p.width = args.size("width");
  p.channels = args.size("channels");
  for (int axis = 0; axis < 2; axis++) {
    p.patch[axis] = args.size("patch");
    p.stride[axis] = args.size("stride");
    p.padding[axis] = args.size("padding");
    const size_t length = (axis == 0 ? p.height : p.width) + 2 * p.padding[axis];
    p.grid[axis] = p.stride[axis] == 0 || length < p.patch[axis] ? 0 : (length - p.patch[axis]) / p.stride[axis] + 1;
  }
  return p;
}

size_t pixels(const Patches& p) { return times(p.batch, p.height, p.width, p.channels); }
size_t values(const Patches& p) { return times(times(p.batch, p.grid[0], p.grid[1]), times(p.patch[0], p.patch[1], p.channels)); }

/** patchify(patches…, image, out) */
napi_value patchify_images(napi_env env, napi_callback_info call) {
  Args args(env, call, "patchify");
  const Patches p = patches_of(args);
  const float* image = args.floats(pixels(p), "image");
  float* out = args.floats(values(p), "out");
  if (args.ok) patchify(p, image, out);
  return nullptr;
}

/** patchifyGrad(patches…, dy, image) */
napi_value add_patches(napi_env env, napi_callback_info call) {
  Args args(env, call, "patchifyGrad");
  const Patches p = patches_of(args);
  const float* dy = args.floats(values(p), "dy");
  float* image = args.floats(pixels(p), "image");
  if (args.ok) patchify_grad(p, dy, image);
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
