import { ShapeError } from "./errors.ts";

/**
 * Blocks counted from 0, from such that may be counted from the end.
 *
 * @param where Names the caller in the error.
 * @throws {ShapeError} if one does not exist.
 */
export function blockIndices(blocks: readonly number[], depth: number, where: string): number[] {
  const wrong = blocks.filter((block) => !(Number.isInteger(block) && block >= -depth && block < depth));
  if (wrong.length > 0) {
    throw new ShapeError(`${where}: expected blocks from ${-depth} to ${depth - 1}, got ${wrong.join(", ")}`);
  }
  return blocks.map((block) => (block < 0 ? block + depth : block));
}
