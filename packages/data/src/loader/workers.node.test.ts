import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { TesseraError } from "@tessera/core";
import { expect, test } from "vitest";
import { noise } from "../__fixtures__/pictures.ts";
import { timmPreprocessing } from "../timm-preprocessing.ts";
import { workerPool } from "./worker-pool.ts";
import type { Job } from "./job.ts";
import type { Recipe } from "./recipe.ts";

const preprocessing = timmPreprocessing({ input_size: [3, 4, 4], crop_pct: 1 });
const job: Job = { epoch: 0, samples: [{ index: 0, copy: 0 }], sources: [noise(4, 4)], size: [4, 4], keep: false };

test("an error in a worker reaches the caller, and the worker goes on", async () => {
  const pool = workerPool({ preprocessing, seed: "" }, 1);
  await expect(pool.run({ ...job, size: [2 ** 20, 2 ** 20] })).rejects.toThrow(/typed array length|allocation/);
  expect((await pool.run(job)).images).toHaveLength(48);
  pool.close();
});

test("a worker that ends rejects its jobs, and another takes its place", async () => {
  // Valid where it is checked first; the copy that the first worker gets is not.
  let reads = 0;
  const recipe: Recipe = {
    seed: "",
    get preprocessing() {
      return ++reads === 2 ? { ...preprocessing, std: [0, 1, 1] as const } : preprocessing;
    },
  };
  const pool = workerPool(recipe, 1);
  const error = await pool.run(job).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(TesseraError);
  expect((error as Error).message).toMatch(/expected a worker to go on, got .*non-zero deviations/);
  expect((await pool.run(job)).images).toHaveLength(48);
  pool.close();
});

test("workers that are left open keep no program alive", { timeout: 60_000 }, async () => {
  const program = `
    import { datasetOf, timmPreprocessing, trainingBatches } from ${JSON.stringify(new URL("../../dist/index.js", import.meta.url).href)};
    const image = { width: 1, height: 1, data: new Uint8Array(3) };
    const dataset = await datasetOf([0, 1, 0, 1].map((label) => ({ image, label })));
    const preprocessing = timmPreprocessing({ input_size: [3, 1, 1], crop_pct: 1 });
    const loader = trainingBatches(dataset, { preprocessing, workers: 2 });
    for await (const { indices } of loader.batches({ epoch: 0, batchSize: 1 })) console.log(indices.length);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
  expect(stdout).toBe("1\n1\n1\n1\n");
});
