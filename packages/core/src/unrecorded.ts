import type { Context } from "./context.ts";
import { type Description, Module } from "./module.ts";
import { unrecorded } from "./ops/dispatch.ts";
import type { Block } from "./recomputed.ts";
import type { Shape } from "./shape.ts";

/**
 * A block that gradients take for a constant while `isConstant` says so: nothing of its forward is kept for them. For the frozen
 * blocks before all that is trained. Parameters have the block's own paths.
 */
export class Unrecorded<Input, Output> extends Module {
  readonly self: Block<Input, Output>;
  readonly #isConstant: () => boolean;

  constructor(block: Block<Input, Output>, isConstant: () => boolean) {
    super();
    this.self = block;
    this.#isConstant = isConstant;
  }

  forward(input: Input, ctx: Context = {}, inputs: object = {}): Output {
    const run = () => this.self.forward(input, ctx, inputs);
    return this.#isConstant() ? unrecorded(run) : run();
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: child(this.self, input) };
  }
}
