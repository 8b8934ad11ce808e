import { type Random, ShapeError, TesseraError } from "@tessera/core";

/** Which patches of each picture of a batch are seen: as many of each. */
export interface Masking {
  readonly pictures: number;
  /** Patches of a picture. */
  readonly patches: number;
  /** The seen patches of each picture, one row after the other: [b · seen] */
  readonly kept: Int32Array;
  /** Seen patches of a picture; 0 where all are hidden. */
  readonly seen: number;
}

/**
 * As many patches as the ratio leaves, rounded down, those of least noise: He et al. 2021, section 3. The order of the noise is theirs.
 *
 * @param noise of each patch of each picture: [b · patches]
 * @param ratio of the patches that are hidden, at least 0 and below 1.
 * @throws {ShapeError} unless the noise is of whole pictures.
 * @throws {TesseraError} for a ratio that leaves no patch.
 */
export function maskingByNoise(noise: ArrayLike<number>, patches: number, ratio: number): Masking {
  const pictures = noise.length / patches;
  if (!Number.isInteger(pictures))
    throw new ShapeError(
      `maskingByNoise: expected noise for ${patches} patches a picture, got ${noise.length} numbers`,
    );
  const seen = ratio >= 0 ? Math.floor(patches * (1 - ratio)) : 0;
  if (seen < 1)
    throw new TesseraError(
      `maskingByNoise: expected a ratio from 0 that leaves one of ${patches} patches or more, got ${ratio}`,
    );
  const kept = new Int32Array(pictures * seen);
  for (let picture = 0; picture < pictures; picture++) {
    const start = picture * patches;
    const order = Array.from({ length: patches }, (_, i) => i).sort((i, j) => noise[start + i]! - noise[start + j]!);
    kept.set(order.slice(0, seen), picture * seen);
  }
  return { pictures, patches, kept, seen };
}

/** Patches hidden at random. @throws {TesseraError} for a ratio that leaves no patch. */
export function randomMasking(pictures: number, patches: number, ratio: number, random: Random): Masking {
  return maskingByNoise(
    Float64Array.from({ length: pictures * patches }, () => random.uniform()),
    patches,
    ratio,
  );
}

/** Nothing hidden. */
export function noMasking(pictures: number, patches: number): Masking {
  return {
    pictures,
    patches,
    seen: patches,
    kept: Int32Array.from({ length: pictures * patches }, (_, i) => i % patches),
  };
}

/** Hides the patches of one picture that are marked. */
export function maskingOf(hidden: ArrayLike<number | boolean>): Masking {
  const kept = Int32Array.from({ length: hidden.length }, (_, i) => i).filter((i) => !hidden[i]);
  return { pictures: 1, patches: hidden.length, kept, seen: kept.length };
}

/** 1 where a patch is hidden, 0 where it is seen: [b · patches] */
export function hiddenPatches({ pictures, patches, kept, seen }: Masking): Float32Array {
  const hidden = new Float32Array(pictures * patches).fill(1);
  for (const [i, patch] of kept.entries()) hidden[Math.floor(i / seen) * patches + patch] = 0;
  return hidden;
}
