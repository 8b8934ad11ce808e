// Convolutions with PyTorch's weights and their gradients against plain loops in double precision.
#include "kernel_tests.h"

namespace tessera {

namespace {

/** f(window, output's value, tap and channel of the weight [channel][tap], pixel's channel of x) for all that lies inside of x. */
template <class F>
void each_product(const Windows& w, const F& f) {
  const size_t windows = w.batch * w.grid[0] * w.grid[1], taps = w.size[0] * w.size[1];
  for (size_t i = 0; i < windows; i++)
    for (size_t tap = 0; tap < taps; tap++) {
      const size_t dy = tap / w.size[1] * w.dilation[0], dx = tap % w.size[1] * w.dilation[1];
      const long row = long(i / w.grid[1] % w.grid[0] * w.stride[0] + dy) - long(w.padding[0]);
      const long column = long(i % w.grid[1] * w.stride[1] + dx) - long(w.padding[1]);
      if (row < 0 || column < 0 || row >= long(w.height) || column >= long(w.width)) continue;
      const size_t pixel = (i / w.grid[1] / w.grid[0] * w.height + size_t(row)) * w.width + size_t(column);
      for (size_t c = 0; c < w.channels; c++) f(i, c * taps + tap, pixel * w.channels + c);
    }
}

void test_convolution_of(Windows w, size_t outs, Activation activation) {
  place_windows(w);
  const size_t windows = w.batch * w.grid[0] * w.grid[1], taps = w.size[0] * w.size[1], k = taps * w.channels;
  const size_t pixels = w.batch * w.height * w.width * w.channels;
  const Floats x = normals(pixels), weight = normals(outs * k, 0.3f), bias = normals(outs), dy = normals(windows * outs);
  const Floats panels = zeros(packed_size(k, outs)), y = zeros(windows * outs);
  // What gradients are written to holds something else.
  const Floats dx = normals(pixels), dweight = normals(outs * k);
  pack_convolution(weight.get(), outs, w.channels, taps, panels.get());
  WindowProduct p;
  p.windows = w;
  p.x = x.get();
  p.panels = panels.get();
  p.n = outs;
  p.epilogue.bias = bias.get();
  p.epilogue.activation = activation;
  p.out = y.get();
  multiply_windows(p);
  convolution_grad_x(w, outs, dy.get(), weight.get(), dx.get());
  convolution_grad_weight(w, outs, dy.get(), x.get(), dweight.get());
  std::vector<double> ey(windows * outs), ex(pixels), ew(outs * k);
  each_product(w, [&](size_t i, size_t at, size_t pixel) {
    for (size_t o = 0; o < outs; o++) {
      ey[i * outs + o] += double(x[pixel]) * weight[o * k + at];
      ex[pixel] += double(dy[i * outs + o]) * weight[o * k + at];
      ew[o * k + at] += double(dy[i * outs + o]) * x[pixel];
    }
  });
  for (size_t i = 0; i < ey.size(); i++) ey[i] = reference_activation(activation, ey[i] + bias[i % outs]);
  const std::string what = "convolution " + std::to_string(k) + " to " + std::to_string(outs);
  expect_close(what, y.get(), ey, 1e-5, 5e-5);
  expect_close(what + " dx", dx.get(), ex, 1e-5, 5e-5);
  expect_close(what + " dweight", dweight.get(), ew, 1e-4, 3e-4);
}

}  // namespace

void test_convolution() {
  test_convolution_of({2, 9, 11, 3, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {}}, 5, Activation::none);
  test_convolution_of({1, 13, 7, 17, {3, 2}, {2, 3}, {0, 1}, {1, 1}, {}}, 33, Activation::relu);
  test_convolution_of({1, 13, 12, 4, {3, 3}, {3, 2}, {2, 3}, {2, 3}, {}}, 2, Activation::gelu);
  test_convolution_of({3, 14, 15, 20, {1, 1}, {2, 2}, {0, 0}, {1, 1}, {}}, 12, Activation::none);
  test_convolution_of({2, 20, 30, 16, {1, 1}, {1, 1}, {0, 0}, {1, 1}, {}}, 8, Activation::none);
  // More windows than are summed at once, in several pieces.
  test_convolution_of({4, 24, 25, 5, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {}}, 24, Activation::none);
  // No images; windows beyond the image.
  test_convolution_of({0, 9, 11, 3, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {}}, 5, Activation::none);
  test_convolution_of({1, 3, 3, 1, {5, 5}, {1, 1}, {0, 0}, {1, 1}, {}}, 1, Activation::none);
}

}  // namespace tessera
