import { expect, test } from "vitest";
import { FormatError } from "../errors.ts";
import { activationForHuggingFace, activationFromHuggingFace } from "./hugging-face-activation.ts";

test.each(["none", "gelu", "gelu_tanh", "quick_gelu", "relu", "silu"] as const)("%s comes back as written", (kind) => {
  expect(activationFromHuggingFace(activationForHuggingFace(kind), "here")).toBe(kind);
});

test("what is left out is GELU", () => {
  expect(activationFromHuggingFace(undefined, "here")).toBe("gelu");
  expect(activationForHuggingFace()).toBe("gelu");
});

test.each([["softplus"], ["constructor"], [null], [1]])("refuses %j, and says which are known", (name) => {
  const read = () => activationFromHuggingFace(name, "here");
  expect(read).toThrow(FormatError);
  expect(read).toThrow(/^here: expected "hidden_act" among linear, gelu, .*, swish, got /);
});
