import { FormatError, type StoredTensor, gatherStrided, isRowMajor, printable, shown } from "@tessera/core";
import { decodeValues } from "../values/decode.ts";
import { type DtypeName, byteLength, dtypes } from "../values/dtype.ts";

/** Reads bytes of one storage. */
export type ReadStorage = (offset: number, length: number, signal?: AbortSignal) => Promise<Uint8Array<ArrayBuffer>>;

/** A run of values that tensors are views of. Several tensors may share one. */
export interface Storage {
  readonly key: string;
  readonly bytes: number;
  /** Set once it is known where in the file it lies. */
  read?: ReadStorage;
  littleEndian: boolean;
}

/** What a tensor says of itself. Offset and strides count values. */
export interface View {
  dtype: DtypeName;
  offset: number;
  shape: number[];
  strides: number[];
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * A tensor as a view of a storage.
 *
 * @param largest bytes that a tensor may take: an expanded one (stride 0) could otherwise claim any size
 * @throws FormatError when the view reaches outside its storage
 */
export function viewTensor(
  storage: Storage,
  view: View,
  { where, largest }: { where: string; largest: number },
): StoredTensor {
  const { dtype, offset, shape, strides } = view;
  const at = `${where}: a tensor of storage ${printable(storage.key)}`;
  if (![offset, ...shape, ...strides].every(isSize) || shape.length !== strides.length)
    throw new FormatError(
      `${at}: expected sizes and strides, got ${shown(shape)} and ${shown(strides)}; the file is damaged`,
    );
  const bytes = byteLength(dtype, shape);
  if (bytes === undefined || bytes > largest)
    throw new FormatError(
      `${at}: expected a size that fits the file, got ${dtype} of ${shown(shape)}; the file is damaged`,
    );
  const width = dtypes[dtype].bits / 8;
  const span = bytes === 0 ? 0 : shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, 1);
  if ((offset + span) * width > storage.bytes)
    throw new FormatError(
      `${at}: expected a view of its ${storage.bytes} bytes, got one up to ${(offset + span) * width}; the file is damaged`,
    );

  return {
    dtype,
    shape,
    async read(signal) {
      if (!storage.read)
        throw new FormatError(`${at}: expected its values in the file, got none; the file is truncated`);
      const raw = await storage.read(offset * width, span * width, signal);
      const values = decodeValues(raw, dtype, { where: at, littleEndian: storage.littleEndian });
      return isRowMajor(shape, strides) ? values : gatherStrided(values, shape, strides);
    },
  };
}
