import type { InputsOf, OpDeclaration, OutputOf } from "@tessera/core";
import type { Tolerance } from "./all-close.ts";

/** One call of an op. */
export interface OpCase<O extends OpDeclaration, Attrs> {
  /** What is particular about it. */
  name: string;
  /** Draws the inputs anew, each time the same. */
  inputs: () => InputsOf<O>;
  attrs: Attrs;
  /** Gradients are compared elsewhere, or on processors: on a GPU each is several programs more to compile. */
  forwardOnly?: boolean | "webgpu";
  tolerance?: Tolerance;
}

/** Calls that a kernel has to answer as the op's composed definition does. `Attrs` are the caller's options. */
export interface OpCases<O extends OpDeclaration, Attrs> {
  op: O;
  /** The op as models ask for it. */
  call: (inputs: InputsOf<O>, attrs: Attrs) => OutputOf<O>;
  /** Inputs that have gradients. @default none */
  differentiable?: readonly (keyof InputsOf<O>)[];
  gradientTolerance?: Tolerance;
  cases: readonly OpCase<O, Attrs>[];
}

/** Checks the types of an op's cases, and forgets them. */
export function casesOf<O extends OpDeclaration, Attrs>(cases: OpCases<O, Attrs>): OpCases<OpDeclaration, never> {
  return cases as unknown as OpCases<OpDeclaration, never>;
}
