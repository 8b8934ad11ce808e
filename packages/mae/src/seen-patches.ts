import { type Tensor, type Tensor2D, type Tensor3D, concat, reshape, tensor1d } from "@tensorflow/tfjs-core";
import { type Param, gatherRows } from "@tessera/core";
import type { Masking } from "./masking.ts";

/** The class token and the seen patches: [b, 1 + n, d] -> [b, 1 + seen, d] */
export function keep(tokens: Tensor3D, { kept, seen, patches }: Masking): Tensor3D {
  const [b, n, d] = tokens.shape;
  if (seen === patches && kept.every((patch, i) => patch === i % patches)) return tokens;
  const rows = Int32Array.from({ length: b * (1 + seen) }, (_, i) => {
    const [picture, at] = [Math.floor(i / (1 + seen)), i % (1 + seen)];
    return picture * n + (at === 0 ? 0 : 1 + kept[picture * seen + at - 1]!);
  });
  return reshape(gatherRows(reshape(tokens, [b * n, d]) as Tensor2D, tensor1d(rows, "int32")), [b, 1 + seen, d]);
}

/** Every patch at its place, the mask token where one is hidden: [b, 1 + seen, d] -> [b, 1 + n, d] */
export function spread(tokens: Tensor3D, { kept, seen, patches }: Masking, maskToken: Param): Tensor3D {
  const [b, , d] = tokens.shape;
  const table = concat([reshape(tokens, [-1, d]), reshape(maskToken.value as Tensor, [1, d])]) as Tensor2D;
  const rows = new Int32Array(b * (1 + patches)).fill(table.shape[0] - 1);
  for (let picture = 0; picture < b; picture++) rows[picture * (1 + patches)] = picture * (1 + seen);
  for (const [i, patch] of kept.entries()) {
    const picture = Math.floor(i / seen);
    rows[picture * (1 + patches) + 1 + patch] = picture * (1 + seen) + 1 + (i % seen);
  }
  return reshape(gatherRows(table, tensor1d(rows, "int32")), [b, 1 + patches, d]);
}
