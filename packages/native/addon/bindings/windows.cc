// Convolutions and pooling.
#include "../ops.h"
#include "arguments.h"
#include "bindings.h"

namespace tessera {

namespace {

/** batch, height, width, channels; size, stride, padding, dilation and grid of rows, then of columns */
Windows windows_of(Args& args) {
  Windows w = {};
  w.batch = args.size("batch");
  w.height = args.size("height");
  w.width = args.size("width");
  w.channels = args.size("channels");
  for (int axis = 0; axis < 2; axis++) {
    w.size[axis] = args.size("size");
    w.stride[axis] = args.size("stride");
    w.padding[axis] = args.size("padding");
    w.dilation[axis] = args.size("dilation");
    w.grid[axis] = args.size("grid");
    if (w.dilation[axis] == 0) args.fail("a dilation of at least 1");
  }
  return w;
}

size_t pixels(const Windows& w) { return times(w.batch, w.height, w.width, w.channels); }

/** conv2d(windows…, outChannels, x, filter, out) */
napi_value convolution(napi_env env, napi_callback_info call) {
  Args args(env, call, "conv2d");
  Convolution c = {};
  c.windows = windows_of(args);
  const Windows& w = c.windows;
  c.out_channels = args.size("outChannels");
  c.x = args.floats(pixels(w), "x");
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
  p.x = args.floats(pixels(w), "x");
  p.out = args.floats(times(w.batch, w.grid[0], w.grid[1], w.channels), "out");
  if (args.ok) pool(p);
  return nullptr;
}

}  // namespace

const Binding window_bindings[] = {
    {"conv2d", convolution},
    {"pool", pooling},
    {}};

}  // namespace tessera
