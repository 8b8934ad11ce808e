import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { build, startTessera } from "../__fixtures__/start-tessera.ts";
import { json } from "../__fixtures__/tessera.ts";
import { type Workplace, workplace } from "../__fixtures__/workplace.ts";

// A disk of its own, in a namespace of its own, so that nobody else's fills up. Where there are none, nothing is tested.
const inNamespace = (script: string) => spawnSync("unshare", ["-rm", "sh", "-c", script], { encoding: "utf8" });
const hasNamespaces = inNamespace("mount -t tmpfs none /mnt").status === 0;
const bin = fileURLToPath(new URL("../../bin/tessera.js", import.meta.url));

let place: Workplace;
beforeAll(async () => {
  await build();
  place = await workplace();
}, 180_000);
afterAll(() => place?.dispose());

test.skipIf(!hasNamespaces)(
  "a full disk stops a training, which goes on to the same bits where there is room",
  async () => {
    const data = await place.pictures("colours", { red: 24, green: 24, blue: 24 });
    const model = ["--model", "vit", "--arg", "patch_size=4", "embed_dim=16", "depth=1", "num_heads=2"];
    const args = ["train", data, "--backend", "wasm", "--batch", "16", "--workers", "0", "--epochs", "4", ...model];
    const straight = place.path("straight");
    // In a process of its own, as the other is.
    await json([...args, "--out", straight], {}, startTessera);
    const last = "checkpoints/step-00000016.safetensors";
    const { length } = await readFile(`${straight}/${last}`);
    const command = [process.execPath, bin, ...args, "--out", "/mnt/run"].map((word) => `'${word}'`).join(" ");
    const { stdout, stderr } = inNamespace(`
    mount -t tmpfs -o size=${Math.round(2.2 * length)} none /mnt
    ${command}; echo "exit $?"
    ls /mnt/run/checkpoints
    mount -o remount,size=50m /mnt
    ${command} --resume && cp /mnt/run/${last} ${place.path("after")}`);
    expect(stderr).toMatch(/error: .*: expected a whole write, got a full disk; make room and try again/);
    expect(stdout).toMatch(/exit 1\n(best.safetensors\n)?step-\d+.safetensors\n/);
    expect((await readFile(place.path("after"))).equals(await readFile(`${straight}/${last}`))).toBe(true);
  },
  120_000,
);
