// Every published variant against the official code's state dict, and the names that transformers 5.18 writes for it: names, shapes,
// counts. Nothing is allocated.
import { engine } from "@tensorflow/tfjs-core";
import { type StoredTensor, toHuggingFaceNames, toTimmNames } from "@tessera/core";
import { checkpointOf, readInventories, unfolded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { createDetr } from "./create.ts";
import { detrFamily } from "./family.ts";
import { detrNames } from "./variants.ts";

const inventories = await readInventories(new URL("./__fixtures__/inventories.json", import.meta.url));
const inventoryOf = (name: string) => inventories[name.includes("101") ? "detr-resnet-101" : "detr-resnet-50"]!;

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

describe.each(detrNames)("%s", (name) => {
  const { params, tensors, blocks, shapes, buffers = {} } = inventoryOf(name);

  test("has the official parameters and buffers, and the table's count", () => {
    const before = engine().state.numTensors;
    const model = createDetr(name);
    const shapesOf = (buffer: boolean) =>
      Object.fromEntries(
        [...model.state()].flatMap(([path, param]) => (param.buffer === buffer ? [[path, [...param.shape]]] : [])),
      );
    expect(shapesOf(false)).toEqual(unfolded(shapes, blocks));
    expect(shapesOf(true)).toEqual(unfolded(buffers, blocks));
    expect(model.params().size).toBe(tensors);
    expect(model.paramCount).toBe(params);
    expect(detrFamily.variants[name]!.params).toBe(params);
    expect(engine().state.numTensors).toBe(before);
  });

  test("has a checkpoint of the authors and on the hub", () => {
    const { hub, file } = detrFamily.pretrained(name)!;
    expect(hub).toMatch(/^facebook\/detr-resnet-(50|101)(-dc5)?$/);
    expect(file).toMatch(/detr-r(50|101)(-dc5)?-[0-9a-f]{8}\.pth$/);
    expect(hub.includes("dc5")).toBe(name.includes("dc5"));
  });
});

describe("names", () => {
  const inventory = inventories["detr-resnet-50"]! as (typeof inventories)[string] & {
    huggingFace: Record<string, string[]>;
  };
  const own = { ...unfolded(inventory.shapes, inventory.blocks), ...unfolded(inventory.buffers!, inventory.blocks) };
  // Norms have their names under the backbone's.
  const norms = Object.keys(own).filter((path) => !(path in inventory.huggingFace));
  const inBackbone = (path: string) => path.replace("backbone.0.body.", "model.backbone.conv_encoder.model.");
  const named = { ...inventory.huggingFace, ...Object.fromEntries(norms.map((path) => [path, [inBackbone(path)]])) };
  const theirs = Object.fromEntries(
    Object.entries(named).flatMap(([path, names]) =>
      names.map((part) => [part, [own[path]![0]! / names.length, ...own[path]!.slice(1)]]),
    ),
  );

  test("of transformers become the official ones", () => {
    const { checkpoint, dialect, dropped } = toTimmNames(shapesOnly(theirs), detrFamily.dialects);
    expect([dialect, dropped]).toEqual(["huggingface", []]);
    expect(shapesIn(checkpoint.tensors)).toEqual(own);
  });

  test("become transformers'", () => {
    const { checkpoint, modelType } = toHuggingFaceNames(shapesOnly(own), detrFamily.huggingFace.names);
    expect(modelType).toBe("detr");
    expect(shapesIn(checkpoint.tensors)).toEqual(theirs);
  });

  test("of the authors stay, though the backbone has most of them, wrapped or not", () => {
    for (const wrapper of ["", "module."]) {
      const file = shapesOnly(Object.fromEntries(Object.entries(own).map(([path, shape]) => [wrapper + path, shape])));
      const { checkpoint, dialect } = toTimmNames(file, detrFamily.dialects);
      expect(dialect).toBe("detr");
      expect(shapesIn(checkpoint.tensors)).toEqual(own);
    }
    const { classes, queries } = detrFamily.configFrom(shapesOnly(own).tensors);
    expect([classes, queries]).toEqual([91, 100]);
  });

  test("of a backbone as transformers has it are refused", () => {
    const file = { ...theirs, "model.backbone.conv_encoder.model.embedder.embedder.convolution.weight": [64, 3, 7, 7] };
    expect(() => toTimmNames(shapesOnly(file), detrFamily.dialects)).toThrow("take the repository's main revision");
  });
});

describe("transformers' config", () => {
  const { read, write } = detrFamily.huggingFace;

  test.each(detrNames)("of %s comes back as it was", (name) => {
    const { params: _, source: __, ...config } = detrFamily.variants[name]!;
    const written = JSON.parse(JSON.stringify(write(config)));
    expect(read(written, "here")).toEqual(config);
  });

  test("that says nothing is DETR-R50's, with the labels' classes", () => {
    const labels = { 0: "a", 1: "b" };
    expect(read({ id2label: labels }, "here")).toMatchObject({
      classes: 2,
      queries: 100,
      backbone: { depths: [3, 4, 6, 3] },
    });
  });

  test.each([
    [{ backbone: "swin" }, 'here: expected "backbone" among resnet18, resnet34, resnet50, resnet101, got "swin"'],
    [{ position_embedding_type: "learned" }, 'expected "position_embedding_type" of "sine", got "learned"'],
    [{ use_timm_backbone: false }, 'expected "use_timm_backbone" of true, got false'],
    [{ d_model: 1e9 }, 'expected "d_model" from 1 to 65536, got 1000000000'],
    [{ encoder_ffn_dim: 8 }, "expected encoder and decoder of one ffn_dim, got 8 and 2048"],
    [{ dropout: 2 }, 'expected "dropout" from 0 to below 1, got 2'],
  ])("with %o is refused", (config, message) => {
    expect(() => read(config, "here")).toThrow(message);
  });

  test("of a backbone that has no name is not written", () => {
    const { params: _, source: __, ...config } = detrFamily.variants["detr_resnet50"]!;
    expect(() => write({ ...config, backbone: { block: "basic", depths: [1, 1, 1, 1] } })).toThrow(
      "got basic blocks 1, 1, 1, 1; save its weights alone",
    );
  });
});

test("a misspelt name gets the nearest", () => {
  expect(() => createDetr("detr_resnet5")).toThrow(
    'createDetr: expected a variant, got "detr_resnet5"; did you mean detr_resnet50?',
  );
});
