import { type NamedTensorMap, Tensor, add, engine, mul, sum, tidy, zerosLike } from "@tensorflow/tfjs-core";
import type { Context } from "./context.ts";
import { TesseraError } from "./errors.ts";
import { type Description, Module } from "./module.ts";
import { differentiable, recording } from "./ops/dispatch.ts";
import type { Shape } from "./shape.ts";

/** A part whose forward takes a tensor, or several by name, and gives such; what else it takes comes last, by name too. */
export interface Block<Input = never, Output = unknown> extends Module {
  forward(input: Input, ctx?: Context, inputs?: object): Output;
}

/**
 * A block that keeps nothing of its forward for gradients but what went in, and runs it again when they are taken: memory for
 * time, Chen et al. 2016. Values and gradients are the same, dropout included. Parameters have the block's own paths.
 *
 * @throws {TesseraError} if the block has buffers: a batch norm's statistics.
 */
export class Recomputed<Input, Output> extends Module {
  readonly self: Block<Input, Output>;

  constructor(block: Block<Input, Output>) {
    super();
    const buffer = [...block.state()].find(([, param]) => param.buffer)?.[0];
    if (buffer !== undefined)
      throw new TesseraError(
        `Recomputed: expected a block without buffers, which two runs would change twice, got ${buffer}`,
      );
    this.self = block;
  }

  forward(input: Input, ctx: Context = {}, inputs: object = {}): Output {
    if (!recording()) return this.self.forward(input, ctx, inputs);
    const given = tensorsIn({ input, inputs });
    const params = [...this.self.params().values()].flatMap((param) => (param.trainable ? param.value : []));
    const random = ctx.random?.copy();
    const run = (tensors: readonly Tensor[], context: Context) => {
      const again = withTensors({ input, inputs }, tensors);
      return this.self.forward(again.input, context, again.inputs);
    };
    let first: Output | undefined;
    const outputs = differentiable(
      Object.fromEntries([...given, ...params].entries()) as NamedTensorMap,
      () => {
        first = run(given, ctx);
        return alone(tensorsIn(first));
      },
      given,
      (dy, saved) => {
        const forward = () => tensorsIn(run(saved, { training: ctx.training, random: random?.copy() }));
        const slopes = gradientsOf(forward, [...saved, ...params], [dy].flat());
        return Object.fromEntries(slopes.map((slope, i) => [i, () => slope]));
      },
    );
    return withTensors(first!, [outputs].flat());
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: child(this.self, input) };
  }
}

/** tfjs hands over one gradient by itself, and takes one output so. */
const alone = (tensors: Tensor[]): Tensor | Tensor[] => (tensors.length === 1 ? tensors[0]! : tensors);

/** Gradients of several outputs, given those of what follows them. Within a gradient that is being taken, which goes on after it. */
function gradientsOf(forward: () => Tensor[], by: Tensor[], slopes: readonly Tensor[]): Tensor[] {
  const along = () => forward().map((output, i) => sum(mul(output, slopes[i]!)));
  const { state } = engine();
  // tfjs has one tape, and throws it away after gradients.
  const { activeTape } = state;
  try {
    return tidy(() => {
      const { grads } = engine().gradients(() => along().reduce((a, b) => add(a, b)), by, undefined, true);
      return by.map((one, i) => grads[i] ?? zerosLike(one));
    });
  } finally {
    state.activeTape = activeTape;
  }
}

/** Every tensor in nested objects and lists, in order. */
function tensorsIn(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  return isContainer(value) ? Object.values(value).flatMap(tensorsIn) : [];
}

/** The same objects and lists with other tensors in their places. */
function withTensors<T>(value: T, tensors: readonly Tensor[]): T {
  const rest = [...tensors];
  const placed = (one: unknown): unknown => {
    if (one instanceof Tensor) return rest.shift();
    if (Array.isArray(one)) return one.map(placed);
    return isContainer(one) ? Object.fromEntries(Object.entries(one).map(([name, part]) => [name, placed(part)])) : one;
  };
  return placed(value) as T;
}

function isContainer(value: unknown): value is object {
  return (
    typeof value === "object" &&
    value !== null &&
    (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype)
  );
}
