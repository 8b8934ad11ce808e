import { type AttrsOf, patchGrid, type patchifyGradOp, type patchifyOp, type resizeOp } from "@tessera/core";
import { windowArguments } from "../windows.ts";
import { type OpFunction, sizeOf } from "./kernel.ts";

type Shape4 = [number, number, number, number];

/** Patches of images as the addon takes them, and how many there are along each axis. */
function patchesOf(image: Shape4, attrs: AttrsOf<typeof patchifyOp>) {
  const { patchSize: size, stride, padding } = attrs;
  const grid = patchGrid([image[1], image[2]], attrs);
  return { windows: windowArguments({ image, size, stride, padding, grid }), grid };
}

export const patchify: OpFunction<typeof patchifyOp> = ({ image }, backend, attrs) => {
  const { windows, grid } = patchesOf(image.shape, attrs);
  const [rows, columns] = attrs.patchSize;
  const shape = [image.shape[0], grid[0] * grid[1], image.shape[3] * rows * columns];
  const out = backend.allocate(sizeOf(shape));
  backend.addon.patchify(...windows, backend.floats(image), out);
  return backend.output(shape, out);
};

export const patchifyGrad: OpFunction<typeof patchifyGradOp> = ({ dy }, backend, attrs) => {
  const [batch, , width] = dy.shape;
  const [rows, columns] = attrs.patchSize;
  const shape: Shape4 = [batch, ...attrs.imageSize, width / (rows * columns)];
  const image = backend.allocate(sizeOf(shape));
  backend.addon.patchifyGrad(...patchesOf(shape, attrs).windows, backend.floats(dy), image);
  return backend.output(shape, image);
};

/** Rows times their matrix [height, h], columns times theirs [width, w]. */
export const resize: OpFunction<typeof resizeOp> = ({ x }, backend, { size: [height, width], matrices }) => {
  const [batch, h, w, c] = x.shape;
  const [rows, columns] = matrices();
  const tall = backend.output([batch, height, w, c], backend.allocate(batch * height * w * c));
  const out = backend.allocate(batch * height * width * c);
  const between = backend.floats(tall);
  backend.addon.matmul(batch, height, w * c, h, false, false, true, false, rows, backend.floats(x), between);
  backend.addon.matmul(batch * height, width, c, w, false, false, true, false, columns, between, out);
  backend.disposeData(tall.dataId);
  return backend.output([batch, height, width, c], out);
};
