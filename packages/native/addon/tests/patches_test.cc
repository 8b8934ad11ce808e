// Patches and their gradient against plain loops.
#include "kernel_tests.h"

namespace tessera {

namespace {

void test_cut(Patches p) {
  const size_t length[2] = {p.height, p.width};
  for (int axis = 0; axis < 2; axis++)
    p.grid[axis] = (length[axis] + 2 * p.padding[axis] - p.patch[axis]) / p.stride[axis] + 1;
  const size_t area = p.patch[0] * p.patch[1], count = p.batch * p.grid[0] * p.grid[1] * area * p.channels;
  const size_t pixels = p.batch * p.height * p.width * p.channels;
  const Floats image = normals(pixels), dy = normals(count), out = zeros(count), back = normals(pixels);
  patchify(p, image.get(), out.get());
  patchify_grad(p, dy.get(), back.get());
  std::vector<double> expected(count), gradient(pixels);
  for (size_t i = 0; i < count; i++) {
    const size_t within = i % area, c = i / area % p.channels, patch = i / area / p.channels;
    const size_t column = patch % p.grid[1], row = patch / p.grid[1] % p.grid[0], batch = patch / p.grid[1] / p.grid[0];
    const long y = long(row * p.stride[0] + within / p.patch[1]) - long(p.padding[0]);
    const long x = long(column * p.stride[1] + within % p.patch[1]) - long(p.padding[1]);
    if (y < 0 || x < 0 || y >= long(p.height) || x >= long(p.width)) continue;
    const size_t at = ((batch * p.height + size_t(y)) * p.width + size_t(x)) * p.channels + c;
    expected[i] = image[at];
    gradient[at] += dy[i];
  }
  expect_close("patches", out.get(), expected, 0, 0);
  expect_close("gradient of patches", back.get(), gradient, 1e-5, 1e-5);
}

}  // namespace

void test_patches() {
  test_cut({2, 32, 48, 3, {16, 16}, {16, 16}, {0, 0}, {}});
  test_cut({1, 17, 19, 2, {4, 3}, {3, 2}, {1, 2}, {}});
  test_cut({2, 40, 40, 3, {7, 7}, {4, 4}, {3, 3}, {}});
  test_cut({1, 9, 9, 1, {2, 2}, {5, 4}, {0, 0}, {}});
  test_cut({3, 3, 2, 5, {5, 6}, {1, 1}, {4, 5}, {}});
}

}  // namespace tessera
