import { expect, test } from "vitest";
import { type Program, sourceOf, spread } from "./program.ts";

const program: Program = {
  key: "test",
  inputs: { x: "f32", indices: "u32" },
  outputs: { y: "vec4<f32>" },
  params: { count: "u32", epsilon: "f32" },
  threads: 32,
  body: () => "fn run(group: u32, lane: u32) {}",
};

test("spreads workgroups over two axes, none left out", () => {
  expect(spread(65_535, 65_535)).toEqual([65_535, 1]);
  for (const groups of [65_536, 131_071, 1_000_003]) {
    const [x, y] = spread(groups, 65_535);
    expect(Math.max(x, y)).toBeLessThanOrEqual(65_535);
    expect(x * y).toBeGreaterThanOrEqual(groups);
    expect(x * y - groups).toBeLessThan(y);
  }
  expect(() => spread(65_535 ** 2 + 1, 65_535)).toThrow("webgpu: expected at most 4294836225 workgroups");
});

test("numbers bindings in order: numbers, what is read, what is written", () => {
  const source = sourceOf(program);
  expect(source).toContain("struct Params { count: u32, epsilon: f32, }");
  expect(source.match(/@binding\(\d\) var<.*?> \w+/g)).toEqual([
    "@binding(0) var<uniform> params",
    "@binding(1) var<storage, read> x",
    "@binding(2) var<storage, read> indices",
    "@binding(3) var<storage, read_write> y",
  ]);
  expect(source).toContain("@compute @workgroup_size(32)");
});

test("asks for f16 on the first line, where alone WGSL allows it, and only where it is native", () => {
  expect(sourceOf({ ...program, half: "native" })).toMatch(/^enable f16;\nalias half = f16;/);
  for (const half of ["off", "emulated"] as const) expect(sourceOf({ ...program, half })).toMatch(/^alias half = f32;/);
});
