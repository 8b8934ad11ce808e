import { type Tensor, type Tensor3D, type Tensor4D, keep, slice, tidy } from "@tensorflow/tfjs-core";
import { type Explained, positionTable } from "@tessera/explain";
import type { TokenNumbers } from "./calls.ts";

/** Numbers of each token that are shown. */
const shown = 8;

/** What makes a token of each patch: a ViT's stem, and what joins the words of a TNT's patch. */
const projections = new Set(["patch_embed", "norm2_proj"]);

/**
 * The first numbers of each token: projected from its patch, with its position, and after each block. Undefined for a model whose tokens
 * are not the same patches all the way.
 */
export async function tokenNumbers(model: Explained, input: Tensor4D): Promise<TokenNumbers | undefined> {
  const [, height, width] = input.shape;
  const heads: Tensor3D[] = [];
  let of = { tokens: 0, width: 0, isSame: true };
  let projected: Tensor3D | undefined;
  tidy(() => {
    model.forward(input, {
      capture(path, compute) {
        const isProjection = projections.has(path);
        if (!isProjection && !/^blocks\.\d+$/.test(path)) return;
        const value = compute();
        if (value.rank !== 3) return;
        const first = keep(firstNumbers(value as Tensor3D));
        if (isProjection) projected = first;
        else heads.push(first);
        const [, tokens = 0, size = 0] = value.shape;
        if (!isProjection) of = { tokens, width: size, isSame: of.isSame && [0, tokens].includes(of.tokens) };
      },
    });
  });
  const positions = positionsOf(model, [height, width]);
  try {
    if (!projected || heads.length === 0 || !of.isSame) return undefined;
    const [, patches] = projected.shape;
    const read = async (tensor: Tensor) => Float32Array.from(await tensor.data<"float32">());
    return {
      width: of.width,
      shown: projected.shape[2],
      prefix: of.tokens - patches,
      projected: await read(projected),
      positions: positions && (await read(positions)).slice(-projected.size),
      blocks: await Promise.all(heads.map(read)),
    };
  } finally {
    for (const tensor of [projected, positions, ...heads]) tensor?.dispose();
  }
}

/** [1, n, d] -> [1, n, shown] */
function firstNumbers(tokens: Tensor3D): Tensor3D {
  const [, n, d] = tokens.shape;
  return slice(tokens, [0, 0, 0], [1, n, Math.min(shown, d)]);
}

function positionsOf(model: Explained, size: readonly [number, number]): Tensor3D | undefined {
  try {
    return tidy(() => firstNumbers(positionTable(model, size).table));
  } catch {
    // A model without such a table adds nothing.
    return undefined;
  }
}
