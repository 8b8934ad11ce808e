import { afterAll, beforeAll, expect, test } from "vitest";
import { build, startTessera } from "../__fixtures__/start-tessera.ts";
import { json, tessera } from "../__fixtures__/tessera.ts";
import { type Workplace, workplace } from "../__fixtures__/workplace.ts";

let place: Workplace;
let model: string;
beforeAll(async () => {
  await build();
  place = await workplace();
  model = await place.model("model");
}, 180_000);
afterAll(() => place?.dispose());

type Row = Record<string, unknown> & { ms: { median: number; min: number; p90: number } };
const quick = ["--backend", "wasm", "--seconds", "0.1"];

test("measures forwards, each model in a process of its own", async () => {
  const rows = await json<Row[]>(["bench", model, "vit_cifar10", ...quick, "--batch", "2"], {}, startTessera);
  expect(rows.map((row) => [row["model"], row["backend"], row["precision"], row["batch"]])).toEqual([
    [model, "wasm", "f32", 2],
    ["vit_cifar10", "wasm", "f32", 2],
  ]);
  for (const { ms, imagesPerSecond, gflops, peakRssMB } of rows) {
    expect(ms.min).toBeGreaterThan(0);
    expect(ms.median).toBeGreaterThanOrEqual(ms.min);
    expect(ms.p90).toBeGreaterThanOrEqual(ms.median);
    expect(imagesPerSecond).toBeCloseTo(2000 / ms.median, -2);
    expect(gflops).toBeGreaterThan(0);
    expect(peakRssMB).toBeGreaterThan(10);
  }
});

test("measures training steps, which cost more", async () => {
  const [forward] = await json<Row[]>(["bench", model, ...quick, "--batch", "1"]);
  const { code, stdout } = await tessera(["bench", model, ...quick, "--batch", "1", "--train"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/model +backend +precision +batch +threads +ms a step/);
  const step = Number(/f32 +1 +\d* +([\d.]+)/.exec(stdout)![1]);
  expect(step).toBeGreaterThan(forward!.ms.median);
});

test("says which model is none", async () => {
  const { code, stderr } = await startTessera(["bench", "vit_no", "vit_tiny_patch16_224", ...quick]);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^error: vit_no: .*expected a model's name/)]);
});
