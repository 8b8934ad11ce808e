import {
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  add,
  cast,
  expandDims,
  gather,
  mul,
  reshape,
  scatterND,
  slice,
  stack,
  sub,
  sum,
  tidy,
} from "@tensorflow/tfjs-core";
import { ShapeError } from "../errors.ts";
import { sizeOf, sizes } from "../shape.ts";
import { type DeformableGrid, type LevelSamples, samplesOfLevel } from "./deformable-samples.ts";
import { differentiable, runOp } from "./dispatch.ts";
import type { Op } from "./op.ts";

/** What is looked at, where, and what each look counts. */
export interface DeformableInputs {
  /** Places of all maps, one map after another, each head's share of the width after another's. [b, s, h·d] */
  value: Tensor3D;
  /** x, then y of every sample, as shares of its map: head-major, then by map, then by point. [b, q, h·maps·points·2] */
  locations: Tensor3D;
  /** What each sample counts. [b, q, h·maps·points] */
  weights: Tensor3D;
}

export const deformableAttentionGradOp: Op<
  { dy: Tensor3D } & DeformableInputs,
  DeformableGrid,
  [dvalue: Tensor3D, dlocations: Tensor3D, dweights: Tensor3D]
> = {
  name: "TesseraDeformableAttentionGrad",
  inputs: { dy: "required", value: "required", locations: "required", weights: "required" },
  gradients: [],
};

export const deformableAttentionOp: Op<DeformableInputs, DeformableGrid, Tensor3D> = {
  name: "TesseraDeformableAttention",
  inputs: { value: "required", locations: "required", weights: "required" },
  gradients: [deformableAttentionGradOp],
};

/**
 * Multi-scale deformable attention, Zhu et al. 2021, eq. 3: each head of a query adds up what it finds at a few points of every map, weighted.
 * Between places it interpolates, of which pixel centres lie at halves; outside of a map there are zeros.
 *
 * value [b, s, h·d], locations [b, q, h·maps·points·2], weights [b, q, h·maps·points] -> [b, q, h·d]. Differentiable in all three. Op
 * `deformableAttentionOp`, gradient `deformableAttentionGradOp`.
 *
 * @throws {ShapeError} if a shape does not fit.
 */
export function deformableAttention(inputs: DeformableInputs, grid: DeformableGrid): Tensor3D {
  check(inputs, grid);
  const { value, locations, weights } = inputs;
  const { heads, points, grids } = grid;
  const compute = () =>
    runOp(deformableAttentionOp, { value, locations, weights }, { heads, points, grids }, () => {
      const [b, q] = weights.shape;
      const table = rowsOf(value, grid);
      const parts = levels(inputs, grid).map(({ weight, corners }) => () => {
        const looks = corners.map(
          ({ rows, share }) =>
            () =>
              lookedAt(table, rows, mul(weight, share)),
        );
        return looks.reduce((total, next) => () => tidy(() => add(total(), next())))();
      });
      const all = parts.reduce((total, next) => () => tidy(() => add<Tensor>(total(), next())));
      return reshape(all(), [b, q, value.shape[2]]);
    });
  return differentiable({ value, locations, weights }, compute, [value, locations, weights], (dy, saved) => {
    const [savedValue, savedLocations, savedWeights] = saved as [Tensor3D, Tensor3D, Tensor3D];
    const where = { value: savedValue, locations: savedLocations, weights: savedWeights };
    const [dvalue, dlocations, dweights] = deformableAttentionGrad(dy as Tensor3D, where, grid);
    return { value: () => dvalue, locations: () => dlocations, weights: () => dweights };
  });
}

/** Gradients [dvalue, dlocations, dweights]; on a line between places that of the locations is the side's to the right or below. */
export function deformableAttentionGrad(
  dy: Tensor3D,
  { value, locations, weights }: DeformableInputs,
  { heads, points, grids }: DeformableGrid,
): [dvalue: Tensor3D, dlocations: Tensor3D, dweights: Tensor3D] {
  const grid = { heads, points, grids };
  return runOp(deformableAttentionGradOp, { dy, value, locations, weights }, grid, () => {
    const table = rowsOf(value, grid);
    const slopes: Tensor3D = reshape(dy, [-1, 1, table.shape[1]]); // [b·q·h, 1, d]
    const ofLevels = levels({ value, locations, weights }, grid).map((level) => {
      const { weight, corners, across, down } = level;
      // How much the result would rise with each place's share.
      const [a, b, c, d] = corners.map(({ rows, inside }) =>
        tidy(() => mul(sum(mul(slopes, samplesAt(table, rows, points)), -1), inside)),
      ) as [Tensor, Tensor, Tensor, Tensor];
      const [top, bottom] = [add(a, mul(sub(b, a), across)), add(c, mul(sub(d, c), across))];
      const right = add(sub(b, a), mul(sub(sub(d, c), sub(b, a)), down));
      const [height, width] = level.grid;
      return {
        dtable: corners.map(
          ({ rows, share }) =>
            () =>
              spread(slopes, rows, mul(weight, share), table),
        ),
        dweight: add(top, mul(sub(bottom, top), down)),
        dlocation: stack([mul(mul(right, weight), width), mul(mul(sub(bottom, top), weight), height)], -1),
      };
    });
    const dtable = ofLevels
      .flatMap((level) => level.dtable)
      .reduce((total, next) => () => tidy(() => add<Tensor>(total(), next()) as Tensor2D));
    return [
      reshape(dtable(), value.shape),
      reshape(stack(ofLevels.map(({ dlocation }) => dlocation), 1), locations.shape), // prettier-ignore
      reshape(stack(ofLevels.map(({ dweight }) => dweight), 1), weights.shape), // prettier-ignore
    ];
  });
}

/** A row for each place and head: [b, s, h·d] -> [b·s·h, d] */
function rowsOf(value: Tensor3D, { heads }: DeformableGrid): Tensor2D {
  return reshape(value, [-1, value.shape[2] / heads]);
}

/** The samples on each map, a row for each query and head. */
function levels({ value, locations, weights }: DeformableInputs, grid: DeformableGrid): LevelSamples[] {
  const { heads, points, grids } = grid;
  const [b, q] = weights.shape;
  const n = b * q * heads;
  const where = reshape(locations, [n, grids.length, points * 2]);
  const counts = reshape(weights, [n, grids.length, points]);
  return grids.map((_, level) =>
    samplesOfLevel(
      {
        at: reshape(slice(where, [0, level, 0], [n, 1, points * 2]), [n, points, 2]),
        weight: reshape(slice(counts, [0, level, 0], [n, 1, points]), [n, points]),
      },
      level,
      grid,
      { queries: q, places: value.shape[1] },
    ),
  );
}

/** [n, points, d] of each sample's place. */
function samplesAt(table: Tensor2D, rows: Tensor2D, points: number): Tensor3D {
  return reshape(gather(table, reshape(rows, [-1])), [-1, points, table.shape[1]]);
}

/** Sums of places by what they count. table [t, d], rows and shares [n, points] -> [n, d] */
function lookedAt(table: Tensor2D, rows: Tensor2D, shares: Tensor): Tensor {
  return sum(mul(samplesAt(table, rows, rows.shape[1]), expandDims(shares, -1)), 1);
}

/** `lookedAt` turned round: slopes [n, 1, d] -> as the table. */
function spread(slopes: Tensor3D, rows: Tensor2D, shares: Tensor, table: Tensor2D): Tensor2D {
  const updates = reshape(mul(slopes, expandDims(shares, -1)), [-1, table.shape[1]]);
  return scatterND(cast(reshape(rows, [-1, 1]), "int32"), updates, table.shape);
}

function check({ value, locations, weights }: DeformableInputs, { heads, points, grids }: DeformableGrid): void {
  const places = grids.reduce((count, grid) => count + sizeOf(grid), 0);
  const [b, , width] = sizes(value, ["b", places, "width"], "deformableAttention value") as [number, number, number];
  if (width % heads !== 0)
    throw new ShapeError(`deformableAttention: expected a width divisible by heads, got ${width} / ${heads}`);
  const samples = heads * grids.length * points;
  const [, q] = sizes(weights, [b, "q", samples], "deformableAttention weights") as [number, number];
  sizes(locations, [b, q, 2 * samples], "deformableAttention locations");
}
