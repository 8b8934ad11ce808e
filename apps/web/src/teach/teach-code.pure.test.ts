import { expect, test } from "vitest";
import { teachCode } from "./teach-code.ts";

const setup = {
  model: { kind: "address", address: "timm/vit_tiny_patch16_224.augreg_in21k" },
  backend: "webgpu",
  precision: "f32",
} as const;

test("the lines that solve for a head", () => {
  const [[, typescript], [, commands]] = teachCode({ ...setup, model: { kind: "embedded" } }, "probe", 50) as [
    [string, string],
    [string, string],
  ];
  expect(typescript).toBe(`import { useBackend } from "@tessera/backends";
import { evaluationBatches, openDataset, split } from "@tessera/data";
import { loadModel, saveModel } from "@tessera/pipeline";
import { evaluate, extractFeatures, featureData, linearProbe } from "@tessera/train";

await useBackend("webgpu");
const { train: pictures } = await openDataset("pictures"); // a folder of each class
const [learnt, heldBack] = split(pictures, { fraction: 0.2 });
const labels = pictures.classes;
const { model, preprocessing } = await loadModel(undefined, { labels, resetHead: true });
const learning = await extractFeatures(model, evaluationBatches(learnt, { preprocessing, workers: 0 }));
const judging = await extractFeatures(model, evaluationBatches(heldBack, { preprocessing, workers: 0 }));
const { head } = linearProbe(learning);
console.log(await evaluate(head, featureData(judging)));
head.copyTo(model);
await saveModel(model, "taught", { labels, preprocessing });`);
  expect(commands).toBe(`npx @tessera/cli finetune pictures --only probe --backend webgpu --out taught
npx @tessera/cli classify picture.jpg --model taught`);
});

test("the lines that train, with the passes that were chosen", () => {
  const [[, head]] = teachCode(setup, "head", 20) as [[string, string]];
  expect(head).toContain(`loadModel("timm/vit_tiny_patch16_224.augreg_in21k", { labels, resetHead: true })`);
  expect(head).toContain("await fit(head, featureData(learning, { training: true }), {");
  expect(head).toContain("const [epochs, batchSize] = [20, Math.min(8, learnt.length)];");
  const [[, lora], [, commands], [, python]] = teachCode(setup, "lora", 10) as [string, string][] as [
    [string, string],
    [string, string],
    [string, string],
  ];
  expect(lora).toContain("const lora = addLora(model);");
  expect(lora).toContain("await fit(model, batches, {");
  expect(commands).toContain("--model timm/vit_tiny_patch16_224.augreg_in21k --only lora --epochs 10 --backend webgpu");
  expect(python).toContain(`timm.create_model("local-dir:taught", pretrained=True)`);
});
