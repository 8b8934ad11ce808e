import { type StoredTensor, TesseraError, type TensorValues } from "@tessera/core";
import { writeAtomically } from "#file-system";
import { byteLength, type DtypeName, dtypes, isDtype } from "../values/dtype.ts";
import { encodeValues, naturalDtype } from "../values/encode.ts";

/** A tensor in memory. */
export interface TensorToWrite {
  shape: readonly number[];
  /** Row-major. */
  values: TensorValues;
  /** @default the type of `values` */
  dtype?: string;
}

/** Tensors by name: a Map, such as a checkpoint's `tensors`, or a plain object. */
export type NamedTensors<T> = ReadonlyMap<string, T> | Readonly<Record<string, T>>;

export interface WriteOptions {
  /** Free text for the file. */
  metadata?: Readonly<Record<string, string>>;
  /** What float tensors are written as; others keep their type. @default as they are */
  dtype?: "F32" | "F16" | "BF16";
}

interface Planned {
  name: string;
  dtype: DtypeName;
  shape: readonly number[];
  values: () => TensorValues | Promise<TensorValues>;
}

const floats: ReadonlySet<string> = new Set(Object.keys(dtypes).filter((name) => /^B?F\d/.test(name)));
const rank = new Map(Object.keys(dtypes).map((name, index) => [name, index]));

/** The order of Rust strings: by code point, where JavaScript compares UTF-16 units. */
function byCodePoint(a: string, b: string): number {
  const [left, right] = [Array.from(a, (c) => c.codePointAt(0)!), Array.from(b, (c) => c.codePointAt(0)!)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) if (left[i] !== right[i]) return left[i]! - right[i]!;
  return left.length - right.length;
}

function checkName(name: string): void {
  if (name === "__metadata__" || /\p{Surrogate}/u.test(name))
    throw new TesseraError(
      `writeSafetensors: expected a name of whole Unicode characters other than __metadata__, got ${JSON.stringify(name)}`,
    );
}

function plan(name: string, tensor: TensorToWrite | StoredTensor, options: WriteOptions): Planned {
  checkName(name);
  const own = tensor.dtype ?? ("values" in tensor ? naturalDtype(tensor.values) : "");
  const dtype = options.dtype && floats.has(own) ? options.dtype : own;
  if (!isDtype(dtype))
    throw new TesseraError(
      `writeSafetensors: tensor "${name}": expected a dtype of ${Object.keys(dtypes).join(", ")}, got ${dtype}`,
    );
  const { shape } = tensor;
  return { name, dtype, shape, values: () => ("values" in tensor ? tensor.values : tensor.read()) };
}

function encode({ name, dtype, shape }: Planned, values: TensorValues): Uint8Array {
  const where = `writeSafetensors: tensor "${name}"`;
  const count = shape.reduce((a, b) => a * b, 1);
  if (values.length !== count)
    throw new TesseraError(`${where}: expected ${count} values for [${shape.join(", ")}], got ${values.length}`);
  return encodeValues(values, dtype, where);
}

/** Everything before the tensors: length, JSON, spaces up to a multiple of 8 bytes. */
function header(tensors: readonly Planned[], metadata: Readonly<Record<string, string>> | undefined): Uint8Array {
  const fields: string[] = [];
  const quoted = (key: string, value: unknown): string => `${JSON.stringify(key)}:${JSON.stringify(value)}`;
  if (metadata && Object.keys(metadata).length > 0) {
    const sorted = Object.entries(metadata).sort(([a], [b]) => byCodePoint(a, b));
    fields.push(`"__metadata__":{${sorted.map(([key, text]) => quoted(key, text)).join()}}`);
  }
  let at = 0;
  for (const { name, dtype, shape } of tensors) {
    const bytes = byteLength(dtype, shape);
    if (bytes === undefined)
      throw new TesseraError(
        `writeSafetensors: tensor "${name}": expected a size that fits a file, got [${shape.join(", ")}]`,
      );
    fields.push(quoted(name, { dtype, shape, data_offsets: [at, at + bytes] }));
    at += bytes;
  }
  const json = new TextEncoder().encode(`{${fields.join()}}`);
  const padded = Math.ceil(json.length / 8) * 8;
  const out = new Uint8Array(8 + padded).fill(0x20, 8);
  new DataView(out.buffer).setBigUint64(0, BigInt(padded), true);
  out.set(json, 8);
  return out;
}

/** Tensors in the order of the reference writer, so that equal tensors give equal files: widest type first, then by name. */
function planned(tensors: NamedTensors<TensorToWrite | StoredTensor>, options: WriteOptions): Planned[] {
  const entries = tensors instanceof Map ? [...tensors] : Object.entries(tensors as Record<string, TensorToWrite>);
  return entries
    .map(([name, tensor]) => plan(name, tensor, options))
    .sort((a, b) => rank.get(b.dtype)! - rank.get(a.dtype)! || byCodePoint(a.name, b.name));
}

/**
 * The bytes of a .safetensors file. Floats are rounded to nearest even when `dtype` is smaller.
 *
 * @throws TesseraError when values do not fill their shape or do not fit their type
 */
export function writeSafetensors(
  tensors: NamedTensors<TensorToWrite>,
  options: WriteOptions = {},
): Uint8Array<ArrayBuffer> {
  const all = planned(tensors, options);
  const first = header(all, options.metadata);
  const total = all.reduce((sum, { dtype, shape }) => sum + byteLength(dtype, shape)!, first.length);
  const out = new Uint8Array(total);
  out.set(first);
  let at = first.length;
  for (const tensor of all) {
    const bytes = encode(tensor, tensor.values() as TensorValues);
    out.set(bytes, at);
    at += bytes.length;
  }
  return out;
}

/** The bytes of a .safetensors file, one tensor at a time: for files larger than memory. Takes a checkpoint's tensors too. */
export async function* streamSafetensors(
  tensors: NamedTensors<TensorToWrite | StoredTensor>,
  options: WriteOptions = {},
): AsyncGenerator<Uint8Array> {
  const all = planned(tensors, options);
  yield header(all, options.metadata);
  for (const tensor of all) yield encode(tensor, await tensor.values());
}

/**
 * Writes a .safetensors file, in Node. The file is there whole or not at all: it is written under a temporary name,
 * flushed to disk and renamed. Tensors are read and written one by one.
 *
 * @throws TesseraError when a tensor does not fit its type, the disk is full, or this is a browser
 */
export async function saveSafetensors(
  path: string | URL,
  tensors: NamedTensors<TensorToWrite | StoredTensor>,
  options: WriteOptions = {},
): Promise<void> {
  await writeAtomically(path, streamSafetensors(tensors, options));
}
