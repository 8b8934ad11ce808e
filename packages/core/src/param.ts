import { type Tensor, type Variable, tensor, variable } from "@tensorflow/tfjs-core";
import { ShapeError, TesseraError } from "./errors.ts";
import type { Initializer } from "./init/initializers.ts";
import { type Shape, sameShape, sizeOf } from "./shape.ts";

const marker = Symbol.for("tessera.param");

export interface ParamOptions {
  /**
   * Values that a model computes rather than learns, such as a batch norm's running statistics: saved and loaded with the
   * parameters, but not counted among them, never given to an optimiser, and never trainable. @default false
   */
  buffer?: boolean;
}

/**
 * A declared parameter: its shape and initialiser are known at once, its values only after `init`, `load` or `set`.
 * So the size of the largest model is known without allocating it, and loading does not first draw random numbers.
 */
export class Param {
  readonly [marker] = true;
  readonly shape: Shape;
  readonly initializer: Initializer;
  /** Held beside the parameters but never learned. */
  readonly buffer: boolean;
  #variable: Variable | undefined;
  #trainable = true;

  constructor(shape: Shape, initializer: Initializer, { buffer = false }: ParamOptions = {}) {
    if (!shape.every((size) => Number.isInteger(size) && size > 0)) {
      throw new ShapeError(`Param: expected positive whole sizes, got [${shape.join(", ")}]`);
    }
    this.shape = shape;
    this.initializer = initializer;
    this.buffer = buffer;
    this.#trainable = !buffer;
  }

  /** True for parameters of any copy of this package. */
  static is(value: unknown): value is Param {
    return typeof value === "object" && value !== null && marker in value;
  }

  /** Number of values. */
  get size(): number {
    return sizeOf(this.shape);
  }

  get materialized(): boolean {
    return this.#variable !== undefined;
  }

  /**
   * The values as a tfjs variable, owned by the parameter.
   * @throws {TesseraError} before `init`, `load` or `set`, and after `dispose`.
   */
  get value(): Variable {
    if (!this.#variable) {
      throw new TesseraError(
        `Param: expected values of shape [${this.shape.join(", ")}], got none; call init(seed) or load(tensors) on the model first`,
      );
    }
    return this.#variable;
  }

  /** Whether gradients are taken and optimisers update it. */
  get trainable(): boolean {
    return this.#trainable;
  }

  /** @throws {TesseraError} if a buffer is to be trained. */
  set trainable(on: boolean) {
    if (on && this.buffer)
      throw new TesseraError(`Param: expected a parameter to train, got a buffer [${this.shape.join(", ")}]; leave it`);
    this.#trainable = on;
    if (this.#variable) this.#variable.trainable = on;
  }

  /**
   * Takes new values; the caller keeps the tensor that it gave.
   * @throws {ShapeError} if the shape differs.
   */
  set(values: Tensor | Float32Array): void {
    const shape = values instanceof Float32Array ? this.shape : values.shape;
    if (!sameShape(shape, this.shape) || (values instanceof Float32Array && values.length !== this.size)) {
      const got = values instanceof Float32Array ? `${values.length} values` : `[${shape.join(", ")}]`;
      throw new ShapeError(`Param.set: expected shape [${this.shape.join(", ")}], got ${got}`);
    }
    const given = values instanceof Float32Array ? tensor(values, [...this.shape], "float32") : values;
    if (this.#variable) this.#variable.assign(given);
    else this.#variable = variable(given, this.#trainable);
    if (values instanceof Float32Array) given.dispose();
  }

  /** Frees the values; shape and initialiser stay. */
  dispose(): void {
    this.#variable?.dispose();
    this.#variable = undefined;
  }
}
