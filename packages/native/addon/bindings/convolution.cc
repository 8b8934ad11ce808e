// Convolutions with PyTorch's weights, and their gradients.
#include "../ops.h"
#include "arguments.h"
#include "bindings.h"
#include "windows.h"

namespace tessera {

namespace {

size_t weights(const Windows& w, size_t outs) { return times(outs, w.channels, w.size[0], w.size[1]); }

/** packConvolution(outs, ins, taps, weight, panels) */
napi_value pack_weight(napi_env env, napi_callback_info call) {
  Args args(env, call, "packConvolution");
  const size_t outs = args.size("outs"), ins = args.size("ins"), taps = args.size("taps");
  const float* weight = args.floats(times(outs, ins, taps), "weight");
  float* panels = args.floats(packed_size(times(ins, taps), outs), "panels");
  if (args.ok) pack_convolution(weight, outs, ins, taps, panels);
  return nullptr;
}

/** convolution(windows…, outs, activation, x, panels, bias, out) */
napi_value convolution(napi_env env, napi_callback_info call) {
  Args args(env, call, "convolution");
  WindowProduct p;
  p.windows = windows_of(args);
  p.n = args.size("outs");
  p.epilogue.activation = Activation(args.below(kActivations, "activation"));
  p.x = args.floats(pixels_of(p.windows), "x");
  p.panels = args.floats(packed_size(times(p.windows.size[0], p.windows.size[1], p.windows.channels), p.n), "panels");
  p.epilogue.bias = args.floats_or_null(p.n, "bias");
  p.out = args.floats(times(windows_in(p.windows), p.n), "out");
  if (args.ok) multiply_windows(p);
  return nullptr;
}

/** convolutionGradX(windows…, outs, dy, weight, dx) */
napi_value grad_x(napi_env env, napi_callback_info call) {
  Args args(env, call, "convolutionGradX");
  const Windows w = windows_of(args);
  const size_t outs = args.size("outs");
  for (const size_t stride : w.stride)
    if (stride == 0) args.fail("a stride of at least 1");
  const float* dy = args.floats(times(windows_in(w), outs), "dy");
  const float* weight = args.floats(weights(w, outs), "weight");
  float* dx = args.floats(pixels_of(w), "dx");
  if (args.ok) convolution_grad_x(w, outs, dy, weight, dx);
  return nullptr;
}

/** convolutionGradWeight(windows…, outs, dy, x, dweight) */
napi_value grad_weight(napi_env env, napi_callback_info call) {
  Args args(env, call, "convolutionGradWeight");
  const Windows w = windows_of(args);
  const size_t outs = args.size("outs");
  const float* dy = args.floats(times(windows_in(w), outs), "dy");
  const float* x = args.floats(pixels_of(w), "x");
  float* dweight = args.floats(weights(w, outs), "dweight");
  if (args.ok) convolution_grad_weight(w, outs, dy, x, dweight);
  return nullptr;
}

}  // namespace

const Binding convolution_bindings[] = {
    {"packConvolution", pack_weight},
    {"convolution", convolution},
    {"convolutionGradX", grad_x},
    {"convolutionGradWeight", grad_weight},
    {}};

}  // namespace tessera
