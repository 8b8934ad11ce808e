import { readFile, readdir } from "node:fs/promises";
import { Random } from "@tessera/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { build, startTessera } from "../__fixtures__/start-tessera.ts";
import { json } from "../__fixtures__/tessera.ts";
import { type Workplace, workplace } from "../__fixtures__/workplace.ts";

/** How often the training is killed; `TESSERA_KILLS=30` takes minutes. */
const KILLS = Number(process.env["TESSERA_KILLS"] ?? 3);

let place: Workplace;
beforeAll(async () => {
  await build();
  place = await workplace();
}, 180_000);
afterAll(() => place?.dispose());

test(
  `killed at ${KILLS} random moments and resumed, it ends with the same bits`,
  async () => {
    const data = await place.pictures("colours", { red: 40, green: 40, blue: 40 });
    const model = ["--model", "vit", "--arg", "patch_size=4", "embed_dim=32", "depth=2", "num_heads=2"];
    const args = ["train", data, "--backend", "native", "--epochs", String(20 + 5 * KILLS), "--batch", "16", ...model];
    const [straight, killed] = [place.path("straight"), place.path("killed")];
    // In processes of their own as well: what other tests have set in this one may round otherwise.
    await json([...args, "--out", straight], {}, startTessera);
    const random = new Random(process.env["TESSERA_KILL_SEED"] ?? 0);
    let kills = 0;
    while (kills < KILLS) {
      const wait = 600 * random.uniform();
      const { signal } = await startTessera([...args, "--out", killed, "--resume"], {
        // From where it has begun to log, mostly: a process that is killed while it starts proves little.
        onStart: (child) => void child.stdout!.once("data", () => setTimeout(() => child.kill("SIGKILL"), wait)),
      });
      if (signal !== "SIGKILL") break;
      kills++;
    }
    expect(kills).toBe(KILLS);
    await json([...args, "--out", killed, "--resume"], {}, startTessera);
    for (const name of await readdir(`${straight}/checkpoints`)) {
      const [expected, got] = await Promise.all(
        [straight, killed].map((run) => readFile(`${run}/checkpoints/${name}`)),
      );
      expect(got!.equals(expected!), name).toBe(true);
    }
    expect(await readdir(`${killed}/checkpoints`)).toEqual(await readdir(`${straight}/checkpoints`));
    const logs = await Promise.all(
      [straight, killed].map(async (run) => (await readFile(`${run}/log.jsonl`, "utf8")).trim().split("\n")),
    );
    expect(logs[1]!.map((line) => (JSON.parse(line) as { loss: number }).loss)).toEqual(logs[0]!.map((line) => (JSON.parse(line) as { loss: number }).loss)); // prettier-ignore
  },
  120_000 + 30_000 * KILLS,
);
