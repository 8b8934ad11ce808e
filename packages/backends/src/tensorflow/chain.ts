import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Attribute, Handle, TensorFlowBackend } from "./library.ts";

type Attributes = Readonly<Record<string, number | boolean | string | readonly number[]>>;

/** Attributes that take a fraction or a data type; other numbers are integers. */
const fractions = new Set(["epsilon"]);
const types = new Set(["DstT"]);

/** TensorFlow ops one after the other on its own tensors, so that only the result becomes a tensor of tfjs. */
export class Chain {
  readonly backend: TensorFlowBackend;
  readonly #made = new Map<number, Handle>();

  constructor(backend: TensorFlowBackend) {
    this.backend = backend;
  }

  /** A tensor of tfjs as TensorFlow knows it. */
  of(tensor: TensorInfo): Handle {
    const [id] = this.backend.getInputTensorIds([tensor]);
    const { TF_BOOL, TF_FLOAT, TF_INT32 } = this.backend.binding;
    const dtype = tensor.dtype === "bool" ? TF_BOOL : tensor.dtype === "int32" ? TF_INT32 : TF_FLOAT;
    return { id: id!, shape: tensor.shape, dtype };
  }

  /** Runs an op with one output. */
  run(op: string, inputs: readonly Handle[], attributes: Attributes = {}): Handle {
    return this.runAll(op, inputs, attributes, 1)[0];
  }

  runAll(op: string, inputs: readonly Handle[], attributes: Attributes, outputs: number): [Handle, ...Handle[]] {
    const { binding } = this.backend;
    const ids = inputs.map(({ id }) => id);
    const made = binding.executeOp(op, this.#attributes(attributes), ids, outputs);
    for (const handle of made) this.#made.set(handle.id, handle);
    return made;
  }

  reshape(x: Handle, shape: readonly number[]): Handle {
    if (x.shape.join() === shape.join()) return x;
    return this.run("Reshape", [x, this.#sizes(shape)]);
  }

  transpose(x: Handle, order: readonly number[]): Handle {
    return this.run("Transpose", [x, this.integers(order)]);
  }

  cast(x: Handle, dtype: number): Handle {
    return x.dtype === dtype ? x : this.run("Cast", [x], { DstT: dtype });
  }

  scalar(value: number): Handle {
    return this.#constant(`f${value}`, () => ({
      id: this.backend.binding.createTensor([], this.backend.binding.TF_FLOAT, Float32Array.of(value)),
      shape: [],
      dtype: this.backend.binding.TF_FLOAT,
    }));
  }

  /** A list of axes. There are few, so they stay for good. */
  integers(values: readonly number[]): Handle {
    return this.#constant(`i${values.join()}`, () => this.#vector(values));
  }

  /** Frees everything but the results. */
  close(results: readonly Handle[]): void {
    for (const { id } of results) this.#made.delete(id);
    for (const id of this.#made.keys()) this.backend.binding.deleteTensor(id);
    this.#made.clear();
  }

  /** Sizes change from call to call, so they go with it. */
  #sizes(shape: readonly number[]): Handle {
    const handle = this.#vector(shape);
    this.#made.set(handle.id, handle);
    return handle;
  }

  #vector(values: readonly number[]): Handle {
    const { binding } = this.backend;
    const id = binding.createTensor([values.length], binding.TF_INT32, Int32Array.from(values));
    return { id, shape: [values.length], dtype: binding.TF_INT32 };
  }

  #constant(key: string, make: () => Handle): Handle {
    let known = constants.get(this.backend);
    if (!known) constants.set(this.backend, (known = new Map()));
    let handle = known.get(key);
    if (!handle) known.set(key, (handle = make()));
    return handle;
  }

  #attributes(attributes: Attributes): Attribute[] {
    const { TF_ATTR_BOOL, TF_ATTR_FLOAT, TF_ATTR_INT, TF_ATTR_STRING, TF_ATTR_TYPE } = this.backend.binding;
    return Object.entries(attributes).map(([name, value]) => {
      if (typeof value === "boolean") return { name, type: TF_ATTR_BOOL, value };
      if (typeof value === "string") return { name, type: TF_ATTR_STRING, value };
      if (fractions.has(name)) return { name, type: TF_ATTR_FLOAT, value };
      return { name, type: types.has(name) ? TF_ATTR_TYPE : TF_ATTR_INT, value };
    });
  }
}

const constants = new WeakMap<TensorFlowBackend, Map<string, Handle>>();

/** Runs a chain whose last value, of float32, becomes a tensor of tfjs. */
export function chained(backend: TensorFlowBackend, work: (chain: Chain) => Handle): TensorInfo {
  const chain = new Chain(backend);
  let result: Handle | undefined;
  try {
    result = chain.cast(work(chain), backend.binding.TF_FLOAT);
    const { id, shape, dtype } = result;
    const dataId = {};
    backend.tensorMap.set(dataId, { shape, dtype, id, values: null, refCount: 1 });
    return { dataId, shape, dtype: "float32" };
  } finally {
    chain.close(result ? [result] : []);
  }
}
