import type { Tensor, TensorInfo } from "@tensorflow/tfjs-core";

/** An op without the types of its tensors, as lists of ops have it. */
export interface OpDeclaration {
  /** The name under which a backend registers its kernel. */
  readonly name: string;
  /** Tensors by the name that a kernel finds them under; an optional one may be missing. */
  readonly inputs: Readonly<Record<string, "required" | "optional">>;
  /** The ops that give its gradients; none where those are composed. */
  readonly gradients: readonly OpDeclaration[];
}

/**
 * An op's contract, said once: what `runOp` hands to a kernel and gets from it, on every backend. A plain object, so that a
 * page that runs no such op does not carry it.
 */
export interface Op<
  Inputs extends object,
  Attrs extends object,
  Output,
  Name extends string = string,
> extends OpDeclaration {
  readonly name: Name;
  readonly inputs: { readonly [I in keyof Inputs]-?: object extends Pick<Inputs, I> ? "optional" : "required" };
  /** Carries the types, and has no value. */
  readonly signature?: (inputs: Inputs, attrs: Attrs) => Output;
}

/** The type of an op's inputs or attributes where it has none. */
export type None = Record<string, never>;

/** Tensors that an op takes, by name. */
export type InputsOf<O extends OpDeclaration> =
  O extends Op<infer Inputs, infer _Attrs, infer _Output, infer _Name> ? Inputs : never;

/** The attributes of an op. */
export type AttrsOf<O extends OpDeclaration> =
  O extends Op<infer _Inputs, infer Attrs, infer _Output, infer _Name> ? Attrs : never;

/** The tensor, or the tensors, that an op gives. */
export type OutputOf<O extends OpDeclaration> =
  O extends Op<infer _Inputs, infer _Attrs, infer Output, infer _Name> ? Output : never;

/** A tensor as a kernel meets it on its backend: where its data lie, their type and its shape. */
export interface Placed<T extends Tensor = Tensor> extends TensorInfo {
  shape: T["shape"];
}

type Place<Inputs> = { readonly [I in keyof Inputs]: Placed<Extract<Inputs[I], Tensor>> };

/** An op's inputs as a kernel meets them. */
export type PlacedInputs<O extends OpDeclaration> = Place<InputsOf<O>>;

type Infos<Output> = Output extends readonly unknown[] ? { [I in keyof Output]: TensorInfo } : TensorInfo;

/** What a kernel gives: as many tensors as the op. */
export type PlacedOutput<O extends OpDeclaration> = Infos<OutputOf<O>>;
