import { expect, test } from "vitest";
import { modelAddress } from "./model-address.ts";

const base = "https://site.example/app/";

test.each([
  ["https://models.example/vit", "https://models.example/vit/"],
  ["https://models.example/a/vit/", "https://models.example/a/vit/"],
  ["https://models.example/vit/config.json", "https://models.example/vit/"],
  ["https://models.example/vit/model.safetensors", "https://models.example/vit/"],
  ["models/mine", "models/mine"],
  ["./models/mine", "https://site.example/app/models/mine/"],
  ["http://localhost:8080/vit", "http://localhost:8080/vit/"],
  [" timm/vit_tiny.augreg@v1 ", "timm/vit_tiny.augreg@v1"],
  ["https://huggingface.co/timm/vit_tiny.augreg", "timm/vit_tiny.augreg"],
  ["https://huggingface.co/timm/vit_tiny.augreg/tree/main", "timm/vit_tiny.augreg"],
  ["https://huggingface.co/timm/vit_tiny.augreg/blob/v1/config.json", "timm/vit_tiny.augreg@v1"],
])("%s is %s", (typed, address) => {
  expect(modelAddress(typed, base)).toEqual({ kind: "address", address });
});

test.each([
  ["https://hub.example/timm/vit_tiny/tree/main", "timm/vit_tiny", "https://hub.example"],
  [
    "http://127.0.0.1:8080/timm/vit_tiny/resolve/refs%2Fpr%2F1/config.json",
    "timm/vit_tiny@refs/pr/1",
    "http://127.0.0.1:8080",
  ],
])("%s is of another hub", (typed, address, endpoint) => {
  expect(modelAddress(typed, base)).toEqual({ kind: "address", address, endpoint });
});

test("by http from a site that is served so", () => {
  const own = "http://192.168.1.5/";
  expect(modelAddress("./vit", own)).toEqual({ kind: "address", address: "http://192.168.1.5/vit/" });
  expect(() => modelAddress("http://192.168.1.6/vit", own)).toThrow("Expected an https address");
});

test.each(["", "  ", "ftp://models.example/vit", "http://models.example/vit", "https://", "data:text/plain,x"])(
  "refuses %j",
  (typed) => {
    expect(() => modelAddress(typed, base)).toThrow(/^Expected an .*address, got .*; type one/);
  },
);
