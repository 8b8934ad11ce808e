import { type Tensor, type Variable, tidy, variable, zeros } from "@tensorflow/tfjs-core";
import { type Param, TesseraError, sameShape } from "@tessera/core";
import type { Optimizer, OptimizerOptions, ParamGroup, StepOptions } from "./optimizer.ts";

/** One update of one parameter. */
export interface Update {
  rate: number;
  weightDecay: number;
  /** Multiplies the gradient. */
  scale: number;
  /** Counted from 1. */
  step: number;
  /** Whether nothing was kept of the parameter before: what is kept begins as zeros. */
  first: boolean;
}

/** How a parameter is updated, and under which names (PyTorch's) something is kept of it from step to step. */
export interface Rule {
  readonly keeps: readonly string[];
  update(weight: Variable, gradient: Tensor, kept: Variable[], update: Update): void;
}

/** An optimiser that updates each parameter by a rule. Nothing is kept of a parameter that never had a gradient. */
export class RuledOptimizer implements Optimizer {
  readonly name: string;
  readonly #params: ReadonlyMap<string, Param>;
  readonly #ruleOf: (path: string, param: Param) => Rule;
  readonly #options: OptimizerOptions;
  readonly #kept = new Map<string, Variable[]>();
  #steps = 0;

  constructor(
    name: string,
    params: ReadonlyMap<string, Param>,
    options: OptimizerOptions,
    ruleOf: (path: string, param: Param) => Rule,
  ) {
    this.name = name;
    this.#params = params;
    this.#options = options;
    this.#ruleOf = ruleOf;
  }

  get steps(): number {
    return this.#steps;
  }

  step(gradients: ReadonlyMap<string, Tensor>, rate: number, { scale = 1 }: StepOptions = {}): void {
    const updates = [...gradients].map(([path, gradient]) => ({ path, gradient, param: this.#param(path) }));
    for (const { path, gradient, param } of updates) {
      if (!sameShape(gradient.shape, param.shape)) {
        throw new TesseraError(
          `${this.name}.step: expected a gradient of ${path} of shape [${param.shape.join(", ")}], got [${gradient.shape.join(", ")}]`,
        );
      }
    }
    this.#steps++;
    for (const { path, gradient, param } of updates) {
      const { rateScale, weightDecay } = this.#group(path);
      const rule = this.#ruleOf(path, param);
      const before = this.#kept.get(path);
      const kept = before ?? rule.keeps.map(() => tidy(() => variable(zeros([...param.shape]), false)));
      if (!before) this.#kept.set(path, kept);
      const update = { rate: rate * rateScale, weightDecay, scale, step: this.#steps, first: !before };
      rule.update(param.value, gradient, kept, update);
    }
  }

  state(): Map<string, Tensor> {
    const state = new Map<string, Tensor>();
    for (const [path, kept] of this.#kept) {
      const { keeps } = this.#ruleOf(path, this.#param(path));
      for (const [i, name] of keeps.entries()) state.set(`${name}/${path}`, kept[i]!);
    }
    return state;
  }

  restore(state: ReadonlyMap<string, Tensor>, steps: number): void {
    const wrong: string[] = [];
    const unused = new Set(state.keys());
    const found = new Map<string, Tensor[]>();
    for (const [path, param] of this.#params) {
      const names = this.#ruleOf(path, param).keeps.map((name) => `${name}/${path}`);
      if (!names.some((name) => state.has(name))) continue;
      for (const name of names) {
        const got = state.get(name);
        unused.delete(name);
        if (!got || !sameShape(got.shape, param.shape))
          wrong.push(
            `${name}: expected [${param.shape.join(", ")}], got ${got ? `[${got.shape.join(", ")}]` : "nothing"}`,
          );
      }
      found.set(
        path,
        names.map((name) => state.get(name)!),
      );
    }
    for (const name of unused) wrong.push(`${name}: expected nothing, got [${state.get(name)!.shape.join(", ")}]`);
    if (wrong.length > 0) {
      throw new TesseraError(
        `${this.name}.restore: expected the state of this optimiser for this model, got another's:\n  ${wrong.join("\n  ")}`,
      );
    }
    this.dispose();
    for (const [path, tensors] of found)
      this.#kept.set(
        path,
        tensors.map((values) => variable(values, false)),
      );
    this.#steps = steps;
  }

  dispose(): void {
    for (const kept of this.#kept.values()) for (const values of kept) values.dispose();
    this.#kept.clear();
    this.#steps = 0;
  }

  #param(path: string): Param {
    const param = this.#params.get(path);
    if (!param)
      throw new TesseraError(`${this.name}.step: expected gradients of the model's parameters, got one of ${path}`);
    return param;
  }

  #group(path: string): ParamGroup {
    return this.#options.groups?.get(path) ?? { rateScale: 1, weightDecay: this.#options.weightDecay ?? 0 };
  }
}
