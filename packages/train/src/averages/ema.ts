import { type Tensor, type Variable, variable } from "@tensorflow/tfjs-core";
import { type Param, TesseraError, averageUpdate, sameShape } from "@tessera/core";
import type { WeightAverages } from "../fit/options.ts";

export interface EmaOptions {
  /** Share of an average that stays at each step, once warmed up. @default 0.9998 */
  decay?: number;
  /** Steps in which the averages are the weights themselves, besides the first. @default 0 */
  after?: number;
  /** Begins with a lower decay, 1 − (1 + steps / gamma)^−power. @default false */
  warmup?: boolean | { gamma?: number; power?: number };
  /** Of the warm-up. @default 0 */
  minDecay?: number;
}

/** timm's ModelEmaV3: the decay of the update with that number, counted from 1. */
export function emaDecay(update: number, options: EmaOptions = {}): number {
  const { decay = 0.9998, after = 0, warmup = false, minDecay = 0 } = options;
  const since = update - after - 1;
  if (since <= 0) return 0;
  if (warmup === false) return decay;
  const { gamma = 1, power = 2 / 3 } = warmup === true ? {} : warmup;
  return Math.max(Math.min(1 - (1 + since / gamma) ** -power, decay), minDecay);
}

/** Exponential moving averages of trainable parameters and of buffers: Polyak and Juditsky 1992, as timm's ModelEmaV3. */
export class Ema implements WeightAverages {
  readonly #params: ReadonlyMap<string, Param>;
  readonly #options: EmaOptions;
  readonly #averages = new Map<string, Variable>();

  constructor(params: ReadonlyMap<string, Param>, options: EmaOptions = {}) {
    this.#params = new Map([...params].filter(([, { trainable, buffer }]) => trainable || buffer));
    this.#options = options;
    // Not copied: whoever writes over a weight first finds that it is held here too.
    for (const [path, { value }] of this.#params) this.#averages.set(path, variable(value, false));
  }

  /** Takes the weights of a step, counted from 0. */
  update(step: number): void {
    const decay = emaDecay(step + 1, this.#options);
    for (const [path, average] of this.#averages) {
      const { value } = this.#params.get(path)!;
      if (decay === 0) average.assign(value);
      else averageUpdate(average, value, decay);
    }
  }

  /** Exchanges weights and averages. */
  swap(): void {
    for (const [path, average] of this.#averages) {
      const { value } = this.#params.get(path)!;
      const weights = value.clone();
      value.assign(average);
      average.assign(weights);
      weights.dispose();
    }
  }

  /** The averages by path, owned by this. */
  state(): Map<string, Tensor> {
    return new Map(this.#averages);
  }

  /**
   * Takes saved averages, all or none; the tensors stay the caller's.
   * @throws {TesseraError} listing names and shapes that do not fit.
   */
  restore(state: ReadonlyMap<string, Tensor>): void {
    const wrong = [...this.#averages].flatMap(([path, { shape }]) => {
      const got = state.get(path)?.shape;
      if (got && sameShape(got, shape)) return [];
      return [`${path}: expected [${shape.join(", ")}], got ${got ? `[${got.join(", ")}]` : "nothing"}`];
    });
    const others = [...state.keys()].filter((path) => !this.#averages.has(path));
    wrong.push(...others.map((path) => `${path}: expected nothing, got an average`));
    if (wrong.length > 0)
      throw new TesseraError(`Ema.restore: expected averages of this model, got another's:\n  ${wrong.join("\n  ")}`);
    for (const [path, average] of this.#averages) average.assign(state.get(path)!);
  }

  dispose(): void {
    for (const average of this.#averages.values()) average.dispose();
    this.#averages.clear();
  }
}
