// Patches and their gradient against plain loops.
#include "kernel_tests.h"

namespace tessera {

namespace {

void test_cut(Windows w) {
  place_windows(w);
  const size_t area = w.size[0] * w.size[1], count = w.batch * w.grid[0] * w.grid[1] * area * w.channels;
  const size_t pixels = w.batch * w.height * w.width * w.channels;
  const Floats image = normals(pixels), dy = normals(count), out = zeros(count), back = normals(pixels);
  patchify(w, image.get(), out.get());
  patchify_grad(w, dy.get(), back.get());
  std::vector<double> expected(count), gradient(pixels);
  for (size_t i = 0; i < count; i++) {
    const size_t within = i % area, c = i / area % w.channels, patch = i / area / w.channels;
    const size_t column = patch % w.grid[1], row = patch / w.grid[1] % w.grid[0], batch = patch / w.grid[1] / w.grid[0];
    const long y = long(row * w.stride[0] + within / w.size[1]) - long(w.padding[0]);
    const long x = long(column * w.stride[1] + within % w.size[1]) - long(w.padding[1]);
    if (y < 0 || x < 0 || y >= long(w.height) || x >= long(w.width)) continue;
    const size_t at = ((batch * w.height + size_t(y)) * w.width + size_t(x)) * w.channels + c;
    expected[i] = image[at];
    gradient[at] += dy[i];
  }
  expect_close("patches", out.get(), expected, 0, 0);
  expect_close("gradient of patches", back.get(), gradient, 1e-5, 1e-5);
}

/** Images without a pixel, which callers have at no address: patches are all padding. */
void test_no_pixels(Windows w) {
  place_windows(w);
  const size_t count = w.batch * w.grid[0] * w.grid[1] * w.size[0] * w.size[1] * w.channels;
  const Floats out = normals(count);
  patchify(w, nullptr, out.get());
  expect_close("patches of no pixels", out.get(), std::vector<double>(count), 0, 0);
  patchify_grad(w, out.get(), nullptr);
}

}  // namespace

void test_patches() {
  test_cut({2, 32, 48, 3, {16, 16}, {16, 16}, {0, 0}, {1, 1}, {}});
  test_cut({1, 17, 19, 2, {4, 3}, {3, 2}, {1, 2}, {1, 1}, {}});
  test_cut({2, 40, 40, 3, {7, 7}, {4, 4}, {3, 3}, {1, 1}, {}});
  test_cut({1, 9, 9, 1, {2, 2}, {5, 4}, {0, 0}, {1, 1}, {}});
  test_cut({3, 3, 2, 5, {5, 6}, {1, 1}, {4, 5}, {1, 1}, {}});
  test_cut({0, 8, 8, 3, {4, 4}, {4, 4}, {0, 0}, {1, 1}, {}});
  test_no_pixels({1, 0, 4, 3, {2, 2}, {2, 2}, {2, 2}, {1, 1}, {}});
  test_no_pixels({2, 4, 0, 3, {2, 2}, {2, 2}, {2, 2}, {1, 1}, {}});
}

}  // namespace tessera
