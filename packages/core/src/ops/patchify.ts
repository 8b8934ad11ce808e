import {
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  add,
  concat,
  pad,
  reshape,
  slice,
  transpose,
} from "@tensorflow/tfjs-core";
import { ShapeError } from "../errors.ts";
import { sizes } from "../shape.ts";
import { differentiable, runOp } from "./dispatch.ts";
import type { Op } from "./op.ts";

/** Rows, then columns, in pixels. */
type Pair = readonly [number, number];

/** `PatchifyOptions` with nothing left out. */
interface PatchifyAttrs {
  patchSize: Pair;
  stride: Pair;
  padding: Pair;
}

export const patchifyGradOp: Op<{ dy: Tensor3D }, PatchifyAttrs & { imageSize: Pair }, Tensor4D> = {
  name: "TesseraPatchifyGrad",
  inputs: { dy: "required" },
  gradients: [],
};

export const patchifyOp: Op<{ image: Tensor4D }, PatchifyAttrs, Tensor3D> = {
  name: "TesseraPatchify",
  inputs: { image: "required" },
  gradients: [patchifyGradOp],
};

export interface PatchifyOptions {
  /** [height, width] of a patch, in pixels. */
  patchSize: readonly [number, number];
  /** Steps between patches; smaller than the patch, they overlap. @default patchSize */
  stride?: readonly [number, number] | undefined;
  /** Zeros added on each side, as in a convolution. @default [0, 0] */
  padding?: readonly [number, number] | undefined;
}

interface Geometry {
  patch: Pair;
  stride: Pair;
  padding: Pair;
  grid: Pair;
  /** Cells: the largest tile that both the patch and the stride are made of. A patch that does not overlap is one cell. */
  cell: Pair;
}

/** Rows and columns of patches that fit on an image, the last incomplete one left out, as a convolution does. */
export function patchGrid(image: readonly [number, number], options: PatchifyOptions): [number, number] {
  return axes((axis) => {
    const stride = options.stride?.[axis] ?? options.patchSize[axis];
    return Math.floor((image[axis] + 2 * (options.padding?.[axis] ?? 0) - options.patchSize[axis]) / stride) + 1;
  });
}

/**
 * Cuts images into patches, each flattened in the order of a convolution's weight: channel, row, column. So patch
 * embedding is `linear(patchify(x), weight)` with the checkpoint's own weight. image [b, h, w, c] -> [b, n, c·p·p], patches
 * in row-major order. Op `patchifyOp`, gradient `patchifyGrad`.
 *
 * @throws {ShapeError} if no patch fits.
 */
export function patchify(image: Tensor4D, options: PatchifyOptions): Tensor3D {
  const [, h, w] = sizes(image, ["b", "h", "w", "c"], "patchify") as [number, number, number, number];
  const geometry = geometryOf([h, w], options);
  const { patch, grid } = geometry;
  if (grid[0] < 1 || grid[1] < 1)
    throw new ShapeError(`patchify: expected an image of at least one patch of ${patch.join("×")}, got ${h}×${w}`);
  return differentiable(
    { image },
    () => runOp(patchifyOp, { image }, attrsOf(geometry), () => cut(image, geometry)),
    [],
    (dy) => ({ image: () => patchifyGrad(dy as Tensor3D, image.shape, options) }),
  );
}

/** Every patch is added where it came from: dy [b, n, c·p·p] -> [b, h, w, c], the given shape. */
export function patchifyGrad(dy: Tensor3D, image: Tensor4D["shape"], options: PatchifyOptions): Tensor4D {
  const [, h, w] = image;
  const geometry = geometryOf([h, w], options);
  const attrs = { imageSize: [h, w] as const, ...attrsOf(geometry) };
  return runOp(patchifyGradOp, { dy }, attrs, () => paste(dy, geometry, image));
}

function geometryOf(image: Pair, options: PatchifyOptions): Geometry {
  const { patchSize: patch, stride = patch, padding = [0, 0] } = options;
  const cell = axes((axis) => gcd(patch[axis], stride[axis]));
  return { patch, stride, padding, grid: patchGrid(image, options), cell };
}

function attrsOf({ patch, stride, padding }: Geometry): PatchifyAttrs {
  return { patchSize: [...patch], stride: [...stride], padding: [...padding] };
}

/**
 * As views of a grid of cells: cell (i, j) of every patch at once is a slice of the padded image, reshaped so that the
 * stride is an axis. Only reshape, slice, pad, concat and transpose of rank 5 and less, which every backend has.
 */
function cut(image: Tensor4D, { patch, stride, padding, grid, cell }: Geometry): Tensor3D {
  const [b, h, w, c] = image.shape;
  const [rows, columns] = axes((axis) => patch[axis] / cell[axis]);
  const padded = padTo(
    image,
    padding,
    axes((axis) => reach(grid[axis], stride[axis], patch[axis], [h, w][axis]! + 2 * padding[axis])),
  );
  const cells: Tensor[] = [];
  for (let i = 0; i < rows; i++) {
    const band: Tensor[] = [];
    for (let j = 0; j < columns; j++) {
      const start = [0, i * cell[0], j * cell[1], 0];
      const window = slice(padded, start, [b, grid[0] * stride[0], grid[1] * stride[1], c]);
      const byRow = slice(
        reshape(window, [b * grid[0], stride[0], grid[1] * stride[1] * c]),
        [0, 0, 0],
        [-1, cell[0], -1],
      );
      const byColumn = slice(
        reshape(byRow, [b * grid[0] * cell[0], grid[1], stride[1] * c]),
        [0, 0, 0],
        [-1, -1, cell[1] * c],
      );
      band.push(transpose(reshape(byColumn, [b * grid[0], cell[0], grid[1], cell[1] * c]), [0, 2, 1, 3])); // [b·gh, gw, cell, cell·c]
    }
    cells.push(joined(band, 3));
  }
  const patches = reshape(joined(cells, 2), [b * grid[0] * grid[1], patch[0] * patch[1], c]);
  return reshape(transpose(patches, [0, 2, 1]), [b, grid[0] * grid[1], c * patch[0] * patch[1]]);
}

/** The transpose of `cut`: every patch is added where it came from. */
function paste(
  dy: Tensor3D,
  { patch, stride, padding, grid, cell }: Geometry,
  imageShape: readonly number[],
): Tensor4D {
  const [b, h, w, c] = imageShape as [number, number, number, number];
  const [rows, columns] = axes((axis) => patch[axis] / cell[axis]);
  const full = axes((axis) => reach(grid[axis], stride[axis], patch[axis], [h, w][axis]! + 2 * padding[axis]));
  const byPixel = transpose(reshape(dy, [b * grid[0] * grid[1], c, patch[0] * patch[1]]), [0, 2, 1]);
  const patches = reshape(byPixel, [b * grid[0], grid[1], patch[0], patch[1] * c]);
  let image: Tensor4D | undefined;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const part = slice(patches, [0, 0, i * cell[0], j * cell[1] * c], [-1, -1, cell[0], cell[1] * c]);
      const byRow = reshape(transpose(part, [0, 2, 1, 3]), [b * grid[0] * cell[0], grid[1], cell[1] * c]);
      const spreadColumns = reshape(
        pad(byRow, [
          [0, 0],
          [0, 0],
          [0, (stride[1] - cell[1]) * c],
        ]),
        [b * grid[0], cell[0], grid[1] * stride[1] * c],
      );
      const spreadRows = pad(spreadColumns, [
        [0, 0],
        [0, stride[0] - cell[0]],
        [0, 0],
      ]);
      const window = reshape(spreadRows, [b, grid[0] * stride[0], grid[1] * stride[1], c]);
      const [top, left] = [i * cell[0], j * cell[1]];
      const placed = pad(window, [
        [0, 0],
        [top, full[0] - top - grid[0] * stride[0]],
        [left, full[1] - left - grid[1] * stride[1]],
        [0, 0],
      ]) as Tensor4D;
      image = image ? add(image, placed) : placed;
    }
  }
  return slice(
    padTo(
      image!,
      [0, 0],
      axes((axis) => Math.max(full[axis], padding[axis] + [h, w][axis]!)),
    ),
    [0, ...padding, 0],
    [b, h, w, c],
  );
}

/** Length that slices of whole strides need, and at least what the image has. */
function reach(grid: number, stride: number, patch: number, image: number): number {
  return Math.max(grid * stride + patch - gcd(patch, stride), image);
}

function padTo(image: Tensor4D, before: readonly [number, number], size: readonly [number, number]): Tensor4D {
  const [, h, w] = image.shape;
  const after = [size[0] - h - before[0], size[1] - w - before[1]] as const;
  if (before[0] + before[1] + after[0] + after[1] === 0) return image;
  return pad(image, [
    [0, 0],
    [before[0], after[0]],
    [before[1], after[1]],
    [0, 0],
  ]);
}

function joined(parts: Tensor[], axis: number): Tensor {
  return parts.length === 1 ? parts[0]! : concat(parts, axis);
}

function axes(of: (axis: 0 | 1) => number): [number, number] {
  return [of(0), of(1)];
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
