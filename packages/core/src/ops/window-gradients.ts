import {
  type GradConfig,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  backend_util,
  conv2d,
  div,
  engine,
  matMul,
  mul,
  ones,
  pad,
  reshape,
  slice,
  sum,
  transpose,
} from "@tensorflow/tfjs-core";
import { pair } from "../shape.ts";
import { convolutionGrad, gathered, spread } from "./convolution.ts";
import { patchify, patchifyGrad } from "./patchify.ts";

type Pair = [number, number];
type Shape4 = Tensor4D["shape"];
type ComputeInfo = Parameters<typeof backend_util.computeConv2DInfo>;

/** What the kernels below are called with. */
interface Attrs {
  strides: number | Pair;
  pad: ComputeInfo[4];
  dataFormat?: "NHWC" | "NCHW";
  dilations?: number | Pair;
  dimRoundingMode: ComputeInfo[5];
  filterSize: number | Pair;
}

/** Convolutions and pooling as tfjs has them. */
export const windowGradients: readonly GradConfig[] = [
  {
    kernelName: "Conv2D",
    inputsToSave: ["x", "filter"],
    gradFunc: (dy, [x, filter], attrs) => ofConvolution(dy as Tensor4D, x as Tensor4D, filter as Tensor4D, attrs),
  },
  {
    // A convolution the other way round: what is dy there is its input.
    kernelName: "Conv2DBackpropInput",
    inputsToSave: ["dy", "filter"],
    gradFunc: (ddx, [dy, filter], attrs) => {
      const { strides, pad: padding, dataFormat, dimRoundingMode } = attrs as unknown as Attrs;
      return {
        dy: () => conv2d(ddx as Tensor4D, filter as Tensor4D, strides, padding, dataFormat, 1, dimRoundingMode),
        filter: () => ofConvolution(dy as Tensor4D, ddx as Tensor4D, filter as Tensor4D, attrs).filter(),
      };
    },
  },
  {
    kernelName: "DepthwiseConv2dNative",
    inputsToSave: ["x", "filter"],
    gradFunc: (dy, [x, filter], attrs) => ofDepthwise(dy as Tensor4D, x as Tensor4D, filter as Tensor4D, attrs),
  },
  {
    kernelName: "AvgPool",
    inputsToSave: ["x"],
    gradFunc: (dy, [x], attrs) => ({ x: () => ofMeans(dy as Tensor4D, x as Tensor4D, attrs as unknown as Attrs) }),
  },
  {
    kernelName: "MaxPool",
    inputsToSave: ["x"],
    outputsToSave: [true],
    gradFunc: (dy, [x, y], attrs) => {
      const inputs = { dy: dy as Tensor, input: x!, output: y! };
      return { x: () => engine().runKernel("MaxPoolGrad", inputs, attrs) as Tensor };
    },
  },
];

/** Channels last, and zeros around an image as a part of it, so that its windows need none beyond its edges. */
function framed(x: Tensor4D, filter: Shape4, attrs: Attrs, depthwise: boolean) {
  const { pad: padding, dataFormat, dimRoundingMode } = attrs;
  const strides = pair(attrs.strides);
  const isFirst = dataFormat === "NCHW";
  const inside = isFirst ? transpose(x, [0, 2, 3, 1]) : x;
  const around = isFirst && Array.isArray(padding) ? [0, 2, 3, 1].map((axis) => padding[axis]!) : padding;
  const info = backend_util.computeConv2DInfo(
    inside.shape,
    filter,
    strides,
    pair(attrs.dilations ?? 1),
    around as typeof padding,
    dimRoundingMode,
    depthwise,
  );
  const { top, left } = info.padInfo;
  const reach = [info.effectiveFilterHeight, info.effectiveFilterWidth];
  // To the end of the last window: what lies beyond is in none.
  const needed = [info.outHeight, info.outWidth].map((count, axis) => (count - 1) * strides[axis]! + reach[axis]!);
  const frame: Pair[] = [
    [0, 0],
    [top, Math.max(0, needed[0]! - top - info.inHeight)],
    [left, Math.max(0, needed[1]! - left - info.inWidth)],
    [0, 0],
  ];
  return {
    x: pad(inside, frame) as Tensor4D,
    last: (dy: Tensor4D) => (isFirst ? transpose(dy, [0, 2, 3, 1]) : dy),
    /** A gradient of the image without its frame. */
    unframed(dx: Tensor) {
      const whole = slice(dx, [0, top, left, 0], inside.shape);
      return isFirst ? transpose(whole, [0, 3, 1, 2]) : whole;
    },
  };
}

/** Each window's share to its pixels. tfjs's own counts those outside of the image, which its mean does not. */
function ofMeans(dy: Tensor4D, x: Tensor4D, attrs: Attrs): Tensor {
  const [rows, columns] = pair(attrs.filterSize);
  const [b, h, w, c] = x.shape;
  const frame = framed(x, [rows, columns, c, 1], attrs, true);
  const windows = { patchSize: [rows, columns] as Pair, stride: pair(attrs.strides) as Pair };
  const inside = patchify(framed(ones([1, h, w, 1]), [rows, columns, 1, 1], attrs, true).x, windows);
  const shares = div(reshape(dy, [b, dy.shape[1] * dy.shape[2], c, 1]), reshape(sum(inside, -1), [-1, 1, 1]));
  const patches = reshape(mul(shares, ones([rows * columns])), [b, inside.shape[1], c * rows * columns]);
  return frame.unframed(patchifyGrad(patches as Tensor3D, frame.x.shape, windows));
}

/** By the gradients of our own convolution, with PyTorch's weight. */
function ofConvolution(dy: Tensor4D, x: Tensor4D, filter: Tensor4D, attrs: unknown) {
  const { strides: stride, dilations: dilation } = attrs as Attrs;
  const gradients = () => {
    const frame = framed(x, filter.shape, attrs as Attrs, false);
    const weight = transpose(filter, [3, 2, 0, 1]);
    return { frame, ...convolutionGrad(frame.last(dy), frame.x, weight, { stride, dilation }) };
  };
  return {
    x: () => {
      const { frame, x: dx } = gradients();
      return frame.unframed(dx());
    },
    filter: () => transpose(gradients().weight(), [2, 3, 1, 0]),
  };
}

/** As products of each channel's windows: patches [c, b·n, pixels], filters [c, m, pixels], dy [c, b·n, m]. */
function ofDepthwise(dy: Tensor4D, x: Tensor4D, filter: Tensor4D, attrs: unknown) {
  const [stride, dilation] = [pair((attrs as Attrs).strides), pair((attrs as Attrs).dilations ?? 1)];
  const [rows, columns, c, m] = filter.shape;
  const parts = () => {
    const frame = framed(x, filter.shape, attrs as Attrs, true);
    const spreadOut = reshape(spread(transpose(filter, [2, 3, 0, 1]), dilation), [c, m, -1]);
    const slopes = transpose(reshape(frame.last(dy), [-1, c, m]), [1, 0, 2]);
    const reach: Pair = [(rows - 1) * dilation[0] + 1, (columns - 1) * dilation[1] + 1];
    return { frame, spreadOut, slopes, windows: { patchSize: reach, stride } };
  };
  return {
    x: () => {
      const { frame, spreadOut, slopes, windows } = parts();
      const patches = transpose(matMul(slopes, spreadOut), [1, 0, 2]);
      const [b] = frame.x.shape;
      const shaped = reshape(patches, [b, patches.shape[0]! / Math.max(1, b), -1]);
      return frame.unframed(patchifyGrad(shaped as never, frame.x.shape, windows));
    },
    filter: () => {
      const { frame, slopes, windows } = parts();
      const patches = transpose(reshape(patchify(frame.x, windows), [slopes.shape[1]!, c, -1]), [1, 0, 2]);
      const products = reshape(matMul(slopes, patches, true, false), [c, -1]);
      return transpose(gathered(products as never, [c, m, rows, columns] as Shape4, dilation), [2, 3, 0, 1]);
    },
  };
}
