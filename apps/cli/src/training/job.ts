import type { BackendChoice } from "@tessera/backends";
import type { Backbone } from "@tessera/core";
import type { Preprocessing } from "@tessera/data";
import type { DataParts } from "./open-data.ts";
import type { RunConfig } from "./run-config.ts";
import type { TrainSettings } from "./settings.ts";

/** A training that is ready to run. */
export interface Job {
  config: RunConfig;
  settings: TrainSettings;
  /** Its parameters are filled. */
  model: Backbone;
  parts: DataParts;
  backend: BackendChoice;
  preprocessing: Preprocessing;
  signal: AbortSignal;
}
