// Convolutions of each channel by itself.
#include "../ops.h"
#include "arguments.h"
#include "bindings.h"
#include "windows.h"

namespace tessera {

namespace {

/** Windows in steps of one pixel, each with a pixel of the image or of its border. */
Windows near_windows_of(Args& args) {
  const Windows w = windows_of(args);
  for (int axis = 0; axis < 2; axis++) {
    if (w.stride[axis] != 1 || w.dilation[axis] != 1) args.fail("a stride and a dilation of 1");
    if (w.padding[axis] >= w.size[axis]) args.fail("a padding below the size");
  }
  return w;
}

size_t taps(const Windows& w) { return times(w.channels, w.size[0], w.size[1]); }
size_t sums(const Windows& w) { return times(windows_in(w), w.channels); }

/** depthwise(windows…, activation, x, weight, bias, out) */
napi_value convolution(napi_env env, napi_callback_info call) {
  Args args(env, call, "depthwise");
  Depthwise d = {};
  d.windows = near_windows_of(args);
  d.activation = Activation(args.below(kActivations, "activation"));
  d.x = args.floats(pixels_of(d.windows), "x");
  d.filter = args.floats(taps(d.windows), "weight");
  d.bias = args.floats_or_null(d.windows.channels, "bias");
  d.out = args.floats(sums(d.windows), "out");
  if (args.ok) depthwise(d);
  return nullptr;
}

/** depthwiseGradX(windows…, dy, weight, dx) */
napi_value grad_x(napi_env env, napi_callback_info call) {
  Args args(env, call, "depthwiseGradX");
  const Windows w = near_windows_of(args);
  const float* dy = args.floats(sums(w), "dy");
  const float* weight = args.floats(taps(w), "weight");
  float* dx = args.floats(pixels_of(w), "dx");
  if (args.ok) depthwise_grad_x(w, dy, weight, dx);
  return nullptr;
}

/** depthwiseGradWeight(windows…, dy, x, dweight) */
napi_value grad_weight(napi_env env, napi_callback_info call) {
  Args args(env, call, "depthwiseGradWeight");
  const Windows w = near_windows_of(args);
  const float* dy = args.floats(sums(w), "dy");
  const float* x = args.floats(pixels_of(w), "x");
  float* dweight = args.floats(taps(w), "dweight");
  if (args.ok) depthwise_grad_weight(w, dy, x, dweight);
  return nullptr;
}

}  // namespace

const Binding depthwise_bindings[] = {
    {"depthwise", convolution},
    {"depthwiseGradX", grad_x},
    {"depthwiseGradWeight", grad_weight},
    {}};

}  // namespace tessera
