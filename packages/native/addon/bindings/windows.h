// Windows as arguments.
#pragma once
#include "../kernels.h"
#include "arguments.h"

namespace tessera {

/** batch, height, width, channels; size, stride, padding, dilation and grid of rows, then of columns */
inline Windows windows_of(Args& args) {
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

inline size_t pixels_of(const Windows& w) { return times(w.batch, w.height, w.width, w.channels); }
inline size_t windows_in(const Windows& w) { return times(w.batch, w.grid[0], w.grid[1]); }

}  // namespace tessera
