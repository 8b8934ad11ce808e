import type { BackendChoice } from "@tessera/backends";
import type { DetectionPreprocessing } from "@tessera/data";
import type { LoadedDetector } from "@tessera/pipeline";
import type { DetectionLogEntry, DetectionRecipe } from "@tessera/train";
import type { RunConfig } from "../training/run-config.ts";
import type { TrainSettings } from "../training/settings.ts";
import type { ThingParts } from "./open-things.ts";

/** A detector's training that is ready to run. */
export interface DetectorJob {
  config: RunConfig<DetectionRecipe>;
  settings: TrainSettings;
  /** Its parameters are filled. */
  model: LoadedDetector["model"];
  parts: ThingParts;
  backend: BackendChoice;
  preprocessing: DetectionPreprocessing;
  signal: AbortSignal;
}

/** A line of a detector's `log.jsonl`. */
export interface DetectorLogEntry extends DetectionLogEntry {
  rate: number;
  imagesPerSecond: number;
  /** Share of the time in which the model waited for data. */
  waiting: number;
  /** Over all sittings. */
  seconds: number;
}
