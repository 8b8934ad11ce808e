import { convolutionGrid, type depthwiseConvolutionGradOp, type depthwiseConvolutionOp } from "@tessera/core";
import { windowArguments } from "../windows.ts";
import { activationNumber } from "./activations.ts";
import { type OpFunction, optional, sizeOf } from "./kernel.ts";

type Shape4 = readonly [number, number, number, number];

/** Windows in steps of one pixel as the addon takes them, and how many there are along each axis. */
function windowsOf(image: Shape4, [, , rows, columns]: Shape4, padding: readonly [number, number]) {
  const size = [rows, columns] as const;
  const grid = convolutionGrid([image[1], image[2]], size, { padding });
  return { windows: windowArguments({ image, size, stride: [1, 1], padding, grid }), grid };
}

export const depthwiseConvolution: OpFunction<typeof depthwiseConvolutionOp> = (inputs, backend, attrs) => {
  const { x, weight, bias } = inputs;
  const { windows, grid } = windowsOf(x.shape, weight.shape, attrs.padding);
  const shape = [x.shape[0], ...grid, x.shape[3]];
  const y = backend.allocate(sizeOf(shape));
  const values = [backend.floats(x), backend.floats(weight), optional(backend, bias)] as const;
  backend.addon.depthwise(...windows, activationNumber(attrs.activation), ...values, y);
  return backend.output(shape, y);
};

export const depthwiseConvolutionGrad: OpFunction<typeof depthwiseConvolutionGradOp> = (inputs, backend, attrs) => {
  const { dy, x, weight } = inputs;
  const { windows } = windowsOf(x.shape, weight.shape, attrs.padding);
  const slopes = backend.floats(dy);
  switch (attrs.wanted) {
    case "x": {
      const dx = backend.allocate(sizeOf(x.shape));
      backend.addon.depthwiseGradX(...windows, slopes, backend.floats(weight), dx);
      return backend.output([...x.shape], dx);
    }
    case "weight": {
      const dweight = backend.allocate(sizeOf(weight.shape));
      backend.addon.depthwiseGradWeight(...windows, slopes, backend.floats(x), dweight);
      return backend.output([...weight.shape], dweight);
    }
    default: {
      const [channels] = weight.shape;
      const dbias = backend.allocate(channels);
      backend.addon.sumRows(1, channels === 0 ? 0 : sizeOf(dy.shape) / channels, channels, slopes, dbias);
      return backend.output([channels], dbias);
    }
  }
};
