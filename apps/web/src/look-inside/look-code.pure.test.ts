import { expect, test } from "vitest";
import { type LookedAt, lookCode } from "./look-code.ts";

const first: LookedAt = {
  setup: { model: { kind: "embedded" }, backend: "auto", precision: "f32" },
  picture: "ship.jpg",
  method: "relevance",
  block: undefined,
  head: undefined,
  patch: undefined,
  target: "predicted",
};
const code = (change: Partial<LookedAt>) => lookCode({ ...first, ...change }).map(([, text]) => text);

test("the lines that make the map that is shown", () => {
  const [typescript, command] = code({});
  expect(typescript).toBe(`import { useBackend } from "@tessera/backends";
import { decodeImage, preprocessBatch } from "@tessera/data";
import { relevance } from "@tessera/explain";
import { loadModel } from "@tessera/pipeline";

await useBackend("auto");
const { model, preprocessing } = await loadModel();
const images = preprocessBatch([await decodeImage("ship.jpg")], preprocessing);
const [map] = await relevance(model, images, { target: "predicted" });
console.log(map);`);
  expect(command).toBe("npx @tessera/cli explain ship.jpg --method relevance --out map.png");
});

test("a patch of a block and a head, on another model and backend", () => {
  const setup = {
    model: { kind: "address", address: "timm/vit_tiny_patch16_224.augreg_in21k_ft_in1k" },
    backend: "webgpu",
    precision: "f16",
  } as const;
  const [typescript, command] = code({
    setup,
    picture: "my cat's.png",
    block: 3,
    head: 1,
    patch: { row: 2, column: 4 },
  });
  expect(typescript).toContain('await useBackend("webgpu", { precision: "f16" });');
  expect(typescript).toContain('loadModel("timm/vit_tiny_patch16_224.augreg_in21k_ft_in1k")');
  expect(typescript).toContain("attentionHeatmap(maps, { block: 3, head: 1, from: { row: 2, column: 4 } })");
  expect(command).toContain(`'my cat'\\''s.png' --model timm/vit_tiny_patch16_224.augreg_in21k_ft_in1k`);
  expect(command).toContain("--method attention --block 3 --head 1 --patch 2,4 --out map.png");
});

test("files, with their config and alone; a class, and what knows none", () => {
  const weights = new File([], "model.safetensors");
  const files = (more: object) => ({ ...first.setup, model: { kind: "files" as const, weights, ...more } });
  expect(code({ setup: files({ config: weights }), method: "gradCam", target: 7 })[0]).toContain(
    "await gradCam(model, images, { target: 7 })",
  );
  expect(code({ setup: files({ arch: "vit_tiny_patch16_224" }), method: "rollout", target: 7 })[1]).toBe(
    "npx @tessera/cli explain ship.jpg --model model.safetensors --arch vit_tiny_patch16_224 --method rollout --out map.png",
  );
});

test("attention inside of windows, of the block that is shown", () => {
  const [typescript, command] = code({ method: "attention", windows: true, head: 1 });
  expect(typescript).toContain('import { windowedAttention, windowedHeatmap } from "@tessera/explain";');
  expect(typescript).toContain("const map = windowedHeatmap(blocks.at(-1)!, { head: 1 });");
  expect(command).toContain("--method attention --head 1");
});
