import { expect, test } from "vitest";
import { FormatError } from "../errors.ts";
import { shown } from "../untrusted-text.ts";
import { type TimmArgument, flag, read, share, side, whole } from "./timm-arguments.ts";

interface Config {
  depth: number;
  classes: number;
  bias: boolean;
  dropPath: number;
  imageSize: number | [number, number];
}

const known: Record<string, TimmArgument<Config>> = {
  depth: whole((depth) => ({ depth })),
  num_classes: whole((classes) => ({ classes }), 0),
  qkv_bias: flag((bias) => ({ bias })),
  drop_path_rate: share((dropPath) => ({ dropPath })),
  img_size: side((imageSize) => ({ imageSize })),
};

test("reads arguments by a table", () => {
  const args = { depth: 3, num_classes: 0, qkv_bias: false, drop_path_rate: 0.1, img_size: [32, 48] };
  expect(read(known, args, "here")).toEqual({
    depth: 3,
    classes: 0,
    bias: false,
    dropPath: 0.1,
    imageSize: [32, 48],
  });
  expect(read(known, { img_size: 32 }, "here")).toEqual({ imageSize: 32 });
  expect(read(known, { img_size: [32] }, "here")).toEqual({ imageSize: 32 });
  expect(read(known, {}, "here")).toEqual({});
});

test.each([
  ["depth", 0],
  ["depth", "3"],
  ["num_classes", -1],
  ["qkv_bias", 1],
  ["drop_path_rate", 1],
  ["img_size", [1, 2, 3]],
  ["img_size", []],
  ["img_size", 0],
])("refuses %s of %j", (name, value) => {
  const run = () => read(known, { [name]: value }, "here");
  expect(run).toThrow(FormatError);
  expect(run).toThrow(`here: expected "${name}" as timm writes it, got ${shown(value)}`);
});

test("refuses what it does not know, also names that every object has", () => {
  for (const name of ["width", "constructor"]) {
    expect(() => read(known, { [name]: 1 }, "here")).toThrow(
      `here: expected "model_args" among depth, num_classes, qkv_bias, drop_path_rate, img_size, got "${name}"`,
    );
  }
});
