import { Random, TesseraError } from "@tessera/core";
import { principalComponents } from "./principal-components.ts";

export interface ProjectionOptions {
  /** @default "umap" */
  method?: "umap" | "pca";
  /** Points that each one stays near to, by UMAP. @default 15, or one fewer than there are points */
  neighbours?: number;
  /** @default 0 */
  seed?: number | string;
  /** Ends it between two of its rounds. */
  signal?: AbortSignal;
}

/** Fewer points have no shape that UMAP could keep. */
const FEWEST = 5;

/**
 * Points in the plane for vectors in many dimensions: by UMAP (McInnes et al. 2018), which keeps neighbours together, or by their first two
 * principal components, which keep directions. The same each time; of fewer than five vectors always by components.
 *
 * @param vectors [n, d], n from 2
 * @returns [x, y] of each.
 * @throws {TesseraError} if there are fewer than two, or not all are of one length.
 */
export async function projected(
  vectors: readonly ArrayLike<number>[],
  { method = "umap", neighbours = 15, seed = 0, signal }: ProjectionOptions = {},
): Promise<[x: number, y: number][]> {
  const d = vectors[0]?.length ?? 0;
  if (vectors.length < 2 || vectors.some(({ length }) => length !== d))
    throw new TesseraError(`projected: expected at least two vectors of one length, got ${vectors.length}`);
  if (method === "pca" || vectors.length < FEWEST) {
    const { scores } = principalComponents(vectors.flatMap((vector) => Array.from(vector)), d, 2); // prettier-ignore
    return vectors.map((_, i) => [scores[0]?.[i] ?? 0, scores[1]?.[i] ?? 0]);
  }
  // CommonJS: some bundlers give its names, others only the whole.
  const library = (await import("umap-js")) as typeof import("umap-js") & { default?: typeof import("umap-js") };
  const UMAP = library.UMAP ?? library.default!.UMAP;
  const random = new Random(seed);
  const umap = new UMAP({
    nComponents: 2,
    nNeighbors: Math.min(neighbours, vectors.length - 1),
    random: () => random.uniform(),
  });
  const points = await umap.fitAsync(vectors.map((vector) => Array.from(vector)), () => { signal?.throwIfAborted(); return true; }); // prettier-ignore
  return points.map(([x = 0, y = 0]) => [x, y]);
}
