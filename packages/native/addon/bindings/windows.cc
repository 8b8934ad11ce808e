// Convolutions and pooling.
#include "../ops.h"
#include "arguments.h"
#include "bindings.h"
#include "windows.h"

namespace tessera {

namespace {

/** conv2d(windows…, outChannels, x, filter, out) */
napi_value convolution(napi_env env, napi_callback_info call) {
  Args args(env, call, "conv2d");
  Convolution c = {};
  c.windows = windows_of(args);
  const Windows& w = c.windows;
  c.out_channels = args.size("outChannels");
  c.x = args.floats(pixels_of(w), "x");
  c.filter = args.floats(times(w.size[0], w.size[1], w.channels, c.out_channels), "filter");
  c.out = args.floats(times(w.batch, w.grid[0], w.grid[1], c.out_channels), "out");
  if (args.ok) convolve(c);
  return nullptr;
}

/** pool(windows…, average, x, out) */
napi_value pooling(napi_env env, napi_callback_info call) {
  Args args(env, call, "pool");
  Pooling p = {};
  p.windows = windows_of(args);
  const Windows& w = p.windows;
  p.average = args.flag();
  p.x = args.floats(pixels_of(w), "x");
  p.out = args.floats(times(w.batch, w.grid[0], w.grid[1], w.channels), "out");
  if (args.ok) pool(p);
  return nullptr;
}

/** maxPoolGrad(windows…, dy, x, dx) */
napi_value max_pooling_grad(napi_env env, napi_callback_info call) {
  Args args(env, call, "maxPoolGrad");
  MaxPoolGrad g = {};
  g.windows = windows_of(args);
  g.dy = args.floats(times(windows_in(g.windows), g.windows.channels), "dy");
  g.x = args.floats(pixels_of(g.windows), "x");
  g.dx = args.floats(pixels_of(g.windows), "dx");
  if (args.ok) max_pool_grad(g);
  return nullptr;
}

}  // namespace

const Binding window_bindings[] = {
    {"conv2d", convolution},
    {"pool", pooling},
    {"maxPoolGrad", max_pooling_grad},
    {}};

}  // namespace tessera
