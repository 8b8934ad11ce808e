import { backend, getBackend } from "@tensorflow/tfjs-core";

/** Precisions below float32 that the backend under test multiplies in. */
export function lowerPrecisions(): "bf16"[] {
  return getBackend() === "native" ? ["bf16"] : [];
}

/** Runs with the backend at a lower precision, and at float32 again afterwards. */
export async function inPrecision<T>(precision: "bf16", run: () => Promise<T>): Promise<T> {
  const current = backend() as unknown as { precision: string };
  current.precision = precision;
  try {
    return await run();
  } finally {
    current.precision = "f32";
  }
}

/** Of the angle between two lists of numbers. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const dot = (p: ArrayLike<number>, q: ArrayLike<number>) => Array.from(p).reduce((sum, v, i) => sum + v * q[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
