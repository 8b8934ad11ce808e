// Every published variant against the official code's state dict: names, shapes, counts. Nothing is allocated.
import { engine } from "@tensorflow/tfjs-core";
import { type StoredTensor, toTimmNames } from "@tessera/core";
import { checkpointOf, readInventories, unfolded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { createSparseRcnn } from "./create.ts";
import { sparseRcnnFamily } from "./family.ts";
import { sparseRcnnNames } from "./variants.ts";

const inventories = await readInventories<"r50" | "r101">(new URL("./__fixtures__/inventories.json", import.meta.url));

/** The official names, of parameters and of buffers, with shapes for so many proposals. */
function officialShapes(name: string): [parameters: Record<string, number[]>, buffers: Record<string, number[]>] {
  const { shapes, buffers = {}, blocks } = inventories[name.includes("r101") ? "r101" : "r50"];
  const proposals = name.includes("300") ? 300 : 100;
  const sized = Object.entries(unfolded(shapes, blocks)).map(([path, [rows = 0, ...rest]]): [string, number[]] => [
    path,
    [path.startsWith("init_proposal") ? proposals : rows, ...rest],
  ]);
  const ofBackbone = Object.fromEntries(Object.entries(blocks).filter(([prefix]) => prefix.startsWith("backbone")));
  return [Object.fromEntries(sized), unfolded(buffers, ofBackbone)];
}

/** Tensors of these shapes, whose values nobody may ask for. */
function shapesOnly(shapes: Record<string, readonly number[]>) {
  const read = () => Promise.reject(new Error("read"));
  return checkpointOf(
    Object.fromEntries(Object.entries(shapes).map(([path, shape]): [string, StoredTensor] => [path, { dtype: "F32", shape, read }])), // prettier-ignore
  );
}

function named(shapes: Record<string, readonly number[]>): Record<string, number[]> {
  const { checkpoint, dialect, dropped } = toTimmNames(
    // What tells the dialect stands among the parameters.
    shapesOnly({ "head.head_series.0.inst_interact.dynamic_layer.weight": [], ...shapes }),
    sparseRcnnFamily.dialects,
  );
  expect([dialect, dropped]).toEqual(["detectron2", []]);
  return Object.fromEntries([...checkpoint.tensors].map(([path, { shape }]) => [path, [...shape]]));
}

describe.each(sparseRcnnNames)("%s", (name) => {
  test("has the official parameters and buffers, and the table's count", () => {
    const before = engine().state.numTensors;
    const model = createSparseRcnn(name);
    const [parameters, buffers] = officialShapes(name);
    const state = Object.fromEntries([...model.state()].map(([path, { shape }]) => [path, [...shape]]));
    expect(state).toEqual(named({ ...parameters, ...buffers }));
    expect([...model.params().keys()].sort()).toEqual(Object.keys(named(parameters)).sort());
    expect(model.paramCount).toBe(sparseRcnnFamily.variants[name].params);
    expect(model.paramCount).toBe(Object.values(parameters).reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0)); // prettier-ignore
    expect(engine().state.numTensors).toBe(before);
  });
});

describe("the authors' files", () => {
  test.each(sparseRcnnNames)("tell that they are of %s, and what nobody trains is left out", (name) => {
    const [parameters, buffers] = officialShapes(name);
    const file = shapesOnly({ ...parameters, ...buffers, pixel_mean: [3, 1, 1], pixel_std: [3, 1, 1] });
    const { checkpoint, dropped } = toTimmNames(file, sparseRcnnFamily.dialects);
    expect(dropped).toEqual(["pixel_mean", "pixel_std"]);
    const { params: _, source: __, heads: ___, ...config } = sparseRcnnFamily.variants[name];
    const told = sparseRcnnFamily.configFrom(checkpoint.tensors);
    expect(told).toEqual({ ...config, backbone: { ...config.backbone, widths: [64, 128, 256, 512], stemWidth: 64 } });
  });

  test("lie where the family says", () => {
    for (const name of sparseRcnnNames) expect(sparseRcnnFamily.pretrained(name)?.labels).toBe("coco-80");
    expect(sparseRcnnFamily.pretrained("detr_resnet50")).toBeUndefined();
  });
});

test("a misspelt name gets the nearest", () => {
  expect(() => createSparseRcnn("sparse_rcnn_r50_100")).toThrow("did you mean sparse_rcnn_r50_100pro?");
});
