import { type Rank, zeros } from "@tensorflow/tfjs-core";
import { type WarmUpOptions as Compiling, warmUp } from "@tessera/core";
import type { Preprocessing } from "@tessera/data";
import type { Forwards } from "./forwards.ts";
import { type RunOptions, checkCount } from "./run.ts";

/** What the pictures to come will be asked with; each way is warmed up apart. `batchSize` is 1 unless said otherwise. */
export interface WarmUpOptions extends Compiling, Pick<RunOptions, "batchSize" | "tta"> {}

/** Has programs compiled and forwards recorded, so that the first batch of a run is as fast as later ones. */
export async function warmUpRun(
  { plain, mirrored }: Forwards,
  { size: [height, width] }: Preprocessing,
  { batchSize = 1, tta = false, ...how }: WarmUpOptions,
): Promise<void> {
  checkCount("batchSize", batchSize);
  const images = zeros<Rank.R4>([batchSize, height, width, 3]);
  try {
    await warmUp(tta ? mirrored : plain, images, how);
  } finally {
    images.dispose();
  }
}
