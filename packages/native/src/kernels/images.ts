import { type AttrsOf, patchGrid, type patchifyGradOp, type patchifyOp, type resizeOp } from "@tessera/core";
import { type OpFunction, sizeOf } from "./kernel.ts";

/** Patch, stride and padding of rows, then of columns. */
function axesOf({ patchSize, stride, padding }: AttrsOf<typeof patchifyOp>) {
  return [patchSize[0], stride[0], padding[0], patchSize[1], stride[1], padding[1]] as const;
}

export const patchify: OpFunction<typeof patchifyOp> = ({ image }, backend, attrs) => {
  const [batch, h, w, c] = image.shape;
  const axes = axesOf(attrs);
  const [rows, columns] = patchGrid([h, w], attrs);
  const shape = [batch, rows * columns, c * axes[0] * axes[3]];
  const out = backend.allocate(sizeOf(shape));
  backend.addon.patchify(batch, h, w, c, ...axes, backend.floats(image), out);
  return backend.output(shape, out);
};

export const patchifyGrad: OpFunction<typeof patchifyGradOp> = ({ dy }, backend, attrs) => {
  const [batch, , width] = dy.shape;
  const [h, w] = attrs.imageSize;
  const axes = axesOf(attrs);
  const c = width / (axes[0] * axes[3]);
  const image = backend.allocate(batch * h * w * c);
  backend.addon.patchifyGrad(batch, h, w, c, ...axes, backend.floats(dy), image);
  return backend.output([batch, h, w, c], image);
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
