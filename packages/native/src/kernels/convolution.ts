import {
  type ConvolutionOptions,
  convolutionGrid,
  type convolutionGradOp,
  type convolutionOp,
  type maxPoolGradOp,
  type maxPoolOp,
} from "@tessera/core";
import { windowArguments } from "../windows.ts";
import { activationNumber } from "./activations.ts";
import { type OpFunction, optional, sizeOf } from "./kernel.ts";

type Pair = readonly [rows: number, columns: number];
type Shape4 = [number, number, number, number];

interface Steps extends ConvolutionOptions {
  stride: Pair;
  padding: Pair;
  dilation?: Pair;
}

/** Windows of `size` on images as the addon takes them, and how many there are along each axis. */
function windowsOf(image: Shape4, size: Pair, steps: Steps) {
  const grid = convolutionGrid([image[1], image[2]], size, steps);
  const { stride, padding, dilation } = steps;
  return { windows: windowArguments({ image, size, stride, padding, dilation, grid }), grid };
}

export const convolution: OpFunction<typeof convolutionOp> = ({ x, weight, bias }, backend, attrs) => {
  const [out, , rows, columns] = weight.shape;
  const { windows, grid } = windowsOf(x.shape, [rows, columns], attrs);
  const shape = [x.shape[0], ...grid, out];
  const y = backend.allocate(sizeOf(shape));
  const panels = backend.packedConvolution(weight);
  const activation = activationNumber(attrs.activation);
  backend.addon.convolution(...windows, out, activation, backend.floats(x), panels, optional(backend, bias), y);
  return backend.output(shape, y);
};

export const convolutionGrad: OpFunction<typeof convolutionGradOp> = ({ dy, x, weight }, backend, attrs) => {
  const [out, , rows, columns] = weight.shape;
  const { windows } = windowsOf(x.shape, [rows, columns], attrs);
  const slopes = backend.floats(dy);
  switch (attrs.wanted) {
    case "x": {
      const dx = backend.allocate(sizeOf(x.shape));
      backend.addon.convolutionGradX(...windows, out, slopes, backend.floats(weight), dx);
      return backend.output([...x.shape], dx);
    }
    case "weight": {
      const dweight = backend.allocate(sizeOf(weight.shape));
      backend.addon.convolutionGradWeight(...windows, out, slopes, backend.floats(x), dweight);
      return backend.output([...weight.shape], dweight);
    }
    default: {
      const dbias = backend.allocate(out);
      backend.addon.sumRows(1, sizeOf(dy.shape) / out, out, slopes, dbias);
      return backend.output([out], dbias);
    }
  }
};

export const maxPool: OpFunction<typeof maxPoolOp> = ({ x }, backend, attrs) => {
  const { windows, grid } = windowsOf(x.shape, attrs.size, attrs);
  const shape = [x.shape[0], ...grid, x.shape[3]];
  const y = backend.allocate(sizeOf(shape));
  backend.addon.pool(...windows, false, backend.floats(x), y);
  return backend.output(shape, y);
};

export const maxPoolGrad: OpFunction<typeof maxPoolGradOp> = ({ dy, x }, backend, attrs) => {
  const { windows } = windowsOf(x.shape, attrs.size, attrs);
  const dx = backend.allocate(sizeOf(x.shape));
  backend.addon.maxPoolGrad(...windows, backend.floats(dy), backend.floats(x), dx);
  return backend.output([...x.shape], dx);
};
