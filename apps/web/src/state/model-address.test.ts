import { expect, test } from "vitest";
import { modelAddress } from "./model-address.ts";

const base = "https://site.example/app/";

test.each([
  ["https://models.example/vit", "https://models.example/vit/"],
  ["https://models.example/vit/config.json", "https://models.example/vit/"],
  ["https://models.example/vit/model.safetensors", "https://models.example/vit/"],
  ["models/mine", "models/mine"],
  ["./models/mine", "https://site.example/app/models/mine/"],
  [" timm/vit_tiny.augreg@v1 ", "timm/vit_tiny.augreg@v1"],
  ["https://huggingface.co/timm/vit_tiny.augreg", "timm/vit_tiny.augreg"],
  ["https://huggingface.co/timm/vit_tiny.augreg/tree/main", "timm/vit_tiny.augreg"],
])("%s is %s", (typed, address) => {
  expect(modelAddress(typed, base)).toBe(address);
});

test.each(["", "  ", "ftp://models.example/vit", "https://", "data:text/plain,x"])("refuses %j", (typed) => {
  expect(() => modelAddress(typed, base)).toThrow(/^Expected an .*address, got .*; type one/);
});
