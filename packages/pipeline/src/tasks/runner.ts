import type { Backbone } from "@tessera/core";
import { type LoadModelOptions, type LoadedModel, type ModelSpec, loadModel } from "../source/load-model.ts";
import { forwardsOf } from "./forwards.ts";
import type { ImageInputs } from "./inputs.ts";
import { type Outcome, type RunOptions, run } from "./run.ts";
import { type WarmUpOptions, warmUpRun } from "./warm-up.ts";

/** What is asked of a model: logits, or what its head sees. */
export type Task = "classify" | "embed";

/** What is known of a model wherever it lies; plain data. */
export interface ModelFacts extends Omit<LoadedModel, "model"> {
  /** Outputs of its head; 0 without one. */
  classes: number;
}

/** A model that computes rows of numbers of pictures, in this thread or in others. */
export interface Runner {
  readonly facts: ModelFacts;
  run(inputs: ImageInputs, options: RunOptions): AsyncGenerator<Outcome>;
  warmUp(options: WarmUpOptions): Promise<void>;
  dispose(): void;
}

/** A model in this thread. */
export interface ModelRunner extends Runner {
  readonly model: Backbone;
}

/** Loads a model into this thread. Chooses a backend if none is set. */
export async function modelRunner(
  task: Task,
  spec: ModelSpec | undefined,
  options: LoadModelOptions,
): Promise<ModelRunner> {
  const { model, ...loaded } = await loadModel(spec, options);
  const { preprocessing } = loaded;
  const forwards = forwardsOf(model, (batch) => (task === "classify" ? model.forward(batch) : model.embed(batch)));
  return {
    model,
    facts: { ...loaded, classes: model.config.classes },
    run: (inputs, how) => run(inputs, preprocessing, forwards, how),
    warmUp: (how) => warmUpRun(forwards, preprocessing, how),
    dispose: () => model.dispose(),
  };
}
