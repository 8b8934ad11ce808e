import { grads, type Tensor, tensor, tidy } from "@tensorflow/tfjs-core";
import { onGpu } from "./on-gpu.ts";
import { seeded } from "./seeded.ts";

export interface GradientOptions {
  /** Of the probe and of the choice of elements. @default 0 */
  seed?: number;
  /** Elements of each input to check; more are sampled down to that many, and to fewer on a GPU. @default 24 */
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

/** `values` in runs of `length`. */
function chunks<T>(values: readonly T[], length: number): T[][] {
  const count = Math.ceil(values.length / length);
  return Array.from({ length: count }, (_, index) => values.slice(index * length, (index + 1) * length));
}

function norm(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

/** How many evaluations wait for their values at a time: reading one back from WebGPU takes far longer than computing it. */
const atATime = 32;

/**
 * Compares the gradients of `f` for every input with central differences.
 *
 * A seeded probe makes a scalar of the output, `sum(f(x) * probe)`. Differences of outputs are summed in float64, so float32
 * rounding enters only once. When an input is larger than `samples`, moves along a random direction through all inputs cover the
 * elements that were not chosen. Inputs are left as they were, and nothing else is kept.
 */
export async function checkGradients(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  { seed = 0, samples = 24, step = 2 ** -7, rtol = 5e-3, atol = 5e-4 }: GradientOptions = {},
): Promise<void> {
  const random = seeded(seed);
  // Moves of all elements say whether a gradient is wrong, and a few elements which.
  const [count, directions] = onGpu() ? [Math.min(samples, 2), 3] : [samples, 1];
  const values = await Promise.all(inputs.map(async (input) => (await input.data()) as Values));

  let shape: number[] = [];
  async function run(at: readonly Values[]): Promise<Values> {
    const output = tidy(() => f(...at.map((data, index) => tensor(data, inputs[index]!.shape, "float32"))));
    try {
      shape = output.shape;
      return Float32Array.from(await output.data());
    } finally {
      output.dispose();
    }
  }
  const size = (await run(values)).length;
  const probe = Float32Array.from({ length: size }, () => random.normal());

  /** How much the probed output rises from `below` to `above`. */
  async function rise(above: readonly Values[], below: readonly Values[]): Promise<number> {
    const [high, low] = await Promise.all([run(above), run(below)]);
    return high.reduce((sum, value, index) => sum + (value - low[index]!) * probe[index]!, 0);
  }

  const slopes = tidy(() => grads((...xs: Tensor[]) => f(...xs))([...inputs], tensor(probe, shape)));
  const analytic = await Promise.all(slopes.map(async (gradient) => (await gradient.data()) as Values));
  for (const gradient of slopes) gradient.dispose();

  /** What is wrong with the gradient of one element, if anything. */
  async function atElement(which: number, index: number): Promise<string[]> {
    const moved = (by: number) =>
      values.map((data, input) =>
        input === which ? data.map((value, at) => (at === index ? value + by : value)) : data,
      );
    const [above, below] = [moved(step), moved(-step)];
    const expected = (await rise(above, below)) / (above[which]![index]! - below[which]![index]!);
    const got = analytic[which]![index]!;
    if (Math.abs(got - expected) <= atol + rtol * Math.abs(expected)) return [];
    return [`input ${which} at ${index}: differences give ${expected}, gradient is ${got}`];
  }

  /** What is wrong along a random direction of length one through all inputs. */
  async function alongDirection(): Promise<string[]> {
    const direction = values.map((data) => Float32Array.from(data, () => random.normal()));
    const length = norm(direction.flatMap((part) => [...part]));
    const far = step * 4;
    const moved = (by: number) =>
      values.map((data, which) => data.map((value, index) => value + (by * direction[which]![index]!) / length));
    const [above, below] = [moved(far), moved(-far)];
    const expected = (await rise(above, below)) / (2 * far);
    const parts = analytic.flatMap((gradient, which) =>
      Array.from(gradient, (value, index) => (value * (above[which]![index]! - below[which]![index]!)) / (2 * far)),
    );
    const got = parts.reduce((sum, part) => sum + part, 0);
    if (Math.abs(got - expected) <= atol + rtol * norm(parts)) return [];
    return [`all inputs along a random direction: differences give ${expected}, gradient gives ${got}`];
  }

  const elements = values.flatMap((data, which) =>
    choose(data.length, count, random.integer).map((index) => ({ which, index })),
  );
  const wrong: string[] = [];
  for (const chunk of chunks(elements, atATime / 2)) {
    wrong.push(...(await Promise.all(chunk.map(({ which, index }) => atElement(which, index)))).flat());
  }
  if (values.some((data) => data.length > count)) {
    for (let i = 0; i < directions; i++) wrong.push(...(await alongDirection()));
  }
  if (wrong.length === 0) return;
  throw new Error(
    `checkGradients: expected gradients within rtol ${rtol}, atol ${atol}, ` +
      `got ${wrong.length} of ${elements.length} beyond it\n${wrong.slice(0, 5).join("\n")}`,
  );
}
