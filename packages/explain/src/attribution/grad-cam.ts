import { type Tensor, type Tensor4D } from "@tensorflow/tfjs-core";
import { TesseraError } from "@tessera/core";
import { type Explained, type TokenLayout, layoutOfBlock } from "../explained.ts";
import { gradientsAt } from "../gradients-at.ts";
import type { Heatmap } from "../heatmap.ts";
import { type Target, targetOf } from "../target.ts";

export interface GradCamOptions {
  /** @default "predicted" */
  target?: Target;
  /** Path of the tokens [b, n, d] or the map [b, h, w, c] that is looked at, such as `blocks.5.norm1`. @default the norm before the last attention among patches, or the last map */
  at?: string;
  /** How tokens lie, for a model that does not say it. */
  layout?: TokenLayout;
}

/**
 * Which patches speak for a class: features weighted by the mean of their gradients over the patches, what speaks against it left out.
 * Selvaraju et al. 2017, on tokens as on the places of a map. One forward and one backward; asks for no attention.
 *
 * @returns one map for each picture.
 * @throws {TesseraError} if there is no such path, or it has no tokens.
 */
export async function gradCam(model: Explained, images: Tensor4D, options: GradCamOptions = {}): Promise<Heatmap[]> {
  const { target = "predicted", at, layout } = options;
  const paths: string[] = [];
  const { seen, ...rest } = gradientsAt(model, images, targetOf(target), (path, value) => {
    const fits = value.rank === 4 ? !path.endsWith(".weights") : value.rank === 3;
    if (fits && path) paths.push(path);
    return at === undefined ? fits && (beforeAttention.test(path) || value.rank === 4) : path === at;
  });
  try {
    const lastFirst = [...seen.keys()].reverse();
    const path = at ?? lastFirst.find((one) => beforeAttention.test(one)) ?? lastFirst[0];
    const found = path === undefined ? undefined : seen.get(path);
    if (!found?.gradient || found.value.rank < 3) {
      throw new TesseraError(
        `gradCam: expected a path with tokens or a map that the answer depends on, got ${at ?? "none"}; the paths are ${[...new Set(paths)].join(", ")}`,
      );
    }
    const { shape } = found.value;
    const [values, slopes] = await Promise.all([found.value.data<"float32">(), found.gradient.data<"float32">()]);
    const channels = shape.at(-1)!;
    const places = shape.slice(1, -1).reduce((product, size) => product * size, 1);
    const { prefix, grid } = shape.length === 4 ? { prefix: 0, grid: [shape[1]!, shape[2]!] as const } : layoutOfBlock(model, images, places, layout); // prettier-ignore
    return Array.from({ length: shape[0]! }, (_, image) => {
      const [from, count] = [(image * places + prefix) * channels, places - prefix];
      const own = (all: Float32Array) => all.subarray(from, from + count * channels);
      return { values: weighted(own(values), own(slopes), channels), rows: grid[0], columns: grid[1] };
    });
  } finally {
    for (const { value, gradient } of seen.values()) for (const tensor of [value, gradient]) tensor?.dispose();
    for (const tensor of [rest.images, rest.logits] as Tensor[]) tensor.dispose();
  }
}

/** The norm before attention among patches: a ViT's, and a TNT's. */
const beforeAttention = /(?:^|\.)(?:norm1|norm_out)$/;

/** max(0, Σ over channels of the mean slope · value) for each place of [places, channels]. */
function weighted(values: Float32Array, slopes: Float32Array, channels: number): Float32Array {
  const places = values.length / channels;
  const mean = new Float64Array(channels);
  for (const [i, slope] of slopes.entries()) mean[i % channels]! += slope / places;
  return Float32Array.from({ length: places }, (_, place) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += mean[c]! * values[place * channels + c]!;
    return Math.max(0, sum);
  });
}
