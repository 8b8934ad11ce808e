// Every way that others name Swins' tensors, against the names that timm gives them.
import { type Checkpoint, type StoredTensor, toHuggingFaceNames, toTimmNames } from "@tessera/core";
import { checkpointOf, contentsOf, readFixture, readGoldens, storedTensor } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { swinDialects } from "./convert.ts";
import { namesForHuggingFace } from "./convert/to-hugging-face.ts";

interface Names {
  official: string;
  timm: string;
  /** Several stand for rows in equal parts. */
  hf: string[];
}

const file = await readFixture(new URL("./__fixtures__/names.json", import.meta.url));
const names = JSON.parse(new TextDecoder().decode(file)) as Names[];
const { tensors } = await readGoldens(new URL("./__fixtures__/swin.safetensors", import.meta.url));

const stored = (timm: string): StoredTensor => {
  const { data, shape } = tensors.get(`weights/${timm}`)!;
  return storedTensor(data, shape);
};
const timms = checkpointOf(Object.fromEntries(names.map(({ timm }) => [timm, stored(timm)])));
const official = Object.fromEntries(names.map((one) => [one.official, stored(one.timm)]));

/** Part `which` of `count` of a tensor's rows. */
async function rows(tensor: StoredTensor, which: number, count: number): Promise<StoredTensor> {
  const values = (await tensor.read()) as Float32Array;
  const length = values.length / count;
  const [first = 1, ...rest] = tensor.shape;
  return storedTensor(values.slice(which * length, (which + 1) * length), [first / count, ...rest]);
}

async function huggingFaces(): Promise<Record<string, StoredTensor>> {
  const entries = names.flatMap(({ timm, hf }) =>
    hf.map(async (name, which) => [name, await rows(stored(timm), which, hf.length)] as const),
  );
  return Object.fromEntries(await Promise.all(entries));
}

const buffers = {
  "layers.0.blocks.0.attn.relative_position_index": 0,
  "layers.0.blocks.1.attn_mask": 0,
  "layers.2.blocks.1.attn.relative_coords_table": 0,
};

async function expectTimms(source: Checkpoint, dialect: string, dropped = 0): Promise<void> {
  const got = toTimmNames(source, swinDialects);
  expect(got.dialect).toBe(dialect);
  expect(got.dropped).toHaveLength(dropped);
  expect(await contentsOf(got.checkpoint)).toEqual(await contentsOf(timms));
}

describe("timm's names are made of", () => {
  test("Microsoft's, with what follows from the sizes of windows", async () => {
    await expectTimms(checkpointOf({ ...official, ...buffers }), "microsoft", 3);
    await expectTimms(checkpointOf(official), "microsoft");
  });

  test("Hugging Face's", async () => {
    const theirs = await huggingFaces();
    const index = "swin.encoder.layers.0.blocks.0.attention.self.relative_position_index";
    await expectTimms(checkpointOf({ ...theirs, [index]: 0 }), "huggingface", 1);
  });

  test("timm's own, which stay, with buffers of former versions left out", async () => {
    await expectTimms(timms, "timm");
    await expectTimms(checkpointOf({ ...Object.fromEntries(timms.tensors), ...buffers }), "timm-buffered", 3);
  });
});

test("without a head, Microsoft's files are told from timm's, whose merging does not move twice", () => {
  const without = (all: Iterable<[string, StoredTensor]>) =>
    checkpointOf(Object.fromEntries([...all].filter(([name]) => !name.startsWith("head."))));
  const theirs = toTimmNames(without(Object.entries(official)), swinDialects);
  const own = toTimmNames(without(timms.tensors), swinDialects);
  expect([theirs.dialect, own.dialect]).toEqual(["microsoft", "timm"]);
  const expected = [...timms.tensors.keys()].filter((name) => !name.startsWith("head."));
  for (const { checkpoint } of [theirs, own]) expect(new Set(checkpoint.tensors.keys())).toEqual(new Set(expected));
});

test("Hugging Face's names are made of timm's", async () => {
  const { checkpoint, modelType } = toHuggingFaceNames(timms, namesForHuggingFace);
  expect(modelType).toBe("swin");
  expect(await contentsOf(checkpoint)).toEqual(await contentsOf(checkpointOf(await huggingFaces())));
  expect(() => namesForHuggingFace(checkpointOf({ "blocks.0.norm1.weight": 1 }).tensors)).toThrow(
    /^toHuggingFaceNames: expected a Swin with layers\.0\.blocks\.0\.attn\.relative_position_bias_table or logit_scale/,
  );
});
