import { type Tensor, add, engine, memory, mul, scalar, slice, tensor } from "@tensorflow/tfjs-core";
import { composed, countCalls } from "@tessera/testing";
import { afterEach, expect, test } from "vitest";
import { setHalf } from "../../program/half.ts";
import type { TfjsWebgpu } from "../../device/tfjs-backend.ts";
import { type Case, inner, inputsOf } from "./__fixtures__/inner-cases.ts";
import { tntInner } from "./inner.ts";

const backend = engine().backend as unknown as TfjsWebgpu;
const { device } = backend;
afterEach(() => setHalf(device, "off"));

const grid: Case[] = [
  { patches: 1, words: 1, width: 1, heads: 1, hidden: 3 },
  { patches: 3, words: 2, width: 6, heads: 1, hidden: 10, legacy: true, qkvBias: true },
  { patches: 197, words: 3, width: 13, heads: 13, hidden: 29, qkvBias: true },
  { patches: 394, words: 4, width: 8, heads: 2, hidden: 32, legacy: true },
  { patches: 3, words: 7, width: 30, heads: 5, hidden: 50 },
  { patches: 2, words: 16, width: 12, heads: 2, hidden: 48 },
  { patches: 197, words: 16, width: 24, heads: 4, hidden: 96 },
  { patches: 3, words: 16, width: 40, heads: 4, hidden: 160, legacy: true, qkvBias: true },
  { patches: 1, words: 25, width: 18, heads: 1, hidden: 75, legacy: true, qkvBias: true },
  { patches: 3, words: 25, width: 40, heads: 4, hidden: 161 },
];
const small = grid[1]!;

/** Whether the kernel takes it; each is a program more, and the suite of ops computes with them. */
function isTaken(given: Case): boolean {
  const { heads, activation = "gelu", legacy = false } = given;
  return tntInner.accepts!(backend, inputsOf(given) as never, { heads, epsilon: 1e-5, activation, legacy });
}

async function expectEqual(given: Case, inputs: Record<string, Tensor>) {
  const expected = composed(() => inner(given, inputs));
  for (const [i, value] of inner(given, inputs).entries()) {
    await expect(value).toBeAllClose(expected[i]!, { atol: 2e-5 });
  }
}

test.each(grid)("takes $patches patches of $words × $width, $heads heads, $hidden hidden", (given) => {
  expect(isTaken(given)).toBe(true);
});

test("is one dispatch", () => {
  const inputs = inputsOf(small);
  // The first packs the parameters.
  inner(small, inputs);
  expect(countCalls(GPUComputePassEncoder, "dispatchWorkgroups", () => inner(small, inputs))).toBe(1);
});

test.each([1, 2, 4, 6].map((i) => grid[i]!))(
  "equals the composed definition with weights as halves: $words words of $width, $heads heads",
  async (given) => {
    setHalf(device, "emulated");
    const few = { ...given, patches: 3 };
    await expectEqual(few, inputsOf(few));
  },
);

test("weights are rounded to halves, vectors and words are not", async () => {
  setHalf(device, "emulated");
  const inputs = inputsOf(small);
  const values = async (given: Record<string, Tensor>) => Promise.all(inner(small, given).map((value) => value.data()));
  const exact = await values(inputs);
  const rounded: string[] = [];
  for (const [name, value] of Object.entries(inputs)) {
    // By a quarter of the step between halves at most, and by many between floats.
    const got = await values({ ...inputs, [name]: mul(value, 1 + 2 ** -13) });
    if (got.join() === exact.join()) rounded.push(name.replace(".weight", ""));
  }
  expect(rounded).toEqual(["attn_in.qk", "attn_in.v", "attn_in.proj", "mlp_in.fc1", "mlp_in.fc2"]);
});

test("a NaN is everywhere in its patch, and in no other", async () => {
  const given = { ...grid[6]!, patches: 3 };
  const inputs = inputsOf(given);
  const x = inputs["x"]!;
  const second = (i: number) => Math.floor(i / (x.size / 3)) === 1;
  const wrong = Float32Array.from({ length: x.size }, (_, i) => (i === x.size / 3 + 5 ? Number.NaN : 0));
  const broken = inner(given, { ...inputs, x: add(x, tensor(wrong, x.shape)) });
  for (const [i, whole] of inner(given, inputs).entries()) {
    const expected = (await whole.data()).map((value, place) => (second(place) ? Number.NaN : value));
    expect([...(await broken[i]!.data())]).toEqual([...expected]);
  }
});

test("a NaN among the weights goes through", async () => {
  for (const half of ["off", "emulated"] as const) {
    setHalf(device, half);
    for (const name of ["norm_in.bias", "attn_in.qk.weight", "mlp_in.fc2.weight", "norm1_proj.weight"]) {
      const inputs = inputsOf(small);
      const [, joined] = inner(small, { ...inputs, [name]: mul(inputs[name]!, scalar(Number.NaN)) });
      expect((await joined!.data()).every(Number.isNaN), `${name}, half ${half}`).toBe(true);
    }
  }
});

test("a parameter that is replaced is noticed", async () => {
  const inputs = inputsOf(small);
  inner(small, inputs);
  for (const name of ["norm_in.weight", "attn_in.v.weight", "mlp_in.fc1.bias", "norm1_proj.bias"]) {
    await expectEqual(small, { ...inputs, [name]: mul(inputs[name]!, 2) });
  }
});

test("what was made of parameters goes with any of them", async () => {
  const bytes = () => (memory() as unknown as { numBytesInGPU: number }).numBytesInGPU;
  const kept = inputsOf(small);
  async function once() {
    const inputs = { ...kept, "mlp_in.fc1.bias": add(kept["mlp_in.fc1.bias"]!, 1) };
    const made = inner(small, inputs);
    for (const value of made) await value.data();
    for (const value of [...made, inputs["mlp_in.fc1.bias"]]) value.dispose();
  }
  await once();
  const before = bytes();
  for (let run = 0; run < 5; run++) await once();
  expect(bytes()).toBe(before);
});

test.each([
  { patches: 1, words: 33, width: 120, heads: 4, hidden: 8 },
  { patches: 1, words: 2, width: 65, heads: 1, hidden: 8 },
  { patches: 1, words: 516, width: 1, heads: 1, hidden: 1 },
])("leaves to the composed definition what a workgroup cannot hold: $words words of $width, $heads heads", (given) => {
  expect(isTaken(given)).toBe(false);
});

test("no patches give no words", () => {
  const inputs = inputsOf(small);
  const none = inner(small, { ...inputs, x: slice(inputs["x"]!, 0, [0, 2, 6]) });
  expect(none.map(({ shape }) => shape)).toEqual([[0, 2, 6], [0, 2, 6]]); // prettier-ignore
});
