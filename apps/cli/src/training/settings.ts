import type { ComputeSettings } from "../run-options.ts";

/** What `tessera train` and `tessera finetune` take, as `program` declares it; what is not given is undefined. */
export interface TrainSettings extends ComputeSettings {
  /** @default "classification" */
  task?: "classification" | "detection";
  model?: string;
  arch?: string;
  weights?: string;
  entry?: string;
  /** timm's arguments of the model, `name=value`. */
  arg?: Record<string, unknown>;
  /** What a stem of convolutions starts as. */
  stem?: string;
  /** What a detector's backbone starts as. */
  backbone?: string;
  imageSize?: number;
  preset?: string;
  /** Fields of the recipe, `name=value`. */
  set?: Record<string, unknown>;
  epochs?: number;
  batch?: number;
  accumulate?: number;
  rate?: number;
  seed?: number;
  /** Share of the training pictures that choose the best weights. */
  validation?: number;
  /** Share of the training pictures to train on, or so many of each class. */
  fraction?: number;
  perClass?: number;
  teacher?: string;
  only?: string;
  workers?: number;
  keep?: number;
  out?: string;
  resume?: boolean;
  dryRun?: boolean;
}
