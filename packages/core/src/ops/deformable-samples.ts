import {
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  add,
  cast,
  clipByValue,
  floor,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  mul,
  reshape,
  slice,
  sub,
  tensor2d,
  where,
  zerosLike,
} from "@tensorflow/tfjs-core";
import { sizeOf } from "../shape.ts";

/** How the looks of a query lie. */
export interface DeformableGrid {
  /** They share the width evenly. */
  heads: number;
  /** Looks of a head at each map. */
  points: number;
  /** Rows and columns of each map, in the order of the places. */
  grids: readonly (readonly [rows: number, columns: number])[];
}

/** One of the four places about each sample. */
interface Corner {
  /** Of the table of places and heads. [n, points] */
  rows: Tensor2D;
  /** 1 where there is such a place. [n, points] */
  inside: Tensor;
  /** What it counts in the sample; 0 outside. [n, points] */
  share: Tensor;
}

/** The samples on one map. */
export interface LevelSamples {
  grid: readonly [rows: number, columns: number];
  /** [n, points] */
  weight: Tensor2D;
  /** Top left, top right, bottom left, bottom right. */
  corners: Corner[];
  /** How far the sample lies from the left place to the right. [n, points] */
  across: Tensor;
  down: Tensor;
}

/** Two neighbours along an axis about each sample. */
interface Line {
  low: Tensor;
  share: Tensor;
  isLow: Tensor;
  isHigh: Tensor;
}

/** Where the samples at x, y [n, points, 2] of a map fall, for rows by picture, query and head. What is not a number is outside. */
export function samplesOfLevel(
  { at, weight }: { at: Tensor3D; weight: Tensor2D },
  level: number,
  { heads, grids }: DeformableGrid,
  { queries, places }: { queries: number; places: number },
): LevelSamples {
  const grid = grids[level]!;
  const [n, points] = weight.shape;
  const coordinate = (axis: 0 | 1) => reshape(slice(at, [0, 0, axis], [n, points, 1]), [n, points]);
  const [columns, rows] = [lineOf(coordinate(0), grid[1]), lineOf(coordinate(1), grid[0])];
  const before = grids.slice(0, level).reduce((count, size) => count + sizeOf(size), 0);
  // Whole numbers throughout: float32 tells them apart up to 2²⁴ only.
  const first = Int32Array.from({ length: n }, (_, row) => (Math.floor(row / (queries * heads)) * places + before) * heads + (row % heads)); // prettier-ignore
  const start = tensor2d(first, [n, 1], "int32");
  const neighbour = (line: Line, far: 0 | 1, extent: number) =>
    cast(clipByValue(add(line.low, far), 0, extent - 1), "int32");
  const corners = ([0, 1] as const).flatMap((bottom) =>
    ([0, 1] as const).map((right): Corner => {
      const place = add(mul(neighbour(rows, bottom, grid[0]), grid[1]), neighbour(columns, right, grid[1]));
      const inside = mul(bottom ? rows.isHigh : rows.isLow, right ? columns.isHigh : columns.isLow);
      const share = mul(bottom ? rows.share : sub(1, rows.share), right ? columns.share : sub(1, columns.share));
      return {
        rows: add(cast(mul(cast(place, "int32"), heads), "int32"), start) as Tensor2D,
        inside,
        share: mul(share, inside),
      };
    }),
  );
  return { grid, weight, corners, across: columns.share, down: rows.share };
}

/** Shares of a side of `extent` places -> the places about them. */
function lineOf(shares: Tensor, extent: number): Line {
  const given = sub(mul(shares, extent), 0.5);
  const touches = logicalAnd(greater(given, -1), less(given, extent));
  // Numbers that no integer holds do not reach the cast.
  const position = where(touches, given, zerosLike(given));
  const low = floor(position);
  const float = (condition: Tensor) => cast(logicalAnd(touches, condition), "float32");
  return {
    low,
    share: sub(position, low),
    isLow: float(greaterEqual(low, 0)),
    isHigh: float(lessEqual(low, extent - 2)),
  };
}
