import { type Tensor, tensor } from "@tensorflow/tfjs-core";
import { type Module, type StoredTensor, TesseraError } from "@tessera/core";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { WeightAverages } from "../fit/options.ts";
import { type Position, expectSameRun, fromMetadata, toMetadata } from "./position.ts";
import type { CheckpointStore } from "./store.ts";

/** Everything of a training that changes while it runs. */
export interface Trained {
  model: Module;
  optimizer: Optimizer;
  ema?: WeightAverages | undefined;
}

/** Name of the weights that were the best by metric. */
export const BEST = "best";

/** Checkpoints of one run: written, the last ones kept, and read again. */
export class Checkpoints {
  readonly #store: CheckpointStore;
  readonly #keep: number;
  readonly #config: Readonly<Record<string, unknown>>;
  /** The last that is there. */
  last: string | undefined;

  constructor(store: CheckpointStore, keep: number, config: Readonly<Record<string, unknown>>) {
    this.#store = store;
    this.#keep = keep;
    this.#config = config;
  }

  /** @throws {TesseraError} if there are checkpoints, which another run would miss. */
  async expectNone(): Promise<void> {
    const [name] = await this.#steps();
    if (name !== undefined) {
      throw new TesseraError(
        `fit: expected a store without checkpoints, got ${name}; resume its run, or give this one a store of its own`,
      );
    }
  }

  /** Writes everything that it takes to go on, then removes what is too old. Undefined if this step's is there already. */
  async save({ model, optimizer, ema }: Trained, position: Position): Promise<string | undefined> {
    const name = `step-${String(position.step).padStart(8, "0")}`;
    if (name === this.last) return undefined;
    const tensors = new Map([
      ...under("weights", weightsOf(model)),
      ...under("optimizer", optimizer.state()),
      ...under("ema", ema?.state() ?? new Map()),
    ]);
    await this.#store.save(name, tensors, toMetadata(position, this.#config));
    this.last = name;
    const old = (await this.#steps()).slice(0, -this.#keep);
    for (const one of old) await this.#store.remove(one);
    return name;
  }

  /** Writes the model's weights as the best so far. */
  async saveBest(model: Module, position: Position): Promise<void> {
    await this.#store.save(BEST, stored(weightsOf(model)), toMetadata(position, this.#config));
  }

  /**
   * Takes the last checkpoint, if there is one, and tells where it was written.
   * @throws {TesseraError} if it is of another configuration, saying what differs.
   */
  async resume({ model, optimizer, ema }: Trained): Promise<{ name: string; position: Position } | undefined> {
    const name = (await this.#steps()).at(-1);
    if (name === undefined) return undefined;
    const checkpoint = await this.#store.open(name);
    try {
      const { position, config } = fromMetadata(checkpoint.metadata, name);
      expectSameRun(this.#config, config);
      await model.load(below("weights", checkpoint.tensors));
      await withTensors(below("optimizer", checkpoint.tensors), (state) => optimizer.restore(state, position.step));
      await withTensors(below("ema", checkpoint.tensors), (state) => ema?.restore(state));
      this.last = name;
      return { name, position };
    } finally {
      await checkpoint.dispose();
    }
  }

  async #steps(): Promise<string[]> {
    return (await this.#store.list()).filter((name) => name.startsWith("step-")).sort();
  }
}

function weightsOf(model: Module): Map<string, Tensor> {
  return new Map([...model.state()].map(([path, { value }]) => [path, value]));
}

function stored(tensors: ReadonlyMap<string, Tensor>): Map<string, StoredTensor> {
  return new Map(
    [...tensors].map(([path, values]) => [
      path,
      { dtype: "F32", shape: values.shape, read: async () => Float32Array.from(await values.data<"float32">()) },
    ]),
  );
}

function under(folder: string, tensors: ReadonlyMap<string, Tensor>): [string, StoredTensor][] {
  return [...stored(tensors)].map(([path, values]) => [`${folder}/${path}`, values]);
}

function below(folder: string, tensors: ReadonlyMap<string, StoredTensor>): Map<string, StoredTensor> {
  const prefix = `${folder}/`;
  return new Map(
    [...tensors].filter(([path]) => path.startsWith(prefix)).map(([path, one]) => [path.slice(prefix.length), one]),
  );
}

async function withTensors(
  values: ReadonlyMap<string, StoredTensor>,
  take: (tensors: ReadonlyMap<string, Tensor>) => void,
): Promise<void> {
  const tensors = new Map<string, Tensor>();
  try {
    for (const [path, one] of values) {
      tensors.set(path, tensor((await one.read()) as Float32Array, [...one.shape], "float32"));
    }
    take(tensors);
  } finally {
    for (const one of tensors.values()) one.dispose();
  }
}
