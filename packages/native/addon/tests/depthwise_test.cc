// Convolutions of each channel by itself, and their gradients, against plain loops in double precision.
#include "kernel_tests.h"

namespace tessera {

namespace {

void test_depthwise_on(Windows w, Activation activation, bool biased) {
  for (int axis = 0; axis < 2; axis++) w.stride[axis] = w.dilation[axis] = 1;
  place_windows(w);
  const size_t area = w.size[0] * w.size[1], windows = w.batch * w.grid[0] * w.grid[1] * w.channels;
  const size_t pixels = w.batch * w.height * w.width * w.channels;
  const Floats x = normals(pixels), weight = normals(area * w.channels, 0.5f), bias = normals(w.channels), dy = normals(windows);
  // What is written to holds something else.
  const Floats y = normals(windows), dx = normals(pixels), dweight = normals(area * w.channels);
  depthwise({w, activation, x.get(), weight.get(), biased ? bias.get() : nullptr, y.get()});
  depthwise_grad_x(w, dy.get(), weight.get(), dx.get());
  depthwise_grad_weight(w, dy.get(), x.get(), dweight.get());
  std::vector<double> ey(windows), ex(pixels), ew(area * w.channels);
  for (size_t i = 0; i < windows; i++) {
    const size_t c = i % w.channels, window = i / w.channels;
    const size_t left = window % w.grid[1], top = window / w.grid[1] % w.grid[0], batch = window / w.grid[1] / w.grid[0];
    double sum = biased ? bias[c] : 0;
    for (size_t tap = 0; tap < area; tap++) {
      const long row = long(top + tap / w.size[1]) - long(w.padding[0]);
      const long column = long(left + tap % w.size[1]) - long(w.padding[1]);
      if (row < 0 || column < 0 || row >= long(w.height) || column >= long(w.width)) continue;
      const size_t at = ((batch * w.height + size_t(row)) * w.width + size_t(column)) * w.channels + c;
      sum += double(x[at]) * weight[c * area + tap];
      ex[at] += double(dy[i]) * weight[c * area + tap];
      ew[c * area + tap] += double(dy[i]) * x[at];
    }
    ey[i] = reference_activation(activation, sum);
  }
  const std::string what = "depthwise " + std::to_string(w.height) + "x" + std::to_string(w.width) + "x" + std::to_string(w.channels);
  expect_close(what, y.get(), ey, 1e-5, 2e-5);
  expect_close(what + " dx", dx.get(), ex, 1e-5, 2e-5);
  expect_close(what + " dweight", dweight.get(), ew, 1e-4, 1e-4);
}

}  // namespace

void test_depthwise() {
  for (size_t channels : {1, 5, 16, 37, 130})
    test_depthwise_on({2, 7, 9, channels, {3, 3}, {}, {1, 1}, {}, {}}, Activation(channels % kActivations), channels % 2 == 1);
  // Enough of them for all threads.
  test_depthwise_on({1, 28, 56, 40, {3, 3}, {}, {1, 1}, {}, {}}, Activation::gelu, true);
  test_depthwise_on({2, 1, 1, 20, {3, 3}, {}, {1, 1}, {}, {}}, Activation::none, true);
  test_depthwise_on({3, 6, 8, 20, {2, 5}, {}, {1, 3}, {}, {}}, Activation::relu, false);
  test_depthwise_on({1, 2, 3, 8, {5, 7}, {}, {4, 6}, {}, {}}, Activation::none, false);
  test_depthwise_on({1, 5, 12, 8, {3, 1}, {}, {0, 0}, {}, {}}, Activation::none, true);
  test_depthwise_on({0, 8, 8, 3, {3, 3}, {}, {1, 1}, {}, {}}, Activation::none, true);
  test_depthwise_on({1, 0, 4, 3, {3, 3}, {}, {2, 2}, {}, {}}, Activation::none, true);
}

}  // namespace tessera
