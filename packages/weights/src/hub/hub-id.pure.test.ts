import { expect, test } from "vitest";
import { isHubId, parseHubId } from "./hub-id.ts";

test.each([
  "timm/vit_base_patch16_224.augreg_in21k_ft_in1k",
  "org/name@main",
  "org/name@refs/pr/1",
  "a/b",
  "Org-1/x.y_z@v1.0",
])("%s is a repository", (text) => {
  expect(isHubId(text)).toBe(true);
});

const others = [
  ["", "name", "org/", "/name", "org/name/file", "./name", "../name", "/a/b", "https://huggingface.co/org/name"],
  ["org/na me", "org/name@", "org/name@a@b", "-org/name", "org/name.", "org/a--b", "org/a..b", "org/name.git"],
  ["C:/x", "org\\name", "org/name\n", `org/${"x".repeat(100)}`],
];
test.each(others.flat())("%j is none", (text) => {
  expect(isHubId(text)).toBe(false);
  expect(() => parseHubId(text)).toThrow(
    /^hub: expected a repository such as .*; write org\/name or org\/name@revision/,
  );
});

test("reads name and revision", () => {
  expect(parseHubId("org/name")).toEqual({ repo: "org/name", revision: undefined });
  expect(parseHubId("org/name@v1")).toEqual({ repo: "org/name", revision: "v1" });
});
