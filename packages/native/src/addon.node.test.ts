import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { afterAll, expect, test } from "vitest";
import { loadAddon } from "./addon.node.ts";
import { configureNative, nativeStatus } from "./index.ts";

const floats = (length: number) => new Float32Array(length);
const binary = fileURLToPath(new URL("../build/Release/tessera.node", import.meta.url));

afterAll(() => void loadAddon());

test.each<[string, (addon: ReturnType<typeof loadAddon>) => void, RegExp]>([
  ["an input that is too short", (a) => a.softmax(2, 3, floats(5), floats(6)), /expected 6 values in x, got 5/],
  ["an output that is too short", (a) => a.softmax(2, 3, floats(6), floats(5)), /expected 6 values in out, got 5/],
  ["an output that is too long", (a) => a.softmax(2, 3, floats(6), floats(7)), /expected 6 values in out, got 7/],
  ["another type", (a) => a.softmax(1, 3, new Float64Array(3) as never, floats(3)), /right kind for x/],
  ["no array at all", (a) => a.softmax(1, 3, 7 as never, floats(3)), /right kind for x/],
  ["a negative size", (a) => a.softmax(-1, 3, floats(3), floats(3)), /whole number from 0 to 2\^31 for rows, got -1/],
  ["a size that is no number", (a) => a.softmax(Number.NaN, 3, floats(3), floats(3)), /whole number/],
  [
    "sizes whose product wraps round",
    (a) => a.softmax(2 ** 31, 2 ** 31, floats(3), floats(3)),
    /expected 4611686018427387904 values/,
  ],
  ["an unknown activation", (a) => a.activate(3, 9, floats(3), floats(3)), /activation below 6, got 9/],
  ["missing arguments", (a) => (a.activate as unknown as (...args: number[]) => void)(3), /a number for activation/],
  [
    "a mask of another batch",
    (a) => a.selfAttention(2, 3, 3, 1, 4, 1, 0, 3, 1, 0, undefined, new Uint8Array(9), floats(72), floats(24)),
    /a mask of one sample or of all/,
  ],
  [
    "keys of another number than queries",
    (a) => a.selfAttention(1, 2, 3, 1, 4, 1, 1, 0, 0, 0, floats(6), undefined, floats(24), floats(8)),
    /as many keys as queries/,
  ],
])("throws for %s", (_, call, message) => {
  expect(() => call(loadAddon())).toThrow(message);
});

test.each(nativeStatus().isas)("TESSERA_ISA=%s and TESSERA_THREADS are obeyed", (isa) => {
  expect(loadAddon({ TESSERA_ISA: isa, TESSERA_THREADS: "3" }).info().slice(0, 2)).toEqual([isa, 3]);
});

test.each([
  [{ TESSERA_ISA: "mmx" }, /TESSERA_ISA: expected one of .*portable on this machine, got mmx/],
  [{ TESSERA_THREADS: "many" }, /TESSERA_THREADS: expected a whole number of at least 1, got many/],
])("%o is refused", (env: Record<string, string>, message) => {
  expect(() => loadAddon(env)).toThrow(message);
});

test("an idle process uses no processor", () => {
  const code = `
    const addon = require(${JSON.stringify(binary)});
    addon.useThreads(2);
    const [x, y] = [new Float32Array(1 << 18), new Float32Array(1 << 18)];
    for (let i = 0; i < 20; i++) addon.unary(4, x.length, x, y);
    setTimeout(() => {
      const before = process.cpuUsage();
      setTimeout(() => console.log(process.cpuUsage(before).user), 500);
    }, 100);`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--eval", code], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(Number(stdout)).toBeLessThan(25_000);
});

test("worker threads compute at the same time, and the library outlives them", async () => {
  const code = `
    const { parentPort } = require("node:worker_threads");
    const addon = require(${JSON.stringify(binary)});
    const x = new Float32Array(1 << 16).fill(1);
    const y = new Float32Array(1 << 16);
    for (let i = 0; i < 200; i++) addon.softmax(256, 256, x, y);
    parentPort.postMessage(y.every((value) => Math.abs(value - 1 / 256) < 1e-8));
  `;
  const workers = [0, 1, 2].map(
    () =>
      new Promise((resolve, reject) => {
        const worker = new Worker(code, { eval: true });
        worker.once("message", resolve);
        worker.once("error", reject);
      }),
  );
  expect(await Promise.all(workers)).toEqual([true, true, true]);
  const y = floats(4);
  loadAddon().softmax(1, 4, floats(4), y);
  expect([...y]).toEqual([0.25, 0.25, 0.25, 0.25]);
});

test("configureNative refuses what the machine lacks", () => {
  expect(() => configureNative({ isa: "mmx" })).toThrow(/expected an instruction set of .*portable, got mmx/);
});
