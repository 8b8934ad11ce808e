import {
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  add,
  broadcastTo,
  concat,
  reshape,
  slice,
  tidy,
} from "@tensorflow/tfjs-core";
import type { Param } from "../param.ts";
import { sizes } from "../shape.ts";

/** Puts learned tokens (class, distillation, registers; each [1, k, d]) before a sequence [b, n, d] -> [b, Σk + n, d]. */
export function prependTokens(x: Tensor3D, tokens: readonly (Param | undefined)[]): Tensor3D {
  const [b, , d] = x.shape;
  const given = tokens.filter((token) => token !== undefined);
  if (given.length === 0) return x;
  return tidy(() => concat([...given.map((token) => learnedTokens(token, [b, token.shape[1]!, d])), x], 1));
}

/** A learned [1, k, d] for each of b sequences. tfjs's `broadcastTo` leaves one where there are none. */
export function learnedTokens(token: Param, shape: readonly [b: number, k: number, d: number]): Tensor3D {
  const value = token.value as Tensor as Tensor3D;
  return shape[0] === 0 ? slice(value, [0, 0, 0], [...shape]) : broadcastTo(value, [...shape]);
}

/** Splits [b, k + n, d] into [b, k, d] and [b, n, d]. */
export function splitPrefix(x: Tensor3D, prefix: number): [Tensor3D, Tensor3D] {
  const [b, n, d] = x.shape;
  return [slice(x, [0, 0, 0], [b, prefix, d]), slice(x, [0, prefix, 0], [b, n - prefix, d])];
}

/** Patches in their places, without the tokens before them: [b, prefix + rows · columns, d] -> [b, rows, columns, d] */
export function mapOf(tokens: Tensor3D, prefix: number, [rows, columns]: readonly [number, number]): Tensor4D {
  const [b, , d] = tokens.shape;
  return tidy(() => reshape(slice(tokens, [0, prefix, 0], [b, rows * columns, d]), [b, rows, columns, d]));
}

/**
 * Tokens [b, n, d] with positions [b or 1, n, d] added, or as they are without.
 * @throws {ShapeError} if the positions do not fit.
 */
export function addPositions(x: Tensor3D, positions: Tensor3D | undefined, where: string): Tensor3D {
  if (!positions) return x;
  const [b, n, d] = x.shape;
  sizes(positions, [positions.shape[0] === 1 ? 1 : b, n, d], `${where} positions`);
  return add(x, positions);
}
