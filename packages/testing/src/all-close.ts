import { Tensor } from "@tensorflow/tfjs-core";

/** Numbers within numbers: `[[1, 2], [3, 4]]`. */
export type Nested = number | readonly Nested[];

/** What can be compared: a tensor, a shape with its values in row-major order, or nested arrays. */
export type Values =
  | Tensor
  | { readonly shape: readonly number[]; readonly data: ArrayLike<number> }
  | ArrayLike<number>
  | Nested;

export interface Tolerance {
  /** Relative to the expected value. @default 1e-4 */
  rtol?: number;
  /** @default 1e-5 */
  atol?: number;
}

interface Flat {
  shape: readonly number[];
  data: ArrayLike<number>;
}

function shapeOf(values: Nested): number[] {
  if (typeof values === "number") return [];
  return [values.length, ...(values.length > 0 ? shapeOf(values[0]!) : [])];
}

function flatten(values: Nested): number[] {
  return typeof values === "number" ? [values] : values.flatMap(flatten);
}

/** Tensors of another copy of tfjs are none by `instanceof`, so their looks decide. */
function isTensor(values: object): values is Tensor {
  return values instanceof Tensor || ("dataId" in values && "data" in values && typeof values.data === "function");
}

async function flat(values: Values): Promise<Flat> {
  if (typeof values === "number") return { shape: [], data: [values] };
  if (isTensor(values)) return { shape: values.shape, data: await values.data() };
  if ("shape" in values) return values;
  const nested: Nested[] = Array.from(values);
  const [shape, data] = [shapeOf(nested), flatten(nested)];
  if (data.length !== size(shape))
    throw new Error(`toBeAllClose: expected rows of equal length, got ${data.length} values for [${shape}]`);
  return { shape, data };
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Row-major position to `[i, j, k]`. */
function position(index: number, shape: readonly number[]): number[] {
  const at: number[] = [];
  for (let axis = shape.length - 1, rest = index; axis >= 0; axis--) {
    at.unshift(rest % shape[axis]!);
    rest = Math.floor(rest / shape[axis]!);
  }
  return at;
}

/** How far beyond what is allowed: over 1 is too far. Two NaNs are equal, and so are two equal infinities. */
function excess(got: number, expected: number, rtol: number, atol: number): number {
  if (Object.is(got, expected) || got === expected) return 0;
  if (!Number.isFinite(got) || !Number.isFinite(expected)) return Infinity;
  const allowed = atol + rtol * Math.abs(expected);
  return allowed > 0 ? Math.abs(got - expected) / allowed : Infinity;
}

export interface Comparison {
  close: boolean;
  message: string;
}

/** numpy's allclose: `|got - expected| <= atol + rtol * |expected|`, for equal shapes. */
export async function allClose(
  received: Values,
  wanted: Values,
  { rtol = 1e-4, atol = 1e-5 }: Tolerance = {},
): Promise<Comparison> {
  const [got, expected] = [await flat(received), await flat(wanted)];
  if (got.shape.join() !== expected.shape.join()) {
    return { close: false, message: `expected shape [${expected.shape}], got [${got.shape}]` };
  }
  const total = size(expected.shape);
  if (got.data.length !== total || expected.data.length !== total) {
    return {
      close: false,
      message: `expected ${total} values for [${expected.shape}], got ${got.data.length} and ${expected.data.length}`,
    };
  }
  let [worst, worstAt, differ] = [0, 0, 0];
  for (let index = 0; index < total; index++) {
    const over = excess(got.data[index]!, expected.data[index]!, rtol, atol);
    if (over > 1) differ++;
    if (over > worst) [worst, worstAt] = [over, index];
  }
  const tolerance = `rtol ${rtol}, atol ${atol}`;
  if (differ === 0)
    return { close: true, message: `expected values that differ, got [${got.shape}] equal within ${tolerance}` };
  const [right, wrong] = [expected.data[worstAt]!, got.data[worstAt]!];
  return {
    close: false,
    message:
      `expected values within ${tolerance}, got ${differ} of ${total} beyond it in [${got.shape}]\n` +
      `worst at [${position(worstAt, got.shape)}]: expected ${right}, got ${wrong}, difference ${Math.abs(wrong - right)}`,
  };
}
