import { type Rank, zeros } from "@tensorflow/tfjs-core";
import { type OptionNames, type WarmUpOptions as Compiling, checkedOptions, warmUp } from "@tessera/core";
import type { Preprocessing } from "@tessera/data";
import type { Forwards } from "./forwards.ts";
import { type RunOptions, checkCount } from "./run.ts";

/** What the pictures to come will be asked with; each way is warmed up apart. `batchSize` is 1 unless said otherwise. */
export interface WarmUpOptions extends Compiling, Pick<RunOptions, "batchSize" | "tta"> {}

const warmUpOptions: OptionNames<WarmUpOptions> = { batchSize: true, tta: true, onProgress: true, signal: true };

/** Has programs compiled and forwards recorded, so that the first batch of a run is as fast as later ones. */
export async function warmUpRun(
  { plain, mirrored }: Forwards,
  { size: [height, width] }: Preprocessing,
  options: WarmUpOptions,
): Promise<void> {
  const { batchSize = 1, tta = false, ...how } = checkedOptions("warmUp", options, warmUpOptions);
  checkCount("batchSize", batchSize);
  const images = zeros<Rank.R4>([batchSize, height, width, 3]);
  try {
    await warmUp(tta ? mirrored : plain, images, how);
  } finally {
    images.dispose();
  }
}
