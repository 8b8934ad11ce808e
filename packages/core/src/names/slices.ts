import type { Checkpoint, StoredTensor, TensorValues } from "../checkpoint.ts";
import { FormatError } from "../errors.ts";
import { printable, shown } from "../untrusted-text.ts";

/** Blocks that a tensor may be taken apart into. A tensor without values could claim any number of them. */
const mostBlocks = 1000;

/** A tensor that can be read in part, without fetching the rest. */
interface RangedTensor extends StoredTensor {
  /** Values `from` to `from + count` in row-major order. */
  readRange(from: number, count: number, signal?: AbortSignal): Promise<TensorValues>;
}

function isRanged(tensor: StoredTensor): tensor is RangedTensor {
  return "readRange" in tensor;
}

/** A tensor's slices along its first axis. One that cannot be read in part is read whole, and kept until all slices are taken. */
function slices(tensor: StoredTensor): StoredTensor[] {
  const [count = 0, ...shape] = tensor.shape;
  const size = shape.reduce((a, b) => a * b, 1);
  let whole: Promise<TensorValues> | undefined;
  const left = new Set(Array.from({ length: count }, (_, i) => i));
  return Array.from({ length: count }, (_, index) => ({
    dtype: tensor.dtype,
    shape,
    async read(signal) {
      if (isRanged(tensor)) return tensor.readRange(index * size, size, signal);
      whole ??= tensor.read(signal);
      const values = await whole.catch((error: unknown) => {
        whole = undefined;
        throw error;
      });
      left.delete(index);
      if (left.size === 0) whole = undefined;
      return values.slice(index * size, (index + 1) * size);
    },
  }));
}

/**
 * Takes apart blocks that a scan stacked: `encoderblock/x` of depth 12 becomes `encoderblock_0/x` to `encoderblock_11/x`.
 *
 * @param pattern what stands before and after the block's number
 */
export function unstacked(checkpoint: Checkpoint, pattern: RegExp): Checkpoint {
  const tensors = new Map<string, StoredTensor>();
  let depth: number | undefined;
  for (const [name, tensor] of checkpoint.tensors) {
    const match = pattern.exec(name);
    if (!match) {
      tensors.set(name, tensor);
      continue;
    }
    depth ??= tensor.shape[0];
    if (depth === undefined || tensor.shape[0] !== depth || depth > mostBlocks)
      throw new FormatError(
        `toTimmNames: expected ${printable(name)} stacked ${depth ?? "in blocks"}, got ${shown(tensor.shape)}; the file is of another model`,
      );
    for (const [index, slice] of slices(tensor).entries()) tensors.set(`${match[1]}_${index}${match[2]}`, slice);
  }
  return { ...checkpoint, tensors, dispose: () => checkpoint.dispose() };
}
