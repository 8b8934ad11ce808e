import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { build, startTessera } from "../__fixtures__/start-tessera.ts";
import { json, tessera } from "../__fixtures__/tessera.ts";
import { type Workplace, workplace } from "../__fixtures__/workplace.ts";

let place: Workplace;
beforeAll(async () => {
  await build();
  place = await workplace();
}, 180_000);
afterAll(() => place?.dispose());

describe("tessera models", () => {
  test("lists variants by the documented schema", async () => {
    const rows = await json<Record<string, unknown>[]>(["models", "tiny_patch16_224"]);
    expect(rows.map(({ name }) => name)).toContain("vit_tiny_patch16_224");
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(["name", "family", "params", "macs", "imageSize", "patchSize", "pretrained"]);
    }
    const tiny = rows.find(({ name }) => name === "vit_tiny_patch16_224");
    expect(tiny).toMatchObject({ family: "vit", params: 5_717_416, imageSize: 224, patchSize: 16 });
    expect((tiny!["pretrained"] as object[])[0]).toEqual({
      tag: "augreg_in21k_ft_in1k",
      labels: "imagenet-1k",
      source: "timm/vit_tiny_patch16_224.augreg_in21k_ft_in1k",
      license: "apache-2.0",
      top1: 75.452,
    });
  });

  test("lists the embedded model first", async () => {
    const [first] = await json<Record<string, unknown>[]>(["models"]);
    expect(first).toMatchObject({ name: "vit_cifar10", params: 2_632_866, pretrained: [{ source: "embedded" }] });
  });

  test("prints a table without spaces at the ends of lines", async () => {
    const { code, stdout, stderr } = await tessera(["models", "deit3_small"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^model +params +MACs +image {2}checkpoints\ndeit3_small_patch16_224 +22\.1 M +4\.\d+ G +224×224 {2}fb_in1k/,
    );
    expect(stdout).not.toMatch(/ $/m);
    expect(stderr).toMatch(/^2 models; /);
  });

  test("suggests a name where none matches", async () => {
    const { code, stderr } = await tessera(["models", "vit_tinny_patch16_224"]);
    expect([code, stderr]).toEqual([1, `error: tessera models: expected part of a model's name, got "vit_tinny_patch16_224"; did you mean vit_tiny_patch16_224?\n`]); // prettier-ignore
  });
});

describe("tessera summary", () => {
  interface Summary {
    name: string;
    params: number;
    macs: number;
    layers: { path: string; kind: string; shape: number[]; params: number; macs: number }[];
  }

  test("gives every layer by the documented schema, and sums that agree", async () => {
    const summary = await json<Summary>(["summary", "vit_tiny_patch16_224"]);
    expect(Object.keys(summary)).toEqual(["name", "params", "macs", "layers"]);
    for (const layer of summary.layers) expect(Object.keys(layer)).toEqual(["path", "kind", "shape", "params", "macs"]);
    expect(summary.layers.reduce((sum, { params }) => sum + params, 0)).toBe(5_717_416);
    expect(summary.layers.reduce((sum, { macs }) => sum + macs, 0)).toBe(summary.macs);
    expect(summary.layers.find(({ path }) => path === "blocks.0.attn.qkv")).toMatchObject({ shape: [1, 197, 576] });
  });

  test("takes a picture's size, a depth, and a folder", async () => {
    const [large, small] = [await json<Summary>(["summary", "vit_tiny_patch16_224"]), await json<Summary>(["summary", "vit_tiny_patch16_224", "--image-size", "32"])]; // prettier-ignore
    expect(small.macs).toBeLessThan(large.macs / 10);
    const { stdout, stderr } = await tessera(["summary", await place.model("model"), "--depth", "1"]);
    expect(stdout).toMatch(/^path +kind +output +params +MACs\n\(model\) +Vit +1×3 +/);
    expect(stdout).not.toContain("blocks.0");
    expect(stdout).toMatch(/\npatch_embed +PatchEmbed +1×4×4 +196 +/);
    expect(stderr).toMatch(/model: \d+ parameters, [\d,]+ multiply-adds a picture\n$/);
  });

  test("refuses a size that is less than a patch, and a misspelt name", async () => {
    const small = await tessera(["summary", "vit_tiny_patch16_224", "--image-size", "15"]);
    expect(small.code).toBe(1);
    expect(small.stderr).toMatch(/^error: .*expected .*16.*15/);
    const typo = await tessera(["summary", "vit_tiny_patch16"]);
    expect(typo.stderr).toMatch(/did you mean vit_tiny_patch16_224 or/);
  });
});

describe("tessera doctor", () => {
  interface Doctor {
    default: string;
    backends: { name: string; available: boolean; reason: string; device: string; precisions: string[] }[];
  }

  test("reports by the documented schema", async () => {
    const report = await json<Doctor>(["doctor"]);
    expect(Object.keys(report)).toEqual(["node", "platform", "cpu", "default", "backends"]);
    expect(report.backends.map(({ name }) => name)).toEqual(["cuda", "webgpu", "native", "tensorflow", "wasm", "cpu"]);
    for (const backend of report.backends) {
      expect(Object.keys(backend)).toEqual(["name", "available", "reason", "device", "precisions"]);
    }
    // A GPU in software is none that `auto` takes.
    const first = report.backends.find(({ available, device }) => available && !/SwiftShader|llvmpipe/.test(device));
    expect(report.default).toBe(first?.name);
  });

  test("prints the same for a person", async () => {
    const { code, stdout } = await tessera(["doctor"]);
    expect(code).toBe(0);
    expect(stdout).toContain(`Node     ${process.version} on ${process.platform} ${process.arch}\n`);
    expect(stdout).toMatch(/^wasm +yes +f32 +WebAssembly SIMD, \d threads?$/m);
    expect(stdout).toMatch(
      /^cuda +no +@tensorflow\/tfjs-node-gpu is not installed; npm install @tensorflow\/tfjs-node-gpu$/m,
    );
  });
});

describe("@tensorflow/tfjs-node, where a user has installed it", () => {
  /** A package of that name that behaves as tfjs-node does, beside the user's project. */
  const install = (name: string, code: string) =>
    Promise.all([
      place.write(
        `project/node_modules/@tensorflow/${name}/package.json`,
        `{"name": "@tensorflow/${name}", "main": "index.js"}`,
      ),
      place.write(`project/node_modules/@tensorflow/${name}/index.js`, code),
    ]);
  const reports = async () => {
    const { backends } = await json<{ backends: { name: string; reason: string; device: string }[] }>(["doctor"], { cwd: place.path("project") }, startTessera); // prettier-ignore
    return Object.fromEntries(backends.map((backend) => [backend.name, backend]));
  };

  test("is looked for in the user's project, and says why it does not work", async () => {
    await install("tfjs-node-gpu", "exports.loaded = true;");
    await install("tfjs-node", 'throw new Error("The specified module could not be found.\\nmore lines");');
    const { cuda, tensorflow } = await reports();
    // Which of the two depends on the machine: without a driver the package is not even loaded.
    expect(cuda!.reason).toMatch(
      /^there is no NVIDIA driver; install it|^@tensorflow\/tfjs-node-gpu is installed, but registered no backend; npm rebuild/,
    );
    expect(tensorflow!.reason).toMatch(
      /^@tensorflow\/tfjs-node does not load \(The specified module could not be found\); tensorflow\.dll .* copy it/,
    );
  });
});
