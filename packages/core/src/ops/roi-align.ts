import {
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  add,
  addN,
  concat,
  expandDims,
  gather,
  mul,
  reshape,
  scatterND,
  sum,
  tensor1d,
  tidy,
  tile,
  zeros,
} from "@tensorflow/tfjs-core";
import { ShapeError } from "../errors.ts";
import { pair, sizeOf, sizes } from "../shape.ts";
import { differentiable, runOp } from "./dispatch.ts";
import type { Op } from "./op.ts";
import { type RegionGrid, type Regions, type SampleGroup, cornersOfSamples, groupsOf } from "./roi-samples.ts";

/** Rows, then columns. */
type Pair = readonly [number, number];

/** `batch` is the number of pictures. */
export const roiAlignGradOp: Op<{ dy: Tensor4D } & Regions, RegionGrid & { batch: number }, Tensor3D> = {
  name: "TesseraRoiAlignGrad",
  inputs: { dy: "required", regions: "required", pictures: "required", levels: "optional" },
  gradients: [],
};

export const roiAlignOp: Op<{ places: Tensor3D } & Regions, RegionGrid, Tensor4D> = {
  name: "TesseraRoiAlign",
  inputs: { places: "required", regions: "required", pictures: "required", levels: "optional" },
  gradients: [roiAlignGradOp],
};

export interface RoiAlignOptions extends Omit<RegionGrid, "size" | "sampling" | "aligned"> {
  /** Bins of a region; [rows, columns] or a side. */
  size: number | Pair;
  /**
   * Samples of a bin along each axis; 0: as many as the bin has places, for which the regions' values are waited for. @default 0
   */
  sampling?: number;
  /**
   * Pixel centres lie at halves, and a region may have no size; else a pixel's corner is taken for its centre, and a region has at least
   * the size of a place: the operator before 2019. @default true
   */
  aligned?: boolean;
}

/**
 * RoIAlign, He et al. 2017: each region is cut into bins, and each bin is the mean of samples that are interpolated between the four
 * places about them. A sample more than a place outside of its map is 0. Equal to torchvision's `roi_align`.
 *
 * places [b, s, c]: the rows of one map or of several, one after another; regions [r, 4], pictures [r], levels [r] -> [r, rows,
 * columns, c]. Differentiable in the places. Op `roiAlignOp`, gradient `roiAlignGradOp`.
 *
 * @throws {ShapeError} if places, regions and maps do not fit.
 * @throws {TesseraError} for a region far larger than any picture, where samples follow from it.
 */
export function roiAlign(places: Tensor3D, at: Regions, options: RoiAlignOptions): Tensor4D {
  const { grids, strides, sampling = 0, aligned = true } = options;
  const grid: RegionGrid = { size: pair(options.size), grids, strides, sampling, aligned };
  checkRegions(places, at, grid);
  const { regions, pictures, levels } = at;
  const [batch, , c] = places.shape;
  const compute = () =>
    runOp(roiAlignOp, { places, ...at }, grid, () => {
      const flat: Tensor2D = reshape(places, [-1, c]);
      const groups = groupsOf(at, grid);
      const parts = groups.map((group) => pooled(flat, group, grid));
      if (parts.length < 2) return parts[0] ?? zeros([0, ...grid.size, c]);
      const order = groups.flatMap(({ members = [] }) => members);
      const rows = new Int32Array(order.length);
      for (const [i, region] of order.entries()) rows[region] = i;
      return gather(concat(parts), tensor1d(rows, "int32"));
    });
  return differentiable({ places }, compute, [regions, pictures, ...(levels ? [levels] : [])], (dy, saved) => {
    const [savedRegions, savedPictures, savedLevels] = saved as [Tensor2D, Tensor1D, Tensor1D | undefined];
    const where = { regions: savedRegions, pictures: savedPictures, ...(savedLevels && { levels: savedLevels }) };
    return { places: () => roiAlignGrad(dy as Tensor4D, where, { ...grid, batch }) };
  });
}

/** The gradient of the places [b, s, c] for that of the bins, [r, rows, columns, c]. */
export function roiAlignGrad(dy: Tensor4D, at: Regions, grid: RegionGrid & { batch: number }): Tensor3D {
  return runOp(roiAlignGradOp, { dy, ...at }, grid, () => {
    const c = dy.shape[3];
    const shape: [number, number] = [grid.batch * countPlaces(grid), c];
    const parts = groupsOf(at, grid).map((group) =>
      spread(group.members ? gather(dy, tensor1d([...group.members], "int32")) : dy, group, grid, shape),
    );
    return reshape(parts.length > 0 ? addN(parts) : zeros(shape), [grid.batch, -1, c]);
  });
}

/** Means of bins that have as many samples. flat [b · s, c] -> [r, rows, columns, c] */
function pooled(flat: Tensor2D, { at, counts }: SampleGroup, grid: RegionGrid): Tensor4D {
  const [r, c] = [at.regions.shape[0], flat.shape[1]];
  const [rows, columns] = grid.size;
  if (sizeOf([r, ...counts]) === 0) return zeros([r, rows, columns, c]);
  const samples = cornersOfSamples(at, grid, counts)
    .map(
      ({ places, weights }) =>
        () =>
          mul(gather(flat, places), weights),
    )
    .reduce((total, next) => () => tidy(() => add(total(), next())))();
  const across = sum(reshape(samples, [r * rows * counts[0] * columns, counts[1], c]), 1);
  return reshape(sum(reshape(across, [r * rows, counts[0], columns * c]), 1), [r, rows, columns, c]);
}

/** `pooled` turned round: dy [r, rows, columns, c] -> [b · s, c] */
function spread(dy: Tensor4D, { at, counts }: SampleGroup, grid: RegionGrid, shape: [number, number]): Tensor2D {
  const [r, rows, columns, c] = dy.shape;
  if (sizeOf([r, ...counts]) === 0) return zeros(shape);
  const along = tile(reshape(dy, [r * rows, 1, columns * c]), [1, counts[0], 1]);
  const samples = reshape(tile(reshape(along, [r * rows * counts[0] * columns, 1, c]), [1, counts[1], 1]), [-1, c]);
  const parts = cornersOfSamples(at, grid, counts).map(({ places, weights }) =>
    tidy(() => scatterND(expandDims(places, 1), mul(samples, weights), shape)),
  );
  return addN(parts) as Tensor2D;
}

/** Of all maps of a picture. */
function countPlaces({ grids }: Pick<RegionGrid, "grids">): number {
  return grids.reduce((count, grid) => count + sizeOf(grid), 0);
}

function checkRegions(places: Tensor3D, { regions, pictures, levels }: Regions, grid: RegionGrid): void {
  const { grids, strides } = grid;
  sizes(places, ["b", countPlaces(grid), "c"], "roiAlign places");
  const [r] = sizes(regions, ["r", 4], "roiAlign regions") as [number];
  sizes(pictures, [r], "roiAlign pictures");
  if (levels) sizes(levels, [r], "roiAlign levels");
  if (grids.length === 0 || strides.length !== grids.length)
    throw new ShapeError(`roiAlign: expected a stride for each map, got ${strides.length} for ${grids.length}`);
  if (grids.length > 1 && !levels)
    throw new ShapeError(`roiAlign: expected the map of each region, got none for ${grids.length} maps; give levels`);
}
