import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { Recordings } from "@tessera/core";
import type { Addon } from "./addon.ts";
import type { Blocks, DataId, Entry, NativePrecision } from "./entry.ts";
import { formats } from "./numbers.ts";
import { type Arrays, ArrayPool } from "./array-pool.ts";
import { CallRecorder } from "./replay/call-recorder.ts";
import type { TracedBackend } from "./replay/traced-backend.ts";
import type { Tracer } from "./replay/tracer.node.ts";

/**
 * Tensors in plain typed arrays, as tfjs-backend-cpu has them, so that its kernels work on the same memory. Arrays that
 * nobody else has seen are used again: a large new one costs a page fault every 4 KiB, more than most kernels take.
 */
export class NativeBackend extends MathBackendCPU implements TracedBackend {
  precision: NativePrecision = "f32";
  addon: Addon;
  arrays: Arrays;
  tracer: Tracer | undefined;
  readonly recordings = new Recordings(new CallRecorder(this));
  readonly #arrayPool = new ArrayPool();
  #isa: string;
  #timers = 0;

  constructor(addon: Addon) {
    super();
    this.addon = addon;
    this.arrays = this.#arrayPool;
    [this.#isa] = addon.info();
    // Silences the advertisement of tfjs-node.
    (this as unknown as { firstUse: boolean }).firstUse = false;
  }

  get isa(): string {
    return this.#isa;
  }

  /** Takes another instruction set of this machine; packed weights are packed anew when they are next used. */
  useIsa(name: string): boolean {
    const found = this.addon.useIsa(name);
    [this.#isa] = this.addon.info();
    return found;
  }

  /** A float32 array whose values are yet to be written. */
  allocate(size: number): Float32Array {
    return this.arrays.take(size);
  }

  /** Wraps an array of `allocate`. */
  output(shape: number[], values: Float32Array): TensorInfo {
    const dataId = this.write(values, shape, "float32");
    this.#entry(dataId).own = true;
    return { dataId, shape, dtype: "float32" };
  }

  /** Room for rows in blocks; undefined where nothing multiplies such. */
  allocateBlocks(rows: number, width: number): Blocks | undefined {
    const size = this.precision === "bf16" ? this.addon.blocksSize(rows, width) : 0;
    if (size === 0) return undefined;
    const { buffer } = this.arrays.take(Math.ceil(size / 2));
    return { values: new Uint16Array(buffer), rows, width, isa: this.#isa };
  }

  /** Wraps blocks of `allocateBlocks`. Whoever is not a linear layer sees floats. */
  outputBlocks(shape: number[], blocks: Blocks): TensorInfo {
    const dataId = this.write(new Float32Array(), shape, "float32");
    const entry = this.#entry(dataId);
    entry.blocks = blocks;
    Object.defineProperty(entry, "values", {
      configurable: true,
      enumerable: true,
      get: () => {
        const values = this.allocate(blocks.rows * blocks.width);
        this.addon.unpackRows(blocks.rows, blocks.width, blocks.values, values);
        Object.defineProperty(entry, "values", { value: values, configurable: true, enumerable: true, writable: true });
        this.#giveBlocks(entry);
        entry.own = true;
        return values;
      },
    });
    return { dataId, shape, dtype: "float32" };
  }

  /** The rows of a tensor as they lie: in blocks if the set in use takes them, else as floats. To be read at once. */
  rows(tensor: TensorInfo, rows: number, width: number): Float32Array | Uint16Array {
    const { blocks } = this.#entry(tensor.dataId);
    const fits =
      blocks?.isa === this.#isa && this.precision === "bf16" && blocks.rows === rows && blocks.width === width;
    // A recording reads the same array as long as the tensor lives, but blocks give way to floats when somebody asks.
    const outside = this.tracer && !this.tracer.created.has(tensor.dataId);
    return fits && !outside ? blocks.values : this.floats(tensor);
  }

  /** The values of a float32 tensor, to be read at once and not kept. */
  floats({ dataId }: TensorInfo): Float32Array {
    const { values } = this.#entry(dataId);
    this.tracer?.read(dataId, values as ArrayLike<number>);
    return values instanceof Float32Array ? values : Float32Array.from(values as ArrayLike<number>);
  }

  /** Values of any type, to be read at once and not kept. */
  valuesOf({ dataId }: TensorInfo): ArrayLike<number> {
    const values = this.#entry(dataId).values as ArrayLike<number>;
    this.tracer?.readInJavaScript(dataId, values);
    return values;
  }

  /**
   * Where the next values of a tensor go that nobody asks for again: its own array if no one else has it, else another. To be
   * read before it is written, and wrapped by `output`, so that whatever was made of the old values goes with the tensor.
   */
  renew(tensor: TensorInfo): Float32Array {
    const entry = this.#entry(tensor.dataId);
    const values = this.floats(tensor);
    this.tracer?.refuse();
    if (!entry.own || entry.refCount !== 1 || entry.values !== values) return this.allocate(values.length);
    entry.own = false;
    return values;
  }

  /** Says that others may hold the array from now on, or a part of it. */
  share({ dataId }: TensorInfo): void {
    this.#entry(dataId).own = false;
    this.tracer?.readInJavaScript(dataId);
  }

  /** A weight [out, in] in panels; kept as long as the tensor lives. */
  packed(weight: TensorInfo, out: number, width: number): Float32Array | Uint16Array {
    return this.#packed(weight, `${out},${width}`, () => {
      const size = this.addon.packedSize(width, out, formats[this.precision]);
      const panels = this.precision === "bf16" ? new Uint16Array(size) : new Float32Array(size);
      this.addon.pack(width, out, true, this.floats(weight), panels);
      return panels;
    });
  }

  /** A weight [out, in, rows, columns] in the panels that windows are multiplied with; kept as long as the tensor lives. */
  packedConvolution(weight: TensorInfo): Float32Array {
    const [out, inputs, rows, columns] = weight.shape as [number, number, number, number];
    return this.#packed(weight, `windows ${weight.shape.join()}`, () => {
      const panels = new Float32Array(this.addon.packedSize(inputs * rows * columns, out, formats.f32));
      this.addon.packConvolution(out, inputs, rows * columns, this.floats(weight), panels);
      return panels;
    }) as Float32Array;
  }

  #packed(weight: TensorInfo, shape: string, pack: () => Float32Array | Uint16Array): Float32Array | Uint16Array {
    const entry = this.#entry(weight.dataId);
    const { packed } = entry;
    const fits = packed?.isa === this.#isa && packed.precision === this.precision && packed.shape === shape;
    const panels = fits ? packed.panels : pack();
    if (!fits) entry.packed = { panels, isa: this.#isa, precision: this.precision, shape };
    this.tracer?.readPacked(weight.dataId, this.floats(weight), panels);
    return panels;
  }

  override write(...given: Parameters<MathBackendCPU["write"]>): DataId {
    const dataId = super.write(...given);
    this.tracer?.write(dataId);
    return dataId;
  }

  override readSync(dataId: DataId): ReturnType<MathBackendCPU["readSync"]> {
    // The caller gets the array itself.
    this.#entry(dataId).own = false;
    this.tracer?.refuse();
    return super.readSync(dataId);
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const entry = this.data.has(dataId) ? this.#entry(dataId) : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone) this.recordings.forget(dataId);
    if (gone && entry?.blocks) this.#giveBlocks(entry);
    else if (gone && entry?.own) this.arrays.give(entry.values as Float32Array);
    return gone;
  }

  #giveBlocks(entry: Entry): void {
    this.arrays.give(new Float32Array(entry.blocks!.values.buffer as ArrayBuffer));
    delete entry.blocks;
  }

  /** Whether tfjs measures what runs now. */
  get measured(): boolean {
    return this.#timers > 0;
  }

  override time(run: () => void): ReturnType<MathBackendCPU["time"]> {
    this.#timers++;
    try {
      return super.time(run);
    } finally {
      this.#timers--;
    }
  }

  override dispose(): void {
    this.recordings.clear();
    this.#arrayPool.clear();
    super.dispose();
  }

  #entry(dataId: DataId): Entry {
    return this.data.get(dataId as object) as unknown as Entry;
  }
}
