import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { build, startTessera } from "../__fixtures__/start-tessera.ts";
import { json, tessera } from "../__fixtures__/tessera.ts";
import { type Workplace, drawn, workplace } from "../__fixtures__/workplace.ts";

interface Document {
  image: string;
  top: { index: number; label: string; score: number }[];
  logits?: number[];
  ms: { decode: number; preprocess: number; forward: number };
}

let place: Workplace;
let model: string;
let picture: string;
beforeAll(async () => {
  await build();
  place = await workplace();
  model = await place.model("model");
  picture = await place.picture("one.jpg");
}, 180_000);
afterAll(() => place?.dispose());

/** `classify` with the smallest model. */
const small = (...args: string[]) => ["classify", "--model", model, ...args];

describe("on a person's terminal or in a pipe", () => {
  test("names what is on the drawn pictures, with the embedded model", async () => {
    const { code, stdout, stderr } = await tessera(["classify", drawn]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const blocks = stdout.trimEnd().split(/\n(?=\S)/);
    expect(blocks.map((block) => block.split("\n")[0]!.split(" ")[0])).toEqual(["airplane.jpg", "frog.jpg", "ship.jpg", "truck.jpg"]); // prettier-ignore
    for (const block of blocks) {
      const [first, best, ...others] = block.split("\n");
      const [, name] = /^(\w+)\.jpg +\d+ ms$/.exec(first!)!;
      expect(best).toMatch(new RegExp(`^ {2}${name} +[█░]{20} +\\d+\\.\\d %$`));
      expect(others).toHaveLength(2);
    }
  });

  test("gives one picture as many classes as asked, with logits", async () => {
    const { stdout } = await tessera(small(picture, "--top", "2", "--logits"));
    expect(stdout.trimEnd().split("\n")).toHaveLength(3);
    expect(stdout).toMatch(/one\.jpg {2}\d+ ms\n {2}(red|green|blue) +[█░]{20} +\d+\.\d % +-?\d+\.\d{3}\n/);
  });

  test("gives many pictures as many as asked, too", async () => {
    const { stdout } = await tessera(["classify", drawn, "--top", "4"]);
    expect(stdout.trimEnd().split("\n")).toHaveLength(4 * 5);
  });

  test("colours nothing that does not go to a terminal, unless asked to", async () => {
    const escape = "\u001b[";
    expect((await startTessera(small(picture), { env: { CI: "true" } })).stdout).not.toContain(escape);
    expect((await startTessera(small(picture), { env: { FORCE_COLOR: "1" } })).stdout).toContain(escape);
    expect((await startTessera(small(picture), { env: { FORCE_COLOR: "1", NO_COLOR: "1" } })).stdout).not.toContain(
      escape,
    );
  });
});

describe("with --json", () => {
  test("prints the documented schema", async () => {
    const documents = await json<Document[]>(["classify", `${drawn}ship.jpg`, `${drawn}frog.jpg`]);
    expect(documents.map(({ image }) => image)).toEqual([`${drawn}ship.jpg`, `${drawn}frog.jpg`]);
    expect(documents.map(({ top }) => top[0]!.label)).toEqual(["ship", "frog"]);
    for (const document of documents) {
      expect(Object.keys(document)).toEqual(["image", "top", "ms"]);
      expect(Object.keys(document.ms)).toEqual(["decode", "preprocess", "forward"]);
      expect(document.top).toHaveLength(5);
      for (const entry of document.top) expect(Object.keys(entry)).toEqual(["index", "label", "score"]);
    }
  });

  test("adds logits, and takes more classes than there are", async () => {
    const [document] = await json<Document[]>(small(picture, "--logits", "--top", "99"));
    expect(Object.keys(document!)).toEqual(["image", "top", "logits", "ms"]);
    expect(document!.logits).toHaveLength(3);
    expect(document!.top).toHaveLength(3);
    expect(document!.top.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1);
  });

  test("takes ~ in an option's value for the home folder, where a shell leaves it", async () => {
    await place.write("labels.txt", "ant\nbee\ncow\n");
    const [document] = await json<Document[]>(small(picture, "--labels=~/labels.txt"), { env: { HOME: place.folder, USERPROFILE: place.folder } }); // prettier-ignore
    expect(document!.top.map(({ label }) => label).sort()).toEqual(["ant", "bee", "cow"]);
  });

  test("--tta gives other logits", async () => {
    const logits = async (...more: string[]) => (await json<Document[]>(small(`${drawn}truck.jpg`, "--logits", ...more)))[0]!.logits!; // prettier-ignore
    const [one, both] = [await logits(), await logits("--tta")];
    expect(both).not.toEqual(one);
    for (const [i, value] of both.entries()) expect(value).toBeCloseTo(one[i]!, 0);
  });

  test("times of many pictures add up to no more than the process took", async () => {
    const start = performance.now();
    const documents = await json<Document[]>(["classify", drawn]);
    const passed = performance.now() - start;
    const total = documents.flatMap(({ ms }) => Object.values(ms)).reduce((a, b) => a + b, 0);
    expect(total).toBeLessThan(passed);
  });
});

describe("pictures", () => {
  test("come from files, folders and globs, each with what it names and in order", async () => {
    await place.picture("many/b.png");
    await place.picture("many/deep/a.JPG");
    await place.write("many/notes.txt", "no picture");
    const documents = await json<Document[]>(small("many/b.png", "many", "many/*.png", "./many/b.png", "one.jpg"), {
      cwd: place.folder,
    });
    expect(documents.map(({ image }) => image)).toEqual([
      "many/b.png",
      "many/b.png",
      "many/deep/a.JPG",
      "many/b.png",
      "./many/b.png",
      "one.jpg",
    ]);
  });

  test("that cannot be read are reported, and the rest go on", async () => {
    const empty = await place.write("empty.jpg", "");
    const missing = place.path("missing.jpg");
    const { code, stdout, stderr } = await tessera(small(missing, picture, empty, "--json"));
    expect(code).toBe(1);
    const [first, second, third] = JSON.parse(stdout) as Document[];
    const unread = "decodeImage: expected an image file, got no such file";
    expect(first).toEqual({ image: missing, error: `${unread}: ${missing}` });
    expect(Object.keys(second!)).toEqual(["image", "top", "ms"]);
    expect(third).toEqual({ image: empty, error: `decodeImage: expected an image, got an empty file: ${empty}` });
    expect(stderr.trimEnd().split("\n")).toEqual([
      `error: decodeImage: expected an image file, got no such file: ${missing}`,
      `error: decodeImage: expected an image, got an empty file: ${empty}`,
    ]);
  });

  test("that are not there at all are an error", async () => {
    await place.write("none/notes.txt", "no picture");
    const folder = await tessera(small(place.path("none")));
    expect([folder.code, folder.stdout]).toEqual([1, ""]);
    expect(folder.stderr).toBe(`error: tessera: expected pictures in ${place.path("none")}, got none; it looks for jpg, jpeg, png, webp, avif, gif, tif, tiff\n`); // prettier-ignore
    const glob = await tessera(small(place.path("*.bmp")));
    expect(glob.stderr).toBe(`error: tessera: expected pictures in ${place.path("*.bmp")}, got none; quote it or check the path\n`); // prettier-ignore
  });
});

describe("--labels", () => {
  const labelled = async (file: string) => (await json<Document[]>(small(picture, "--labels", file)))[0]!.top;

  test("takes text and JSON", async () => {
    const own = await labelled(await place.write("labels.json", '["a", "b", "c"]'));
    const text = await labelled(await place.write("labels.txt", "a\r\nb\r\nc\r\n"));
    expect(text).toEqual(own);
    expect(own.map(({ index, label }) => "abc"[index] === label)).toEqual([true, true, true]);
  });

  test.each([
    ["of a wrong count", "two.txt", "a\nb\n", "loadModel: expected 3 labels, one an output, got 2"],
    ["that is no list of texts", "numbers.json", "[1, 2, 3]", "expected a JSON list of names, or an object"],
    ["that is cut", "cut.json", '["a", ', "expected JSON, got text that begins as it"],
    ["that is not there", "missing.txt", undefined, "expected a file of labels, got no such file; check the path"],
  ])("refuses a file %s", async (_, name, content, message) => {
    const file = content === undefined ? place.path(name) : await place.write(name, content);
    const { code, stdout, stderr } = await tessera(small(picture, "--labels", file, "--json"));
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});

describe("models", () => {
  test("a typo suggests the nearest", async () => {
    const { code, stderr } = await tessera(["classify", picture, "--model", "vit_tiny_patch16_22"]);
    expect(code).toBe(1);
    expect(stderr).toContain('got "vit_tiny_patch16_22"; did you mean vit_tiny_patch16_224 or');
  });

  test("weights of another variant are refused in a few lines, in all with --verbose", async () => {
    const weights = place.path("model", "model.safetensors");
    const args = ["classify", picture, "--model", "vit_tiny_patch16_224", "--weights", weights];
    const brief = await tessera(args);
    expect(brief.code).toBe(1);
    const lines = brief.stderr.trimEnd().split("\n");
    expect(lines).toHaveLength(13);
    expect(lines[0]).toMatch(/^error: load: expected the 152 parameters of Vit, got a checkpoint that differs$/);
    expect(lines.at(-2)).toMatch(/^ {2}… \d+ lines more, shown by --verbose$/);
    expect(lines.at(-1)).toBe("Is the checkpoint of another variant?");
    const full = await tessera([...args, "--verbose"]);
    expect(full.stderr).toContain("blocks.11.mlp.fc2.bias: expected [192], got nothing");
    expect(full.stderr).toMatch(/\n {4}at /);
  });

  test("--verbose says which backend runs, and why not another", async () => {
    const { code, stderr } = await tessera(small(picture, "--verbose", "--backend", "cpu"));
    expect(code).toBe(0);
    expect(stderr).toBe("backend cpu: JavaScript, 1 thread, f32\n");
    const auto = await tessera(small(picture, "--verbose"));
    expect(auto.stderr).toMatch(
      /^backend native: .*\n {2}not cuda: @tensorflow\/tfjs-node-gpu is not installed; npm install/,
    );
  });

  test("a precision that the backend lacks is refused", async () => {
    const { code, stderr } = await tessera(small(picture, "--backend", "wasm", "--precision", "bf16"));
    expect(code).toBe(1);
    expect(stderr).toContain("wasm: it computes in f32, not in bf16; ask for f32");
  });
});
