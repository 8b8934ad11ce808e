import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { memory } from "@tensorflow/tfjs-core";
import type { ImageInput } from "@tessera/data";
import { saveSafetensors, writeSafetensors } from "@tessera/weights";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import goldens from "../__fixtures__/embedded.json" with { type: "json" };
import { failure } from "../__fixtures__/failure.ts";
import { pictures, plain } from "../__fixtures__/pictures.ts";
import { png } from "../__fixtures__/png.ts";
import { smallConfig, smallFiles, smallWeights } from "../__fixtures__/small-model.ts";
import { describeModel } from "./describe-model.ts";
import { createBackbone } from "./families.ts";
import { loadModel } from "./load-model.ts";
import { imageClassifier } from "../tasks/image-classifier.ts";
import { imageEmbedder } from "../tasks/image-embedder.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tessera-pipeline-"));
});
afterAll(() => rm(folder, { recursive: true }));

let tensors: number;
beforeEach(() => {
  tensors = memory().numTensors;
});
afterEach(() => {
  if (memory().numTensors !== tensors) throw new Error(`expected ${tensors} tensors, got ${memory().numTensors}`);
});

async function file(name: string, content: Uint8Array | string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** A model's folder as timm writes it. */
async function modelFolder(name: string, config: object | string = smallConfig(), classes = 3): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  await writeFile(join(path, "config.json"), typeof config === "string" ? config : JSON.stringify(config));
  await writeFile(join(path, "model.safetensors"), await smallWeights(classes));
  return path;
}

test("the embedded model equals timm on every drawn picture", async () => {
  using classify = await imageClassifier();
  const urls = pictures.map(({ url }) => url);
  for await (const result of classify.stream(urls)) {
    if (result.error) throw result.error;
    const { file: name, label } = pictures[result.index]!;
    await expect(result.logits).toBeAllClose(goldens[name].logits);
    expect(result.top[0]!.label).toBe(label);
  }
});

describe("pictures in files", () => {
  test("of one pixel, and 30,000 pixels wide", async () => {
    using classify = await imageClassifier(await smallFiles());
    const scores = async (input: ImageInput) => (await classify(input)).map((top) => top.score);
    const expected = await scores(plain(200, 100, 50));
    await expect(await scores(await file("pixel.png", png(1, 1, [200, 100, 50])))).toBeAllClose(expected);
    await expect(await scores(await file("wide.png", png(30_000, 3, [200, 100, 50])))).toBeAllClose(expected);
  });

  test("that cannot be read say why", async () => {
    using classify = await imageClassifier(await smallFiles());
    const missing = join(folder, "missing.jpg");
    expect(await failure(classify(missing))).toBe(`decodeImage: expected an image file, got no such file: ${missing}`);
    const empty = await file("empty.jpg", "");
    expect(await failure(classify(empty))).toBe(`decodeImage: expected an image, got an empty file: ${empty}`);
    const text = await file("text.jpg", "no picture");
    expect(await failure(classify(text))).toBe(
      `decodeImage: expected JPEG, PNG, WebP, AVIF, GIF or TIFF, got ${text}, which begins with 6e 6f 20 70 69 63 74 75`,
    );
    const cut = await file("cut.png", png(50, 50, [1, 2, 3]).subarray(0, 60));
    expect(await failure(classify(cut))).toMatch(/^decodeImage: expected a whole PNG image, got a damaged or cut one/);
    expect(await failure(classify(folder))).toBe(`decodeImage: expected an image file, got a folder: ${folder}`);
  });
});

describe("models in files", () => {
  test("a folder, by path and by URL", async () => {
    const path = await modelFolder("model", smallConfig({ label_names: ["x", "y", "z"] }));
    for (const spec of [path, `${path}/`, pathToFileURL(path)]) {
      using classify = await imageClassifier(spec);
      expect(classify.labels).toEqual(["x", "y", "z"]);
      expect(await classify(plain(1, 2, 3))).toHaveLength(3);
    }
    expect((await describeModel(path)).model.config.classes).toBe(3);
  });

  test("a folder with other weights than its own, and with a new head", async () => {
    const path = await modelFolder("backbone", smallConfig(), 0);
    const weights = await file("with-head.safetensors", await smallWeights());
    using classify = await imageClassifier(path, { weights });
    using changed = await imageClassifier(path, { labels: ["yes", "no"], resetHead: true });
    expect(classify.labels).toHaveLength(3);
    expect(changed.labels).toEqual(["yes", "no"]);
    expect(await changed(plain(1, 2, 3))).toHaveLength(2);
  });

  test("a checkpoint with its variant, named in every way", async () => {
    const checkpoint = join(folder, "tiny.safetensors");
    const params = [...(await createBackbone("vit_tiny_patch16_224", { classes: 2 })).params()];
    const zeros = params.map(([path, { shape, size }]) => [path, { shape, values: new Float32Array(size) }]);
    await saveSafetensors(checkpoint, Object.fromEntries(zeros), { dtype: "F16" });
    const weights = checkpoint;
    for (const [spec, options, name] of [
      [checkpoint, { arch: "vit_tiny_patch16_224" }, "vit_tiny_patch16_224"],
      ["vit_tiny_patch16_224", { weights }, "vit_tiny_patch16_224"],
      ["vit_tiny_patch16_224.augreg_in21k", { weights }, "vit_tiny_patch16_224.augreg_in21k"],
      [undefined, { arch: "vit_tiny_patch16_224", weights }, "vit_tiny_patch16_224"],
    ] as const) {
      using classify = await imageClassifier(spec, options);
      expect(classify.modelName).toBe(name);
      expect(classify.labels).toEqual(["class 0", "class 1"]);
      expect(classify.preprocessing).toMatchObject({
        size: [224, 224],
        resize: { pixels: 248 },
        mean: [0.5, 0.5, 0.5],
      });
    }
    using embed = await imageEmbedder(checkpoint, { arch: "vit_tiny_patch16_224" });
    expect(embed.model.config.classes).toBe(2);
  });

  test("a checkpoint is known by its content, whatever its name or address ends in", async () => {
    const params = [...(await createBackbone("tnt_ti_patch16_224", { classes: 2 })).params()];
    const zeros = Object.fromEntries(
      params.map(([path, { shape, size }]) => [path, { shape, values: new Float32Array(size) }]),
    );
    const bytes = writeSafetensors(zeros, { dtype: "F16" });
    const server = createServer(({ url }, response) =>
      url!.includes("config.json") ? response.writeHead(404).end() : response.end(bytes),
    );
    await new Promise<void>((ready) => {
      server.listen(0, "127.0.0.1", ready);
    });
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const paths = await Promise.all(["last.ckpt", "weights", "best.model"].map((name) => file(name, bytes)));
    try {
      for (const spec of [...paths, `${address}/tiny.safetensors?download=true`, `${address}/files/17`]) {
        const { model } = await loadModel(spec, { arch: "tnt_ti_patch16_224" });
        expect(model.config.classes).toBe(2);
        model.dispose();
        expect(await failure(loadModel(spec))).toMatch(
          /expected the variant whose weights .* holds, got none; pass arch/,
        );
      }
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  test("a misspelt name suggests the nearest", async () => {
    expect(await failure(imageClassifier("vit_tini_patch16_224"))).toMatch(
      /^loadModel: expected a model's name, a folder with config.json, a checkpoint file or a repository of the hub, got "vit_tini_patch16_224"; did you mean vit_tiny_patch16_224 or \w+\?$/,
    );
    expect(await failure(imageClassifier("vit_cifar"))).toMatch(/did you mean vit_cifar10 or/);
    const hub = { offline: true, cacheDir: join(folder, "cache") };
    expect(await failure(imageClassifier("timm/vit_tiny_patch16_224.augreg_in21k", { hub }))).toMatch(
      /expected a copy in .*cache, got none while offline/,
    );
    expect(
      await failure(imageClassifier(join(folder, "nowhere.safetensors"), { arch: "vit_tiny_patch16_224" })),
    ).toMatch(/nowhere.safetensors: expected a file, got no such file; check the path/);
  });

  test("a config that cannot be read is said to be so, whatever words its path has", async () => {
    const path = join(folder, "no such file in the browser, HTTP 404");
    await mkdir(join(path, "config.json"), { recursive: true });
    expect(await failure(imageClassifier(path))).toMatch(
      /HTTP 404\/config\.json: expected a file, got a folder; name the file inside it$/,
    );
  });

  test("a folder without config.json, without weights, and with text for a config", async () => {
    const empty = join(folder, "empty");
    await mkdir(empty);
    expect(await failure(imageClassifier(empty))).toBe(
      `loadModel: expected a model's name, a folder with config.json, a checkpoint file or a repository of the hub, got "${empty}"; check the path`,
    );
    await writeFile(join(empty, "config.json"), JSON.stringify(smallConfig()));
    expect(await failure(imageClassifier(empty))).toMatch(
      /empty: expected weights as model.safetensors, .*, model.npz, got none of them/,
    );
    const text = await modelFolder("text", "{ architecture: vit }");
    expect(await failure(imageClassifier(text))).toMatch(/config.json: expected JSON, got text that is none/);
  });
});

test("an index that names what is not beside it is refused before anything is looked for", async () => {
  for (const name of ["../secret.safetensors", "http://127.0.0.1:9/x.safetensors", "/dev/zero"]) {
    const path = join(folder, "sharded");
    await mkdir(path, { recursive: true });
    await writeFile(join(path, "config.json"), JSON.stringify(smallConfig()));
    await writeFile(join(path, "model.safetensors.index.json"), JSON.stringify({ weight_map: { w: name } }));
    await expect(loadModel(path)).rejects.toThrow(`expected plain file names, got "${name}"; do not trust the index`);
  }
});
