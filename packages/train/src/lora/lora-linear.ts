import {
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  add,
  matMul,
  mul,
  reshape,
  slice,
  tidy,
} from "@tensorflow/tfjs-core";
import {
  type Context,
  type Description,
  type Linear,
  type LinearOptions,
  Module,
  type Param,
  type Shape,
  activate,
  linear,
  output,
} from "@tessera/core";
import { type LowRank, joined } from "./low-rank.ts";

/** Rows of a weight that get a part of their own, by its name; `all` is the whole of it. */
export type LoraPart = "all" | "q" | "k" | "v";

/** A linear layer with low-rank parts beside its weight: x Wᵀ + b + scaling · x (B A)ᵀ, Hu et al. 2021. It takes the layer's place. */
export class LoraLinear extends Module {
  readonly self: Linear;
  readonly lora: LowRank | undefined;
  readonly loraQ: LowRank | undefined;
  readonly loraK: LowRank | undefined;
  readonly loraV: LowRank | undefined;
  readonly scaling: number;

  constructor(layer: Linear, parts: Partial<Record<LoraPart, LowRank>>, scaling: number) {
    super();
    this.self = layer;
    this.lora = parts.all;
    this.loraQ = parts.q;
    this.loraK = parts.k;
    this.loraV = parts.v;
    this.scaling = scaling;
  }

  // What others read of a linear layer.
  get inputs(): number {
    return this.self.inputs;
  }

  get outputs(): number {
    return this.self.outputs;
  }

  get weight(): Param {
    return this.self.weight;
  }

  get bias(): Param | undefined {
    return this.self.bias;
  }

  /** [..., in] -> [..., out] */
  forward<T extends Tensor>(x: T, ctx: Context = {}, after: Omit<LinearOptions, "bias"> = {}): T {
    const { activation = "none", scale, residual } = after;
    return tidy(() => {
      const { a, b } = this.#parts();
      const base = this.self.forward(x);
      const sum = linear(mul(linear(x, a), this.scaling), b, { residual: base });
      const activated = activate(sum, activation);
      const scaled = scale ? reshape(mul(reshape(activated, [-1, this.outputs]), scale), activated.shape) : activated;
      return output(ctx, (residual ? add(residual, scaled) : scaled) as T);
    });
  }

  /** [..., in] -> [..., count] */
  outputsOf<T extends Tensor>(x: T, start: number, count: number): T {
    return tidy(() => {
      const weight = slice(this.merged(), [start, 0], [count, this.inputs]);
      const bias = this.bias && slice(this.bias.value as Tensor as Tensor1D, [start], [count]);
      return linear(x, weight, { bias });
    });
  }

  /** The weight with its parts added: [out, in] */
  merged(): Tensor2D {
    return tidy(() => {
      const { a, b } = this.#parts();
      return add(this.weight.value as Tensor as Tensor2D, mul(matMul(b, a), this.scaling));
    });
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const rank = this.#list().reduce((sum, { a }) => sum + a.shape[0]!, 0);
    const tokens = input.slice(0, -1).reduce((product, size) => product * size, 1);
    return { output: child(this.self, input), macs: tokens * rank * (this.inputs + this.outputs) };
  }

  #list(): LowRank[] {
    return [this.lora, this.loraQ, this.loraK, this.loraV].filter((part) => part !== undefined);
  }

  #parts(): { a: Tensor2D; b: Tensor2D } {
    return joined(this.#list(), this.outputs);
  }
}
