// Convolutions and pooling against plain loops in double precision.
#include "kernel_tests.h"

namespace tessera {

namespace {

void test_window(Windows w, size_t out_channels) {
  place_windows(w);
  const size_t windows = w.batch * w.grid[0] * w.grid[1], k = w.size[0] * w.size[1] * w.channels;
  const Floats x = normals(w.batch * w.height * w.width * w.channels), filter = normals(k * out_channels, 0.3f);
  const Floats y = zeros(windows * out_channels), top = zeros(windows * w.channels), mean = zeros(windows * w.channels);
  const Floats slopes = normals(windows * w.channels), back = normals(w.batch * w.height * w.width * w.channels);
  convolve({w, out_channels, x.get(), filter.get(), y.get()});
  pool({w, false, x.get(), top.get()});
  pool({w, true, x.get(), mean.get()});
  max_pool_grad({w, slopes.get(), x.get(), back.get()});
  std::vector<double> gradient(w.batch * w.height * w.width * w.channels);
  std::vector<const float*> largest(windows * w.channels);
  std::vector<double> ey(windows * out_channels), et(windows * w.channels, -INFINITY), em(windows * w.channels);
  for (size_t i = 0; i < windows; i++) {
    double inside = 0;
    for (size_t dy = 0; dy < w.size[0]; dy++)
      for (size_t dx = 0; dx < w.size[1]; dx++) {
        const long row = long(i / w.grid[1] % w.grid[0] * w.stride[0] + dy * w.dilation[0]) - long(w.padding[0]);
        const long column = long(i % w.grid[1] * w.stride[1] + dx * w.dilation[1]) - long(w.padding[1]);
        if (row < 0 || column < 0 || row >= long(w.height) || column >= long(w.width)) continue;
        inside++;
        const float* pixel = x.get() + ((i / w.grid[1] / w.grid[0] * w.height + size_t(row)) * w.width + size_t(column)) * w.channels;
        for (size_t c = 0; c < w.channels; c++) {
          if (pixel[c] > et[i * w.channels + c]) largest[i * w.channels + c] = pixel + c;
          et[i * w.channels + c] = std::max<double>(et[i * w.channels + c], pixel[c]);
          em[i * w.channels + c] += pixel[c];
          for (size_t o = 0; o < out_channels; o++)
            ey[i * out_channels + o] += double(pixel[c]) * filter[((dy * w.size[1] + dx) * w.channels + c) * out_channels + o];
        }
      }
    for (size_t c = 0; c < w.channels; c++) em[i * w.channels + c] /= inside;
    for (size_t c = i * w.channels; c < (i + 1) * w.channels; c++)
      if (largest[c]) gradient[size_t(largest[c] - x.get())] += slopes[c];
  }
  expect_close("convolution", y.get(), ey, 1e-5, 5e-5);
  expect_close("largest of windows", top.get(), et, 0, 0);
  expect_close("gradient of the largest", back.get(), gradient, 1e-5, 1e-5);
  expect_close("mean of windows", mean.get(), em, 1e-5, 1e-6);
}

}  // namespace

void test_windows() {
  test_window({2, 9, 11, 3, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {}}, 5);
  test_window({1, 13, 7, 17, {3, 2}, {2, 3}, {0, 1}, {1, 1}, {}}, 33);
  test_window({1, 13, 12, 4, {3, 3}, {1, 1}, {2, 3}, {2, 3}, {}}, 2);
  test_window({1, 31, 17, 16, {7, 7}, {2, 2}, {3, 3}, {1, 1}, {}}, 8);
  test_window({1, 3, 3, 1, {5, 5}, {1, 1}, {0, 0}, {1, 1}, {}}, 1);
  test_window({2, 8, 8, 19, {2, 2}, {2, 2}, {0, 0}, {1, 1}, {}}, 3);
  test_window({0, 8, 8, 3, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {}}, 3);
}

}  // namespace tessera
