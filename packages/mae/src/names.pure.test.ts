// Every published variant against the official code's state dict, and the names that transformers writes: names, shapes, counts.
// Nothing is allocated.
import { engine } from "@tensorflow/tfjs-core";
import { FormatError, type StoredTensor, toHuggingFaceNames, toTimmNames } from "@tessera/core";
import { checkpointOf, readInventories, unfolded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { createMae } from "./create.ts";
import { maeFamily } from "./family.ts";
import { maeNames, maeVariants } from "./variants.ts";

const inventories = await readInventories(new URL("./__fixtures__/inventories.json", import.meta.url));

/** Tensors of these shapes, whose values nobody may ask for. */
function shapesOnly(shapes: Record<string, readonly number[]>) {
  const read = () => Promise.reject(new Error("read"));
  return checkpointOf(
    Object.fromEntries(Object.entries(shapes).map(([path, shape]): [string, StoredTensor] => [path, { dtype: "F32", shape, read }])), // prettier-ignore
  );
}

function shapesIn(tensors: ReadonlyMap<string, StoredTensor>): Record<string, number[]> {
  return Object.fromEntries([...tensors].map(([path, { shape }]) => [path, [...shape]]));
}

describe.each(maeNames)("%s", (name) => {
  const { params, tensors, blocks, shapes } = inventories[name]!;

  test("has the official tensors, of which positions are not learned, and the table's count", () => {
    const before = engine().state.numTensors;
    const model = createMae(name);
    const state = model.state();
    expect(Object.fromEntries([...state].map(([path, { shape }]) => [path, [...shape]]))).toEqual(
      unfolded(shapes, blocks),
    );
    expect(state.size).toBe(tensors);
    const buffers = [...state].filter(([, param]) => param.buffer);
    expect(buffers.map(([path]) => path)).toEqual(["pos_embed", "decoder_pos_embed"]);
    expect(model.paramCount + buffers.reduce((sum, [, { size }]) => sum + size, 0)).toBe(params);
    expect(model.paramCount).toBe(maeVariants[name].params);
    expect(engine().state.numTensors).toBe(before);
  });

  test("has a checkpoint on the hub and of the authors", () => {
    expect(maeFamily.pretrained(name)).toMatchObject({
      hub: `facebook/vit-mae-${name.split("_")[2]}`,
      file: expect.stringMatching(/mae_visualize_vit_(base|large|huge)\.pth$/),
    });
  });
});

describe("names", () => {
  const inventory = inventories["mae_vit_base_patch16"]!;
  const own = unfolded(inventory.shapes, inventory.blocks);
  const theirsInventory = inventories["facebook/vit-mae-base"]!;
  const theirs = unfolded(theirsInventory.shapes, theirsInventory.blocks);

  test("of transformers become the official ones", () => {
    const { checkpoint, dialect, dropped } = toTimmNames(shapesOnly(theirs), maeFamily.dialects);
    expect([dialect, dropped]).toEqual(["huggingface", []]);
    expect(shapesIn(checkpoint.tensors)).toEqual(own);
  });

  test("so do those that transformers 5 gives the decoder's blocks", () => {
    const renamed = Object.fromEntries(
      Object.entries(theirs).map(([path, shape]) => [path.replace("decoder.decoder_layers", "decoder.decoder_encoder.layer"), shape]), // prettier-ignore
    );
    expect(shapesIn(toTimmNames(shapesOnly(renamed), maeFamily.dialects).checkpoint.tensors)).toEqual(own);
  });

  test("become transformers'", () => {
    const { checkpoint, modelType } = toHuggingFaceNames(shapesOnly(own), maeFamily.huggingFace.names);
    expect(modelType).toBe("vit_mae");
    expect(shapesIn(checkpoint.tensors)).toEqual(theirs);
  });

  test("of the authors stay", () => {
    const { checkpoint, dialect } = toTimmNames(shapesOnly(own), maeFamily.dialects);
    expect(dialect).toBe("mae");
    expect(shapesIn(checkpoint.tensors)).toEqual(own);
  });
});

describe("transformers' config", () => {
  const { read, write } = maeFamily.huggingFace;

  test.each(maeNames)("of %s comes back as it was", (name) => {
    const { params: _, source: __, ...config } = maeVariants[name];
    const whole = { ...config, mlpDim: 4 * config.width, decoderMlpDim: 2048, channels: 3, epsilon: 1e-6 };
    expect(read(JSON.parse(JSON.stringify(write(config))), "here")).toEqual({ ...whole, normalizedPixels: false });
  });

  test("that says nothing is ViT-B's, with transformers' ε", () => {
    expect(read({}, "here")).toMatchObject({ width: 768, depth: 12, decoderDepth: 8, epsilon: 1e-12 });
  });

  test.each([
    [{ hidden_act: "relu" }, '"hidden_act" of "gelu"'],
    [{ qkv_bias: false }, '"qkv_bias" of true'],
    [{ num_hidden_layers: 1e6 }, '"num_hidden_layers" to be a whole number from 1 to 1000, got 1000000'],
    [{ patch_size: 0 }, '"patch_size"'],
    [{ layer_norm_eps: -5 }, '"layer_norm_eps" between 0 and 1, got -5'],
  ])("%j is refused", (config, message) => {
    expect(() => read(config, "here")).toThrow(FormatError);
    expect(() => read(config, "here")).toThrow(message);
  });

  test("is not written for pictures that are not square", () => {
    const { params: _, source: __, ...config } = maeVariants.mae_vit_base_patch16;
    expect(() => write({ ...config, imageSize: [224, 112] })).toThrow("expected square pictures, got 224×112");
  });
});
