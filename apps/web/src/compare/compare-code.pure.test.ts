import { expect, test } from "vitest";
import { compareCode } from "./compare-code.ts";

test("the lines that ask both of a picture", () => {
  const model = { kind: "embedded" } as const;
  const other = { kind: "address", address: "timm/tnt_s_patch16_224.in1k" } as const;
  const sides = [
    { model, backend: "wasm", precision: "f32" },
    { model: other, backend: "webgpu", precision: "f16" },
  ] as const;
  const [[, typescript], [, commands]] = compareCode(sides, "frog.jpg") as [[string, string], [string, string]];
  expect(typescript).toBe(`import { useBackend } from "@tessera/backends";
import { imageClassifier } from "@tessera/pipeline";

await useBackend("wasm");
using a = await imageClassifier();
console.log(a.modelName, await a("frog.jpg"));

await useBackend("webgpu", { precision: "f16" });
using b = await imageClassifier("timm/tnt_s_patch16_224.in1k");
console.log(b.modelName, await b("frog.jpg"));`);
  expect(commands).toBe(`npx @tessera/cli classify frog.jpg --backend wasm --logits
npx @tessera/cli classify frog.jpg --model timm/tnt_s_patch16_224.in1k --backend webgpu --precision f16 --logits`);
});
