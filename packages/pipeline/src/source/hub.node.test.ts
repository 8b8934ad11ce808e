// Models by the name of their repository, from a hub of our own: nothing here leaves 127.0.0.1.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memory } from "@tensorflow/tfjs-core";
import { type HubOptions, type HubProgress, hubFile, readSafetensors, writeSafetensors } from "@tessera/weights";
import { afterEach, beforeEach, expect, test } from "vitest";
import { failure } from "../__fixtures__/failure.ts";
import { plain } from "../__fixtures__/pictures.ts";
import { type SmallHub, commit, startHub } from "../__fixtures__/small-hub.ts";
import { smallConfig, smallWeights } from "../__fixtures__/small-model.ts";
import { expected, run, tinyConfig, weightsFixture } from "../__fixtures__/tiny-vit.ts";
import { describeModel } from "./describe-model.ts";
import { imageClassifier } from "../tasks/image-classifier.ts";
import { loadModel } from "./load-model.ts";

const shape = [2, 3, 32, 32] as const;
const f32 = { rtol: 1e-4, atol: 1e-5 };

let hub: SmallHub;
let options: HubOptions;
let tensors: number;
beforeEach(async () => {
  tensors = memory().numTensors;
  hub = await startHub({
    "org/timm": {
      "config.json": JSON.stringify(tinyConfig),
      "model.safetensors": await weightsFixture("timm.safetensors"),
    },
    "org/sharded": await sharded(),
    "org/old": {
      "config.json": JSON.stringify(tinyConfig),
      "pytorch_model.bin": await weightsFixture("legacy_not_zip.pth"),
    },
    "org/bare": { "model.safetensors": await smallWeights() },
    "org/empty": { "config.json": JSON.stringify(smallConfig()), "README.md": "No weights yet." },
  });
  const cacheDir = await mkdtemp(join(tmpdir(), "tessera-pipeline-hub-"));
  options = { endpoint: hub.endpoint, cacheDir, token: false, retry: { attempts: 1, delayMs: 1 } };
});
afterEach(async () => {
  await hub.close();
  await rm(options.cacheDir!, { recursive: true });
  if (memory().numTensors !== tensors) throw new Error(`expected ${tensors} tensors, got ${memory().numTensors}`);
});

/** transformers' files, the weights in two. */
async function sharded(): Promise<Record<string, Uint8Array | string>> {
  const whole = await readSafetensors(await weightsFixture("huggingface.safetensors"));
  const names = [...whole.tensors.keys()];
  const files = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
  const fileOf = (name: string) => files[names.indexOf(name) < names.length / 2 ? 0 : 1]!;
  const shard = async (file: string) => {
    const held = names
      .filter((name) => fileOf(name) === file)
      .map(async (name) => {
        const { shape: sizes, read } = whole.tensors.get(name)!;
        return [name, { shape: sizes, values: await read() }] as const;
      });
    return writeSafetensors(Object.fromEntries(await Promise.all(held)));
  };
  const map = Object.fromEntries(names.map((name) => [name, fileOf(name)]));
  return {
    "config.json": new TextDecoder().decode(await weightsFixture("huggingface-config.json")),
    "model.safetensors.index.json": JSON.stringify({ weight_map: map }),
    [files[0]!]: await shard(files[0]!),
    [files[1]!]: await shard(files[1]!),
  };
}

test.each(["org/timm", "org/timm@v1", `org/timm@${commit}`, "org/sharded", "org/old"])(
  "%s gives the reference's logits",
  async (name) => {
    const loaded = await loadModel(name, { hub: options });
    expect(loaded.name).toBe(name);
    await expect(await run(loaded, await expected("input"), shape)).toBeAllClose(await expected("logits"), f32);
  },
);

test("what was loaded once loads again offline, without a request, and gives the same", async () => {
  const seen: HubProgress[] = [];
  for (const name of ["org/timm", "org/sharded"]) {
    const online = { ...options, onProgress: (progress: HubProgress) => seen.push({ ...progress }) };
    const first = await run(await loadModel(name, { hub: online }), await expected("input"), shape);
    const requests = hub.seen.length;
    const again = await run(
      await loadModel(name, { hub: { ...options, offline: true } }),
      await expected("input"),
      shape,
    );
    expect(again).toEqual(first);
    expect(hub.seen).toHaveLength(requests);
  }
  const ends = seen.filter(({ loaded, total }) => loaded === total).map(({ file }) => file);
  expect(ends).toEqual(
    expect.arrayContaining(["config.json", "model.safetensors", "model-00002-of-00002.safetensors"]),
  );
});

test("what the hub may have is unknown without it, and never taken for absent", async () => {
  hub.repositories["org/processed"] = {
    ...hub.repositories["org/sharded"],
    "preprocessor_config.json": JSON.stringify({ do_normalize: false, size: { height: 32, width: 32 } }),
  };
  // as Python leaves it that loads the model alone
  for (const name of Object.keys(hub.repositories["org/sharded"]!)) await hubFile("org/processed", name, options);
  const offline = { ...options, offline: true };
  expect(await failure(loadModel("org/processed", { hub: offline }))).toMatch(
    /^org\/processed: expected preprocessor_config\.json in the cache, or to know that the repository has none, got neither \(.* while offline/,
  );
  const cutOff = { ...options, retry: { attempts: 5, delayMs: 60_000 } };
  await hubFile("org/timm", "config.json", options);
  await hub.close();
  for (const name of ["org/processed", "org/timm"])
    expect(await failure(loadModel(name, { hub: cutOff }))).toMatch(/got neither \(.*: expected an answer, got .*; check the network/); // prettier-ignore
});

test("a classifier by name, and a description that fetches no weights", async () => {
  const { model } = await describeModel("org/timm", { hub: options });
  expect(model.config.classes).toBe(10);
  expect(hub.seen.filter((path) => path.endsWith("model.safetensors"))).toEqual([]);
  using classify = await imageClassifier("org/timm@v1", { hub: options });
  expect(classify.modelName).toBe("org/timm@v1");
  expect(await classify(plain(1, 2, 3))).toHaveLength(5);
});

test("a repository without a config says so, and loads with its variant named", async () => {
  expect(await failure(loadModel("org/bare", { hub: options }))).toBe(
    'loadModel: expected config.json in the repository org/bare, got none; pass arch, for example "vit_tiny_patch16_224", to take its weights',
  );
  // the weights are found, and are not those of this variant
  expect(await failure(loadModel("org/bare", { arch: "vit_tiny_patch16_224", hub: options }))).toContain(
    "head.weight: expected [3, 192], got [3, 4]",
  );
});

test.each([
  ["a repository that is none", "org/none", /^org\/none@main: expected a repository, got HTTP 404.*set HF_TOKEN/],
  [
    "a revision that is none",
    "org/timm@v9",
    /^org\/timm@v9: expected a branch, tag or commit of org\/timm, got none called v9/,
  ],
  [
    "a repository without weights",
    "org/empty",
    /^org\/empty: expected weights as model\.safetensors, .*, got none of them$/,
  ],
])("says what is missing: %s", async (_, name, message) => {
  expect(await failure(loadModel(name, { hub: options }))).toMatch(message);
});

test("says that a token is needed, or another one", async () => {
  hub.token = "hf_right";
  expect(await failure(loadModel("org/timm", { hub: options }))).toMatch(
    /HTTP 401.*set HF_TOKEN to a token that may read it$/,
  );
  const wrong = { ...options, token: "hf_wrong" };
  expect(await failure(loadModel("org/timm", { hub: wrong }))).toMatch(
    /HTTP 401.*the token that was sent may not read it/,
  );
  (await loadModel("org/timm", { hub: { ...options, token: "hf_right" } })).model.dispose();
});

test("says that there is no network, or no copy while offline", async () => {
  await hub.close();
  expect(await failure(loadModel("org/timm", { hub: options }))).toMatch(/^org\/timm@main: /);
  expect(await failure(loadModel("org/timm", { hub: { ...options, offline: true } }))).toMatch(
    /^org\/timm@main: expected a copy in .*, got none while offline; download it once without HF_HUB_OFFLINE/,
  );
});

test("an abort ends a load from the hub", async () => {
  const signal = AbortSignal.abort(new Error("not wanted"));
  await expect(loadModel("org/timm", { hub: options, signal })).rejects.toThrow("not wanted");
});
