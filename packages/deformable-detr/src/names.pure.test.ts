// Every published variant against the official code's state dict, and the names that transformers 5.18 writes for it: names, shapes,
// counts. Nothing is allocated.
import { engine } from "@tensorflow/tfjs-core";
import { type StoredTensor, toHuggingFaceNames, toTimmNames } from "@tessera/core";
import { checkpointOf } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import stored from "./__fixtures__/inventories.json" with { type: "json" };
import { createDeformableDetr } from "./create.ts";
import { deformableDetrFamily } from "./family.ts";
import { deformableDetrNames } from "./variants.ts";

interface Inventory {
  params: number;
  tensors: number;
  shapes: Record<string, number[] | null>;
  buffers: Record<string, number[] | null>;
  aliases: Record<string, string>;
  huggingFace: Record<string, string[] | null>;
}
const inventories = stored as unknown as Record<string, Inventory>;

/** What the first inventory has with what another has otherwise. */
function differing<T>(base: Record<string, T | null>, other: Record<string, T | null>): Record<string, T> {
  return Object.fromEntries(Object.entries({ ...base, ...other }).filter(([, value]) => value !== null)) as Record<string, T>; // prettier-ignore
}

function inventoryOf(name: string) {
  const base = inventories["deformable-detr"]!;
  const own = inventories[name.replaceAll("_", "-").replace("-dc5", "")]!;
  return {
    ...own,
    shapes: differing(base.shapes, own.shapes),
    buffers: differing(base.buffers, own.buffers),
    huggingFace: differing(base.huggingFace, own.huggingFace),
  };
}

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

describe.each(deformableDetrNames)("%s", (name) => {
  const { params, tensors, shapes, buffers, aliases, huggingFace } = inventoryOf(name);
  const own = { ...shapes, ...buffers };

  test("has the official parameters and buffers, and the table's count", () => {
    const before = engine().state.numTensors;
    const model = createDeformableDetr(name);
    const shapesOf = (buffer: boolean) =>
      Object.fromEntries(
        [...model.state()].flatMap(([path, param]) => (param.buffer === buffer ? [[path, [...param.shape]]] : [])),
      );
    expect(shapesOf(false)).toEqual(shapes);
    expect(shapesOf(true)).toEqual(buffers);
    expect(model.params().size).toBe(tensors);
    expect(model.paramCount).toBe(params);
    expect(deformableDetrFamily.variants[name].params).toBe(params);
    expect(engine().state.numTensors).toBe(before);
  });

  test("has a checkpoint on the hub", () => {
    expect(deformableDetrFamily.pretrained(name)!.hub).toBe(`SenseTime/${name.replaceAll("_", "-")}`);
  });

  test("takes the official names, wrapped or not, and without the decoder's heads", () => {
    const all = { ...own, ...Object.fromEntries(Object.entries(aliases).map(([again, of]) => [again, own[of]!])) };
    for (const wrapper of ["", "module."]) {
      const file = shapesOnly(Object.fromEntries(Object.entries(all).map(([path, shape]) => [wrapper + path, shape])));
      const { checkpoint, dialect } = toTimmNames(file, deformableDetrFamily.dialects);
      expect(dialect).toBe("deformable_detr");
      const kept = Object.entries(all).filter(([path]) => !/^transformer\.decoder\.(class|bbox)_embed/.test(path));
      expect(shapesIn(checkpoint.tensors)).toEqual(Object.fromEntries(kept));
    }
    const { classes, queries } = deformableDetrFamily.configFrom(shapesOnly(own).tensors);
    expect([classes, queries]).toEqual([91, name.includes("two_stage") ? undefined : 300]);
  });

  // Norms have their names under the backbone's.
  const norms = Object.keys(own).filter((path) => !(path in huggingFace));
  const inBackbone = (path: string) => path.replace("backbone.0.body.", "model.backbone.conv_encoder.model.");
  const named = { ...huggingFace, ...Object.fromEntries(norms.map((path) => [path, [inBackbone(path)]])) };
  const theirs = Object.fromEntries(
    Object.entries(named).flatMap(([path, names]) =>
      names.map((part) => [part, [own[path]![0]! / names.length, ...own[path]!.slice(1)]]),
    ),
  );

  test("takes transformers' names, with heads said again or once, and gives them", () => {
    const again = Object.entries(theirs)
      .filter(([path]) => path.startsWith("model.decoder.") && path.includes("_embed."))
      .map(([path, shape]) => [path.replace("model.decoder.", ""), shape]);
    for (const file of [theirs, { ...theirs, ...Object.fromEntries(again) }]) {
      const { checkpoint, dialect } = toTimmNames(shapesOnly(file), deformableDetrFamily.dialects);
      expect(dialect).toBe("huggingface");
      expect(shapesIn(checkpoint.tensors)).toEqual(own);
    }
    const { checkpoint, modelType } = toHuggingFaceNames(shapesOnly(own), deformableDetrFamily.huggingFace.names);
    expect(modelType).toBe("deformable_detr");
    expect(shapesIn(checkpoint.tensors)).toEqual(theirs);
  });

  test("has a transformers config that comes back as it was", () => {
    const { params: _, source: __, ...config } = deformableDetrFamily.variants[name];
    const { read, write } = deformableDetrFamily.huggingFace;
    expect(read(JSON.parse(JSON.stringify(write(config))), "here")).toEqual(config);
  });
});

describe("transformers' config", () => {
  const { read, write } = deformableDetrFamily.huggingFace;

  test("that says nothing is the plain model's, with the labels' classes", () => {
    const { params: _, source: __, ...plain } = deformableDetrFamily.variants.deformable_detr;
    expect(read({ id2label: { 0: "a", 1: "b" } }, "here")).toEqual({ ...plain, classes: 2 });
  });

  test.each([
    [{ backbone: "swin" }, 'here: expected "backbone" among resnet18, resnet34, resnet50, resnet101, got "swin"'],
    [{ position_embedding_type: "learned" }, 'expected "position_embedding_type" of "sine", got "learned"'],
    [{ num_feature_levels: 99 }, 'expected "num_feature_levels" from 1 to 16, got 99'],
    [{ encoder_n_points: 3 }, "expected encoder and decoder of one n_points, got 3 and 4"],
    [{ two_stage: true }, 'expected "with_box_refine" of true with two stages, got nothing'],
    [{ dropout: 2 }, 'expected "dropout" from 0 to below 1, got 2'],
  ])("with %o is refused", (config, message) => {
    expect(() => read(config, "here")).toThrow(message);
  });

  test("of a backbone that has no name is not written", () => {
    const { params: _, source: __, ...config } = deformableDetrFamily.variants.deformable_detr;
    expect(() => write({ ...config, backbone: { block: "basic", depths: [1, 1, 1, 1] } })).toThrow(
      "got basic blocks 1, 1, 1, 1; save its weights alone with saveSafetensors",
    );
  });
});

test("a misspelt name gets the nearest", () => {
  expect(() => createDeformableDetr("deformable_det")).toThrow("did you mean deformable_detr?");
});
