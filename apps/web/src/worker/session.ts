import { type Rank, type Tensor2D, type Tensor4D, zeros } from "@tensorflow/tfjs-core";
import { type BackendChoice, useBackend } from "@tessera/backends";
import {
  type Backbone,
  TesseraError,
  type WarmUpOptions,
  pair,
  replayed,
  warmUp as warmUpForward,
} from "@tessera/core";
import {
  type ImageClassifier,
  type ImageClassifierOptions,
  type ModelSpec,
  createBackbone,
  imageClassifier,
} from "@tessera/pipeline";
import type { ModelChoice, Ready, Setup, Stage } from "./calls.ts";
import { licenceOf } from "./licence.ts";
import { watchDownloads } from "./watch-downloads.ts";
import { yieldToMessages } from "./yield-to-messages.ts";

export interface CallOptions {
  signal: AbortSignal;
  onProgress: (stage: Stage) => void;
}

/** A model on a backend. */
export interface Session {
  ready: Ready;
  model: Backbone;
  /** The model's, recorded and repeated where the backend can. [b, h, w, 3] -> [b, classes] */
  forward: (images: Tensor4D) => Tensor2D;
  /** None for random weights, which have no classes to name. */
  classifier: ImageClassifier | undefined;
}

// In a built site the worker lies in assets/, beside the folder of the .wasm files.
const wasmPath = new URL(`${import.meta.env.DEV ? "/" : "../"}${WASM_FOLDER}`, globalThis.location.href).href;

let current: (Session & { key: string }) | undefined;
let started: { key: string; choice: BackendChoice } | undefined;

/** The session for a setup, kept until another is asked for. Only one model is in memory at a time. */
export async function prepare(setup: Setup, { signal, onProgress }: CallOptions): Promise<Session> {
  signal.throwIfAborted();
  const key = keyOf(setup);
  if (current?.key === key) return current;
  release();
  onProgress({ stage: "Starting the backend" });
  const { choice } = await moveTo(setup);
  signal.throwIfAborted();
  onProgress({ stage: "Loading the model" });
  const warnings: string[] = [];
  const onFetch = (share: number | undefined) => onProgress({ stage: "Fetching the model", share });
  const unwatch = watchDownloads(onFetch);
  const { model, classifier, name } = await load(setup.model, {
    signal,
    onProgress: ({ loaded, total }) => onProgress({ stage: "Loading the model", share: loaded / total }),
    onWarning: (warning) => warnings.push(warning),
    hub: { onProgress: ({ loaded, total }) => onFetch(total && loaded / total) },
  }).finally(unwatch);
  const forward = replayed(model, (images: Tensor4D) => model.forward(images));
  const session = {
    model,
    forward,
    classifier,
    ready: describe(model, name, choice, warnings, await licenceOf(setup.model)),
  };
  try {
    await warmUp(session, { signal, onProgress });
  } catch (error) {
    model.dispose();
    throw error;
  }
  current = { ...session, key };
  return current;
}

/** Gives the model's memory back; whoever wants it next loads it anew. */
export function release(): void {
  current?.model.dispose();
  current = undefined;
}

/** The classifier of a session. @throws {TesseraError} if its weights are random. */
export function trainedOf({ classifier, ready }: Pick<Session, "classifier" | "ready">): ImageClassifier {
  if (classifier) return classifier;
  throw new TesseraError(
    `${ready.model}: expected trained weights, got random ones; choose another model, this one is for measuring`,
  );
}

/** Has the programs of what classifies compiled and its forward recorded, so that the first picture is as fast as later ones. */
async function warmUp({ classifier, forward, ready }: Session, options: CallOptions): Promise<void> {
  await warmUpBy(options, async (warming) =>
    classifier ? classifier.warmUp(warming) : withZeros(ready, 1, (images) => warmUpForward(forward, images, warming)),
  );
}

/** The same of the model alone, in batches. */
export async function warmUpBatch({ forward, ready }: Session, batch: number, options: CallOptions): Promise<void> {
  await warmUpBy(options, async (warming) =>
    withZeros(ready, batch, (images) => warmUpForward(forward, images, warming)),
  );
}

async function warmUpBy(
  { signal, onProgress }: CallOptions,
  run: (options: WarmUpOptions) => Promise<void>,
): Promise<void> {
  onProgress({ stage: "Warming up" });
  await yieldToMessages();
  signal.throwIfAborted();
  await run({
    signal,
    onProgress: ({ compiled, total }) => onProgress({ stage: "Warming up", share: compiled / total }),
  });
}

async function withZeros({ imageSize }: Ready, batch: number, run: (images: Tensor4D) => Promise<void>): Promise<void> {
  const images = zeros<Rank.R4>([batch, ...imageSize, 3]);
  try {
    await run(images);
  } finally {
    images.dispose();
  }
}

/** Starts the backend, or stays on it. */
export async function moveTo({ backend, precision }: Setup): Promise<{ choice: BackendChoice }> {
  const key = `${backend} ${precision}`;
  if (started?.key === key) return started;
  started = undefined;
  try {
    started = { key, choice: await useBackend(backend, { precision, wasmPath }) };
  } catch (error) {
    if (globalThis.navigator.onLine || !TesseraError.isInstance(error, "not-loaded")) throw error;
    throw new TesseraError(
      `expected the code of ${backend}, got no network; a backend is kept for use offline once it has run: choose another`,
      { cause: error, code: error.code },
    );
  }
  return started;
}

async function load(
  choice: ModelChoice,
  options: ImageClassifierOptions,
): Promise<Pick<Session, "model" | "classifier"> & { name: string }> {
  if (choice.kind === "variant") {
    const model = (await createBackbone(choice.variant)).init(0);
    return { model, classifier: undefined, name: `${choice.variant}, random weights` };
  }
  const classifier = await imageClassifier(...argumentsOf(choice, options));
  return { model: classifier.model, classifier, name: classifier.modelName };
}

/** What `loadModel` and `imageClassifier` are given for a choice. @throws {TesseraError} if nobody says what the weights are of. */
export function argumentsOf(
  choice: ModelChoice,
  options: ImageClassifierOptions,
): [spec: ModelSpec | undefined, options: ImageClassifierOptions] {
  if (choice.kind === "embedded") return [undefined, options];
  if (choice.kind === "variant") return [choice.variant, options];
  if (choice.kind === "address") {
    const { address, endpoint } = choice;
    return [address, { ...options, hub: { ...options.hub, ...(endpoint && { endpoint }) } }];
  }
  const { config, weights, preprocessor, arch } = choice;
  if (config) return [{ config, weights, preprocessor }, options];
  if (arch) return [arch, { ...options, weights }];
  throw new TesseraError(
    `${weights.name}: expected its config.json beside it, got the weights alone; drop both, or choose the variant`,
  );
}

function describe(
  model: Backbone,
  name: string,
  choice: BackendChoice,
  warnings: readonly string[],
  licence: string | undefined,
): Ready {
  return {
    model: name,
    params: model.paramCount,
    classes: model.config.classes,
    imageSize: [...pair(model.config.imageSize)],
    backend: choice.name,
    device: choice.device,
    precision: choice.precision,
    licence,
    warnings,
  };
}

/** A file arrives as another object each time. */
function keyOf({ model, backend, precision }: Setup): string {
  const of = (file: File | undefined) => file && [file.name, file.size, file.lastModified];
  const chosen =
    model.kind === "files"
      ? [model.kind, of(model.weights), of(model.config), of(model.preprocessor), model.arch]
      : model;
  return JSON.stringify([chosen, backend, precision]);
}
