import {
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  add,
  cast,
  div,
  floor,
  gather,
  greaterEqual,
  lessEqual,
  logicalAnd,
  maximum,
  minimum,
  mul,
  relu,
  reshape,
  slice,
  sub,
  tensor1d,
  tensor2d,
  where,
  zerosLike,
} from "@tensorflow/tfjs-core";
import { TesseraError } from "../errors.ts";

/** Rows, then columns. */
type Pair = readonly [number, number];

/** Where regions lie, and on which maps. */
export interface Regions {
  /** Corners xmin, ymin, xmax, ymax in pixels of the picture. [r, 4] */
  regions: Tensor2D;
  /** Picture of each region. [r] */
  pictures: Tensor1D;
  /** Map of each region; none where there is one map. [r] */
  levels?: Tensor1D | undefined;
}

/** `RoiAlignOptions` with nothing left out. */
export interface RegionGrid {
  /** Bins of a region. */
  size: Pair;
  /** Places of each map. */
  grids: readonly Pair[];
  /** Pixels of the picture to a place of each map. */
  strides: readonly number[];
  /** Samples of a bin along each axis; 0: as many as the bin has places. */
  sampling: number;
  aligned: boolean;
}

/** One of the four places about each sample. */
export interface Corner {
  /** Rows of the flattened maps. [r · rows · columns] */
  places: Tensor1D;
  /** What each counts in its bin's mean. [r · rows · columns, 1] */
  weights: Tensor2D;
}

/** Samples along one axis of each region, between two lines of the map. */
interface Line {
  low: Tensor2D;
  high: Tensor2D;
  lowWeight: Tensor2D;
  highWeight: Tensor2D;
}

/** More samples a bin than any region of a picture has: what asks for them is no box. */
const MOST_SAMPLES = 2048;

/**
 * The four places around each sample, row-major by region, row and column of samples. `counts` are the samples of a bin. What is not
 * a number has no weight.
 */
export function cornersOfSamples(
  { regions, pictures, levels }: Regions,
  { size, grids, strides, aligned }: RegionGrid,
  counts: Pair,
): Corner[] {
  const r = regions.shape[0];
  // Of each region's map, [r, 1] or one number.
  const ofLevel = (values: readonly number[]): Tensor2D | number =>
    levels ? reshape(gather(tensor1d([...values], "float32"), levels), [r, 1]) : values[0]!;
  const scale = ofLevel(strides.map((stride) => 1 / stride));
  const lineOf = (axis: 0 | 1): Line => {
    const side = (corner: 0 | 1) => mul<Tensor2D>(slice(regions, [0, 2 * corner + 1 - axis], [r, 1]), scale);
    const length = sub<Tensor2D>(side(1), side(0));
    const start = sub<Tensor2D>(side(0), aligned ? 0.5 : 0);
    const bin = div<Tensor2D>(aligned ? length : maximum(length, 1), size[axis]);
    return samplesAlong(start, bin, size[axis], counts[axis], ofLevel(grids.map((grid) => grid[axis])));
  };
  const [rows, columns] = [lineOf(0), lineOf(1)];
  const sizes = grids.map(([height, width]) => height * width);
  const total = sizes.reduce((sum, count) => sum + count, 0);
  const before = sizes.map((_, level) => sizes.slice(0, level).reduce((sum, count) => sum + count, 0));
  // Float32 tells whole numbers apart up to 2²⁴ places of a batch.
  const first = add(mul(reshape(cast(pictures, "float32"), [r, 1]), total), ofLevel(before));
  const width = ofLevel(grids.map((grid) => grid[1]));
  const outer = (along: Tensor, across: Tensor, combine: typeof add): Tensor =>
    combine(reshape(along, [r, -1, 1]), reshape(across, [r, 1, -1]));
  return (["low", "high"] as const).flatMap((row) => {
    const starts = add(first, mul(rows[row], width));
    return (["low", "high"] as const).map((column) => ({
      places: cast(reshape(outer(starts, columns[column], add), [-1]), "int32") as Tensor1D,
      weights: reshape(outer(rows[`${row}Weight`], columns[`${column}Weight`], mul), [-1, 1]) as Tensor2D,
    }));
  });
}

/** start and bin [r, 1], in places of the map, `extent` of which it has -> [r, size · count] */
function samplesAlong(start: Tensor2D, bin: Tensor2D, size: number, count: number, extent: Tensor2D | number): Line {
  const steps = Array.from({ length: size * count }, (_, i) => Math.floor(i / count) + ((i % count) + 0.5) / count);
  const at = add<Tensor2D>(start, mul(bin, tensor2d(steps, [1, steps.length])));
  // A sample of up to a place beyond the border is the border's; one further out is 0.
  const inside = logicalAnd(greaterEqual(at, -1), lessEqual(at, extent));
  const nowhere = zerosLike(at);
  const last = sub(extent, 1);
  const kept = minimum(relu(where(inside, at, nowhere)), last);
  const low = floor(kept) as Tensor2D;
  const share = sub(kept, low);
  const weight = (of: Tensor) => where(inside, div(of, count), nowhere) as Tensor2D;
  return { low, high: minimum(add(low, 1), last), lowWeight: weight(sub(1, share)), highWeight: weight(share) };
}

/** Regions that have as many samples a bin. */
export interface SampleGroup {
  at: Regions;
  /** Samples of a bin. */
  counts: Pair;
  /** Which regions they are, by rising number; undefined for all. */
  members?: readonly number[];
}

/**
 * Regions by the samples of their bins: all in one group, unless these follow from a region's size, and its values are waited for.
 * @throws {TesseraError} for a region that is much larger than a picture.
 */
export function groupsOf(at: Regions, grid: RegionGrid): SampleGroup[] {
  const { sampling } = grid;
  if (sampling > 0) return [{ at, counts: [sampling, sampling] }];
  const groups = new Map<string, number[]>();
  for (const [i, counts] of countsOf(at, grid).entries()) {
    const members = groups.get(String(counts)) ?? [];
    groups.set(String(counts), members);
    members.push(i);
  }
  return [...groups].map(([counts, members]) => {
    const { regions, pictures, levels } = at;
    const taken = tensor1d(members, "int32");
    const part = { regions: gather(regions, taken), pictures: gather(pictures, taken) };
    return {
      at: { ...part, ...(levels && { levels: gather(levels, taken) }) },
      counts: counts.split(",").map(Number) as [number, number],
      members,
    };
  });
}

/** Samples of a bin of each region: as many as it has places, in the reference's float32. */
function countsOf({ regions, levels }: Regions, { size, strides, aligned }: RegionGrid): [number, number][] {
  const values = regions.dataSync();
  const maps = levels?.dataSync();
  return Array.from({ length: regions.shape[0] }, (_, i) => {
    const scale = 1 / strides[maps?.[i] ?? 0]!;
    const counts = [0, 1].map((axis) => {
      const [low, high] = [values[4 * i + 1 - axis]!, values[4 * i + 3 - axis]!];
      const length = Math.fround(Math.fround(high * scale) - Math.fround(low * scale));
      // What is no number has no samples.
      return Math.max(0, Math.ceil(Math.fround((aligned ? length : Math.max(length, 1)) / size[axis]!)) || 0);
    }) as [number, number];
    const most = Math.max(...counts);
    if (most <= MOST_SAMPLES) return counts;
    throw new TesseraError(
      `roiAlign: expected regions of at most ${MOST_SAMPLES} samples a bin, got ${most}; clip boxes to their picture`,
    );
  });
}
