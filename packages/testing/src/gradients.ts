import { grads, type Tensor, tensor, tidy } from "@tensorflow/tfjs-core";
import { seeded } from "./seeded.ts";

export interface GradientOptions {
  /** Of the probe and of the choice of elements. @default 0 */
  seed?: number;
  /** Elements of each input to check; more are sampled down to that many. @default 64 */
  samples?: number;
  /** How far an element is moved to each side: near the best for float32 and values around 1. @default 2 ** -7 */
  step?: number;
  /** @default 5e-3 */
  rtol?: number;
  /** @default 5e-4 */
  atol?: number;
}

type Values = Float32Array;

/** `count` different whole numbers below `limit`, or all of them. */
function choose(limit: number, count: number, integer: (limit: number) => number): number[] {
  const all = Array.from({ length: limit }, (_, index) => index);
  if (limit <= count) return all;
  for (let index = 0; index < count; index++) {
    const other = index + integer(limit - index);
    [all[index], all[other]] = [all[other]!, all[index]!];
  }
  return all.slice(0, count);
}

/**
 * Compares the gradients of `f` for every input with central differences.
 *
 * A seeded probe makes a scalar of the output, `sum(f(x) * probe)`. Differences of outputs are summed in float64, so float32
 * rounding enters only once. When an input is larger than `samples`, one move along a random direction through all inputs
 * covers the elements that were not chosen. Inputs are left as they were, and nothing else is kept.
 */
export async function checkGradients(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  { seed = 0, samples = 64, step = 2 ** -7, rtol = 5e-3, atol = 5e-4 }: GradientOptions = {},
): Promise<void> {
  const random = seeded(seed);
  const values = await Promise.all(inputs.map(async (input) => (await input.data()) as Values));

  async function run(at: readonly Values[]): Promise<Values> {
    const output = tidy(() => f(...at.map((data, index) => tensor(data, inputs[index]!.shape, "float32"))));
    try {
      shape = output.shape;
      return Float32Array.from(await output.data());
    } finally {
      output.dispose();
    }
  }
  let shape: number[] = [];
  const size = (await run(values)).length;
  const probe = Float32Array.from({ length: size }, () => random.normal());

  function replaced(which: number, data: Values): Values[] {
    return values.map((old, index) => (index === which ? data : old));
  }
  async function slope(above: readonly Values[], below: readonly Values[]): Promise<number> {
    const [high, low] = [await run(above), await run(below)];
    return high.reduce((sum, value, index) => sum + (value - low[index]!) * probe[index]!, 0);
  }

  const slopes = tidy(() => grads((...xs: Tensor[]) => f(...xs))([...inputs], tensor(probe, shape)));
  const analytic = await Promise.all(slopes.map(async (gradient) => (await gradient.data()) as Values));
  for (const gradient of slopes) gradient.dispose();

  const wrong: string[] = [];
  let checked = 0;
  for (const [which, data] of values.entries()) {
    for (const index of choose(data.length, samples, random.integer)) {
      const [above, below] = [Float32Array.from(data), Float32Array.from(data)];
      above[index]! += step;
      below[index]! -= step;
      const numeric = (await slope(replaced(which, above), replaced(which, below))) / (above[index]! - below[index]!);
      const got = analytic[which]![index]!;
      checked++;
      if (Math.abs(got - numeric) <= atol + rtol * Math.abs(numeric)) continue;
      wrong.push(`input ${which} at ${index}: differences give ${numeric}, gradient is ${got}`);
    }
  }
  if (values.some((data) => data.length > samples)) wrong.push(...(await alongDirection()));
  if (wrong.length > 0) {
    const shown = wrong.slice(0, 5).join("\n");
    throw new Error(
      `checkGradients: expected gradients within rtol ${rtol}, atol ${atol}, got ${wrong.length} of ${checked} beyond it\n${shown}`,
    );
  }

  async function alongDirection(): Promise<string[]> {
    const directions = values.map((data) => Float32Array.from(data, () => random.normal()));
    const length = Math.hypot(...directions.map((direction) => Math.hypot(...direction)));
    const moved = (by: number) =>
      values.map((data, which) => data.map((value, index) => value + (by * directions[which]![index]!) / length));
    const [above, below] = [moved(step * 4), moved(-step * 4)];
    const numeric = await slope(above, below);
    let expected = 0;
    let norm = 0;
    for (const [which, gradient] of analytic.entries()) {
      for (const [index, value] of gradient.entries()) {
        const move = above[which]![index]! - below[which]![index]!;
        expected += value * move;
        norm += (value * move) ** 2;
      }
    }
    if (Math.abs(expected - numeric) <= atol + rtol * Math.sqrt(norm)) return [];
    return [`all inputs along a random direction: differences give ${numeric}, gradient gives ${expected}`];
  }
}
