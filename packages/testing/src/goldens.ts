import { type Tensor, type Tensor4D, tensor, transpose } from "@tensorflow/tfjs-core";
import { readFixture } from "./fixture.ts";

/** A reference value as it lies in a file. int64 is narrowed to int32, which is what tfjs has. */
export interface Stored {
  readonly shape: number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** Reference values of another implementation, with the configuration that made them. */
export interface Goldens {
  /** What the reference was configured with. */
  readonly config: Record<string, unknown>;
  /** Which implementation, in which version. */
  readonly reference: string;
  readonly tensors: ReadonlyMap<string, Stored>;
  /** The value of that name, or an error that lists the names there are. */
  get(name: string): Stored;
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

function decode(name: string, dtype: string, bytes: ArrayBuffer): Stored["data"] {
  switch (dtype) {
    case "F32":
      return new Float32Array(bytes);
    case "U8":
      return new Uint8Array(bytes);
    case "I32":
      return new Int32Array(bytes);
    case "I64":
      return Int32Array.from(new BigInt64Array(bytes), Number);
    default:
      throw new Error(`readGoldens: expected ${name} as F32, I32, I64 or U8, got ${dtype}`);
  }
}

/**
 * Reads stored reference values. A safetensors reader of its own, small and trusting,
 * so that the tests of `@tessera/weights` do not test it against itself.
 */
export async function readGoldens(url: URL): Promise<Goldens> {
  const bytes = await readFixture(url);
  const { buffer, byteOffset } = bytes;
  const headerSize = Number(new DataView(buffer as ArrayBuffer, byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerSize)));
  const { __metadata__: metadata = {}, ...entries } = header as Record<string, Entry> & {
    __metadata__?: Record<string, string>;
  };
  const tensors = new Map<string, Stored>();
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(entries)) {
    const [begin, end] = data_offsets.map((offset) => 8 + headerSize + offset);
    tensors.set(name, { shape, data: decode(name, dtype, bytes.slice(begin, end).buffer) });
  }
  return {
    config: JSON.parse(metadata["config"] ?? "{}"),
    reference: metadata["reference"] ?? "",
    tensors,
    get(name) {
      const found = tensors.get(name);
      if (!found) throw new Error(`Goldens: expected one of ${[...tensors.keys()].join(", ")}, got ${name}`);
      return found;
    },
  };
}

/** A stored value as a tensor: float32 for floats, int32 for whole numbers. */
export function restore({ shape, data }: Stored): Tensor {
  return data instanceof Float32Array ? tensor(data, shape, "float32") : tensor(Int32Array.from(data), shape, "int32");
}

/** What lies under a prefix, without it. */
export function restoredUnder(goldens: Goldens, prefix: string): [path: string, Tensor][] {
  const found = [...goldens.tensors].filter(([key]) => key.startsWith(prefix));
  return found.map(([key, value]) => [key.slice(prefix.length), restore(value)]);
}

/** A map [b, c, h, w] as ours are: [b, h, w, c] */
export function channelsLast(map: Tensor): Tensor4D {
  return transpose(map, [0, 2, 3, 1]) as Tensor4D;
}
