// Every published variant against the names, shapes and counts that transformers 5.18 has for it. Nothing is allocated.
import { engine } from "@tensorflow/tfjs-core";
import { type StoredTensor, toHuggingFaceNames, toTimmNames } from "@tessera/core";
import { checkpointOf, readInventories, unfolded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { createYolos } from "./create.ts";
import { yolosFamily } from "./family.ts";
import { yolosNames } from "./variants.ts";

const inventories = await readInventories(new URL("./__fixtures__/inventories.json", import.meta.url));
const { read, write, names: theirNames } = yolosFamily.huggingFace;

/** Tensors of these shapes, whose values nobody may ask for. */
function shapesOnly(shapes: Record<string, readonly number[]>) {
  const refuse = () => Promise.reject(new Error("read"));
  return checkpointOf(
    Object.fromEntries(Object.entries(shapes).map(([path, shape]): [string, StoredTensor] => [path, { dtype: "F32", shape, read: refuse }])), // prettier-ignore
  );
}

function shapesIn(tensors: ReadonlyMap<string, StoredTensor>): Record<string, number[]> {
  return Object.fromEntries([...tensors].map(([path, { shape }]) => [path, [...shape]]));
}

describe.each(yolosNames)("%s", (name) => {
  const { params, tensors, shapes, blocks } = inventories[name]!;
  const theirs = unfolded(shapes, blocks);

  test("has transformers' parameters, and the table's count", () => {
    const before = engine().state.numTensors;
    const model = createYolos(name);
    const { checkpoint, dialect, dropped } = toTimmNames(shapesOnly(theirs), yolosFamily.dialects);
    expect([dialect, dropped]).toEqual(["huggingface", []]);
    const own = Object.fromEntries([...model.params()].map(([path, { shape }]) => [path, [...shape]]));
    expect(shapesIn(checkpoint.tensors)).toEqual(own);
    expect(Object.keys(theirs)).toHaveLength(tensors);
    expect([model.paramCount, yolosFamily.variants[name].params]).toEqual([params, params]);
    expect(yolosFamily.configFrom(checkpoint.tensors)).toEqual({ classes: 91, queries: 100 });
    expect(engine().state.numTensors).toBe(before);
  });

  test("becomes transformers' file, with the name of the positions that its files have", () => {
    const own = shapesIn(createYolos(name).params() as never);
    const { checkpoint, modelType } = toHuggingFaceNames(shapesOnly(own), theirNames);
    expect(modelType).toBe("yolos");
    const stored = Object.entries(theirs).map(([path, shape]) => [path.replace("encoder.interpolation.", "encoder."), shape]); // prettier-ignore
    expect(shapesIn(checkpoint.tensors)).toEqual(Object.fromEntries(stored));
    expect(shapesIn(toTimmNames(checkpoint, yolosFamily.dialects).checkpoint.tensors)).toEqual(own);
  });

  test("has a config that transformers reads, and a checkpoint on the hub", () => {
    const { params: _, source: __, ...config } = yolosFamily.variants[name];
    const written = JSON.parse(JSON.stringify(write(config)));
    expect(read(written, "here")).toEqual({ midPositions: false, activation: "gelu", qkvBias: true, ...config });
    expect(yolosFamily.pretrained(name)?.hub).toMatch(/^hustvl\/yolos-(tiny|small|base)$/);
  });
});

test("the authors' names are ours, though a ViT has most of them", () => {
  const own = shapesIn(createYolos("yolos_ti").params() as never);
  const { checkpoint, dialect } = toTimmNames(shapesOnly(own), yolosFamily.dialects);
  expect(dialect).toBe("yolos");
  expect(shapesIn(checkpoint.tensors)).toEqual(own);
});

describe("transformers' config", () => {
  test("that says nothing is the base size on smaller pictures, with the labels' classes", () => {
    const labels = { 0: "a", 1: "b" };
    expect(read({ id2label: labels }, "here")).toMatchObject({
      classes: 2,
      queries: 100,
      width: 768,
      imageSize: [512, 864],
      midPositions: true,
    });
    expect(read({ image_size: 64 }, "here").imageSize).toEqual([64, 64]);
  });

  test.each([
    [{ num_channels: 1 }, 'expected "num_channels" of 3, got 1'],
    [{ hidden_dropout_prob: 0.5 }, 'expected "hidden_dropout_prob" of 0, got 0.5'],
    [{ hidden_size: 1e9 }, 'expected "hidden_size" from 1 to 65536, got 1000000000'],
    [{ image_size: [1, 2, 3] }, 'here: expected "image_size" of two sides, got [1, 2, 3]'],
    [{ hidden_act: "mish" }, 'expected "hidden_act" among'],
    [{ layer_norm_eps: 2 }, 'expected "layer_norm_eps" from 0 to below 1, got 2'],
  ])("with %o is refused", (config, message) => {
    expect(() => read(config, "here")).toThrow(message);
  });
});

test("a misspelt name gets the nearest", () => {
  expect(() => createYolos("yolos_tiny")).toThrow("did you mean yolos_ti?");
});
