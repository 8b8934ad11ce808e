import { expect, test } from "vitest";
import { loadSharp } from "./sharp.node.ts";

test("says what to install when sharp is missing", async () => {
  const missing = Object.assign(new Error("Cannot find package 'sharp'"), { code: "ERR_MODULE_NOT_FOUND" });
  await expect(loadSharp(() => Promise.reject(missing))).rejects.toThrow(
    "decodeImage: expected the package sharp to decode images in Node, got none; npm install sharp",
  );
});

test("passes on why sharp does not load", async () => {
  const broken = new Error('Could not load the "sharp" module using the linux-s390x runtime\nPossible solutions:');
  await expect(loadSharp(() => Promise.reject(broken))).rejects.toThrow(
    /got Could not load the "sharp" module using the linux-s390x runtime; npm/,
  );
});
