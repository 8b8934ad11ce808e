import { type TensorInfo, backend_util } from "@tensorflow/tfjs-core";
import type { NativeBackend } from "../backend.ts";
import { type WindowArguments, windowArguments } from "../windows.ts";
import { type Attrs, type Inputs, type NativeKernel, areFloats, sizeOf } from "./kernel.ts";

type Shape4 = [number, number, number, number];
type Pair = [number, number];
type Padding = Parameters<typeof backend_util.computePool2DInfo>[4];
type Rounding = Parameters<typeof backend_util.computePool2DInfo>[5];
type Info = ReturnType<typeof backend_util.computePool2DInfo>;

function windowsOf(info: Info): WindowArguments {
  const { batchSize, inHeight, inWidth, inChannels, padInfo } = info;
  return windowArguments({
    image: [batchSize, inHeight, inWidth, inChannels],
    size: [info.filterHeight, info.filterWidth],
    stride: [info.strideHeight, info.strideWidth],
    padding: [padInfo.top, padInfo.left],
    dilation: [info.dilationHeight, info.dilationWidth],
    grid: [info.outHeight, info.outWidth],
  });
}

/** Channels last; other layouts are tfjs-backend-cpu's. */
function conv2d({ x, filter }: Inputs, backend: NativeBackend, attrs: Attrs): TensorInfo | undefined {
  if (!areFloats(x, filter) || attrs["dataFormat"] === "NCHW") return undefined;
  const info = backend_util.computeConv2DInfo(
    x!.shape as Shape4,
    filter!.shape as Shape4,
    attrs["strides"] as Pair,
    attrs["dilations"] as Pair,
    attrs["pad"] as Padding,
    attrs["dimRoundingMode"] as Rounding,
  );
  const out = backend.allocate(sizeOf(info.outShape));
  backend.addon.conv2d(...windowsOf(info), info.outChannels, backend.floats(x!), backend.floats(filter!), out);
  return backend.output([...info.outShape], out);
}

function pool(average: boolean): NativeKernel {
  return ({ x }, backend, attrs) => {
    if (!areFloats(x)) return undefined;
    const info = backend_util.computePool2DInfo(
      x!.shape as Shape4,
      attrs["filterSize"] as Pair,
      attrs["strides"] as Pair,
      1,
      attrs["pad"] as Padding,
      attrs["dimRoundingMode"] as Rounding,
    );
    const out = backend.allocate(sizeOf(info.outShape));
    backend.addon.pool(...windowsOf(info), average, backend.floats(x!), out);
    return backend.output([...info.outShape], out);
  };
}

export const windowKernels: Record<string, NativeKernel> = {
  Conv2D: conv2d,
  MaxPool: pool(false),
  AvgPool: pool(true),
};
