import { backendNames } from "@tessera/backends";
import { detectionPresets, presets } from "@tessera/train";
import { describe, expect, test } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import { tessera } from "./__fixtures__/tessera.ts";
import { backendChoices } from "./program.ts";
import { detectionPresetChoices, presetChoices } from "./training-commands.ts";

const withJson = [
  "classify",
  "embed",
  "detect",
  "inpaint",
  "explain",
  "features",
  "train",
  "finetune",
  "eval",
  "bench",
  "models",
  "summary",
  "doctor",
];

describe("help", () => {
  test("lists commands, and is all that is printed", async () => {
    const { code, stdout, stderr } = await tessera(["--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    for (const name of withJson) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, "m"));
  });

  test.each(withJson)("of %s fits a terminal and tells of --json", async (name) => {
    const { code, stdout } = await tessera([name, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: tessera ${name} [options]`);
    expect(stdout).toContain("--json");
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test("--version prints the package's", async () => {
    expect(await tessera(["--version"])).toMatchObject({ code: 0, stdout: `${packageJson.version}\n`, stderr: "" });
  });
});

describe("bad usage exits with 2 and prints nothing on stdout", () => {
  test.each([
    ["no command", [], "Usage: tessera"],
    ["an unknown command", ["clasify"], "unknown command 'clasify'\n(Did you mean classify?)"],
    ["an unknown option", ["classify", "x.jpg", "--tpo", "3"], "unknown option '--tpo'\n(Did you mean --top?)"],
    ["no pictures", ["classify"], "missing required argument 'images'"],
    ["an option without its value", ["classify", "x.jpg", "--top"], "argument missing"],
    ["a number that is none", ["classify", "x.jpg", "--top", "few"], "Expected a whole number from 1."],
    ["a score that is none", ["detect", "x.jpg", "--threshold", "2"], "Expected a number from 0 to 1."],
    ["a box that is none", ["inpaint", "x.jpg", "--out", "y.png", "--box", "1,2,3"], "Expected four whole numbers"],
    ["a batch of none", ["embed", "x.jpg", "--batch", "0"], "Expected a whole number from 1."],
    [
      "an unknown backend",
      ["embed", "x.jpg", "--backend", "gpu"],
      "Allowed choices are auto, cuda, webgpu, native, tensorflow, wasm, cpu.",
    ],
    ["an unknown preset", ["train", "pets", "--preset", "deti"], "Allowed choices are small-data, small-cnn,"],
    ["another word for --only", ["finetune", "pets", "--only", "tail"], "Expected probe, head, last-N, lora or full."],
    ["too many arguments", ["doctor", "now"], "too many arguments"],
  ])("%s", async (_, args, message) => {
    const { code, stdout, stderr } = await tessera(args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });
});

test("presets are those of @tessera/train", () => {
  expect(presetChoices).toEqual(Object.keys(presets));
  expect(detectionPresetChoices).toEqual(Object.keys(detectionPresets));
});

test("backends are those of @tessera/backends", () => {
  expect(backendChoices).toEqual(["auto", ...backendNames]);
});
