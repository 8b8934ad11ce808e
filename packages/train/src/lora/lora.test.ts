import { type Tensor, type Tensor3D, type Tensor4D, memory, mul, square, sum, zeros } from "@tensorflow/tfjs-core";
import type { Scalar } from "@tensorflow/tfjs-core";
import { Linear, Module, registerGradients } from "@tessera/core";
import { expectNoLeak, readGoldens, restore, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { SmallVit } from "../__fixtures__/small-vit.ts";
import { gradientsOf } from "../fit/gradients.ts";
import { adamW } from "../optimizers/adam.ts";
import { addLora } from "./lora.ts";

registerGradients();
const goldens = await readGoldens(new URL("../__fixtures__/lora.safetensors", import.meta.url));
const tight = { rtol: 1e-4, atol: 1e-5 };

/** A layer under the name that the reference's tensors have. */
class Holder extends Module {
  readonly [name: string]: unknown;

  constructor(name: string, rows: number) {
    super();
    (this as Record<string, unknown>)[name] = new Linear(12, rows);
  }
}

const parts = { linear: ["lora"], qkv: ["lora_q", "lora_v"] };
const stored = { lora: "", lora_q: "q.", lora_v: "v." } as Record<string, string>;

test.each(["linear", "qkv"] as const)("%s: forward, gradients and merge are the reference's", async (name) => {
  const model = new Holder(name, name === "qkv" ? 36 : 20);
  const layer = model[name] as Linear;
  for (const field of ["weight", "bias"] as const) layer[field]!.set(restore(goldens.get(`${name}/${field}`)));
  const lora = addLora(model, { rank: 4, alpha: 8, targets: () => true, head: false });
  expect([...lora.params.keys()]).toEqual(parts[name].flatMap((part) => [`${name}.${part}.a`, `${name}.${part}.b`]));
  for (const part of parts[name]) {
    for (const side of ["a", "b"])
      lora.params
        .get(`${name}.${part}.${side}`)!
        .set(restore(goldens.get(`${name}/${stored[part]}lora_${side.toUpperCase()}`)));
  }
  const x = restore(goldens.get("input")) as Tensor3D;
  const forward = () => (model[name] as Linear).forward(x);
  await expect(forward()).toBeAllClose(goldens.get(`${name}/output`), tight);
  const probe = restore(goldens.get(`${name}/probe`));
  const { gradients } = gradientsOf(model.params(), () => sum(mul(forward(), probe)) as Scalar);
  expect([...gradients.keys()]).toEqual([...lora.params.keys()]);
  for (const part of parts[name]) {
    for (const side of ["a", "b"]) {
      const expected = goldens.get(`${name}/${stored[part]}dlora_${side.toUpperCase()}`);
      await expect(gradients.get(`${name}.${part}.${side}`)!, part + side).toBeAllClose(expected, tight);
    }
  }
  lora.merge();
  expect(model[name]).toBe(layer);
  await expect(layer.weight.value).toBeAllClose(goldens.get(`${name}/merged_weight`), tight);
  await expect(forward()).toBeAllClose(goldens.get(`${name}/output`), tight);
});

const newVit = () =>
  new SmallVit({ imageSize: 8, patchSize: 4, width: 24, depth: 2, heads: 2, classes: 3, layerScale: 0.5 }).init(1);
const images = () => seeded(1).normals([2, 8, 8, 3]) as Tensor4D;

function train(model: SmallVit, x: Tensor4D): number {
  const optimizer = adamW(model.params());
  for (let step = 0; step < 3; step++) {
    const { value, gradients } = gradientsOf(model.params(), () => sum(square(model.forward(x))) as Scalar);
    optimizer.step(gradients, 0.01);
    for (const used of [value, ...gradients.values()]) used.dispose();
  }
  const { size } = optimizer.state();
  optimizer.dispose();
  return size;
}

test("a ViT begins as it was, trains parts and head alone, and gives the same when merged", async () => {
  const [model, plain] = [newVit(), newVit()];
  const lora = addLora(model, { rank: 2, seed: 3 });
  await expect(model.forward(images())).toBeAllClose(plain.forward(images()), { rtol: 1e-5, atol: 1e-6 });
  const paths = [...lora.params.keys()];
  expect(paths.slice(0, 8)).toEqual(["attn.qkv.lora_q", "attn.qkv.lora_v", "mlp.fc1.lora", "mlp.fc2.lora"].flatMap((one) => [`blocks.0.${one}.a`, `blocks.0.${one}.b`])); // prettier-ignore
  expect(paths.slice(-2)).toEqual(["head.weight", "head.bias"]);
  expect([...model.params().keys()].filter((path) => !path.includes("lora"))).toEqual([...plain.params().keys()]);

  expect(train(model, images())).toBe(2 * paths.length);
  for (const [path, { value }] of [...plain.params()].filter(([one]) => !one.startsWith("head")))
    await expect(model.params().get(path)!.value, path).toBeAllClose(value, { rtol: 0, atol: 0 });
  const logits = model.forward(images());
  await expect(logits).not.toBeAllClose(plain.forward(images()), { rtol: 1e-2, atol: 1e-2 });

  // The parts and the head, saved by themselves, make another model of the same weights the same.
  const other = newVit();
  const added = addLora(other, { rank: 2, seed: 4 });
  added.restore(lora.state());
  await expect(other.forward(images())).toBeAllClose(logits, { rtol: 0, atol: 0 });
  expect(lora.metadata).toEqual({ format: "tessera-lora", rank: "2", alpha: "4", qkv: "qv" });

  lora.merge();
  await expect(model.forward(images())).toBeAllClose(logits, tight);
  expect([...model.params().keys()]).toEqual([...plain.params().keys()]);
});

test("taken off unmerged, the model is what it was, and no tensor is left", async () => {
  const model = newVit().setTrainable(false, (path) => path === "cls_token");
  const x = images();
  const logits = model.forward(x);
  const before = memory().numTensors;
  const lora = addLora(model, { rank: 2, head: false, qkv: "qkv" });
  train(model, x);
  lora.remove();
  expect(memory().numTensors).toBe(before);
  await expect(model.forward(x)).toBeAllClose(logits, { rtol: 0, atol: 0 });
  expect([...model.params()].filter(([, { trainable }]) => !trainable).map(([path]) => path)).toEqual(["cls_token"]);
  await expectNoLeak(() => addLora(model, { rank: 2 }).merge());
});

test("what does not fit is refused", () => {
  const model = newVit();
  expect(() => addLora(model, { rank: 0 })).toThrow("addLora: expected a rank from 1, got 0");
  expect(() => addLora(model, { targets: () => false })).toThrow("expected linear layers among the targets, got none");
  const lora = addLora(model, { rank: 2, targets: (path) => path === "blocks.1.mlp.fc2" });
  expect(() => addLora(model, { targets: (path) => path === "blocks.1.mlp.fc2" })).toThrow("are there parts already?");
  const state = new Map<string, Tensor>([...lora.state(), ["more", zeros([1])]]);
  state.delete("head.bias");
  state.set("blocks.1.mlp.fc2.lora.a", zeros([3, 96]));
  expect(() => lora.restore(state)).toThrow(
    "Lora.restore: expected the parts of this model, got others:\n" +
      "  blocks.1.mlp.fc2.lora.a: expected [2, 96], got [3, 96]\n" +
      "  head.bias: expected [3], got nothing\n  more: expected nothing, got [1]",
  );
});

test("outputs apart are those of the whole, which attention with positions asks for", async () => {
  const model = new Holder("qkv", 36);
  for (const [path, param] of model.params()) param.set(restore(goldens.get(path.replace(".", "/"))));
  const lora = addLora(model, { rank: 4, alpha: 8, targets: () => true, head: false });
  for (const [path, param] of lora.params) param.set(restore(goldens.get(path.replace("qkv.lora_", "qkv/").replace(/\.(a|b)$/, (_, side: string) => `.lora_${side.toUpperCase()}`)))); // prettier-ignore
  const x = restore(goldens.get("input")) as Tensor3D;
  const layer = model["qkv"] as Linear;
  const whole = (await layer.forward(x).data()) as Float32Array;
  const middle = whole.filter((_, i) => i % 36 >= 20 && i % 36 < 30);
  const { shape } = x;
  await expect(layer.outputsOf(x, 20, 10)).toBeAllClose({ shape: [shape[0], shape[1], 10], data: middle }, tight);
});
