// Statistics against facts: torch's trunc_normal_ cuts at ±2 (an ordinary normal for 0.02), timm's trunc_normal_tf_ at ±2σ
// without rescaling (0.0176 for 0.02), JAX's lecun_normal at ±2σ with rescaling.
import { describe, expect, test } from "vitest";
import { Random } from "../random.ts";
import {
  type Initializer,
  constant,
  fans,
  kaimingNormal,
  lecunNormal,
  normal,
  ones,
  torchUniform,
  truncNormal,
  truncNormalTf,
  uniform,
  xavierUniform,
  xavierUniformQkv,
  zeros,
} from "./initializers.ts";

function drawn(
  initializer: Initializer,
  shape: number[] = [100, 200],
): { values: Float32Array; std: number; max: number; mean: number } {
  const values = initializer(new Random(1), shape);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return { values, mean, std, max: values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) };
}

/** Uniform in ±limit: the deviation is limit / √3. */
function expectUniform(initializer: Initializer, shape: number[], limit: number): void {
  const { std, max, mean } = drawn(initializer, shape);
  expect(max).toBeLessThanOrEqual(limit);
  expect(max / limit).toBeGreaterThan(0.995);
  expect((std * Math.sqrt(3)) / limit).toBeCloseTo(1, 1);
  expect(Math.abs(mean) / limit).toBeLessThan(0.02);
}

test("constants", () => {
  expect(zeros(new Random(1), [2, 2])).toEqual(new Float32Array(4));
  expect(ones(new Random(1), [3])).toEqual(Float32Array.of(1, 1, 1));
  expect(constant(-2.5)(new Random(1), [1, 2])).toEqual(Float32Array.of(-2.5, -2.5));
});

test("fans of a linear layer's weight, and of a convolution's", () => {
  expect(fans([64, 32])).toEqual({ fanIn: 32, fanOut: 64 });
  expect(fans([8, 3, 16, 4])).toEqual({ fanIn: 192, fanOut: 512 });
});

test("normal", () => {
  const { std, mean } = drawn(normal(0.3));
  expect(std / 0.3).toBeCloseTo(1, 1);
  expect(mean).toBeCloseTo(0, 2);
});

test("He's, by fan out and for ReLU", () => {
  const { std } = drawn(kaimingNormal, [32, 16, 3, 3]);
  expect(std / Math.sqrt(2 / (32 * 9))).toBeCloseTo(1, 1);
});

describe("truncated normals", () => {
  test("torch's: cut at ±2 whatever the deviation", () => {
    const { std, max } = drawn(truncNormal(0.02));
    expect(std / 0.02).toBeCloseTo(1, 1);
    expect(max).toBeGreaterThan(0.06);
    expect(max).toBeLessThan(0.12);
    const wide = drawn(truncNormal(2));
    expect(wide.max).toBeLessThanOrEqual(2);
    expect(wide.max).toBeGreaterThan(1.98);
    expect(wide.std / (2 * 0.5396)).toBeCloseTo(1, 1); // a normal cut at ±σ
  });

  test("timm's tf: cut at ±2σ, not rescaled", () => {
    const { std, max } = drawn(truncNormalTf(0.02));
    expect(std / 0.0176).toBeCloseTo(1, 1);
    expect(max).toBeLessThanOrEqual(0.04);
    expect(max).toBeGreaterThan(0.0395);
  });

  test("JAX's lecun_normal: rescaled to √(1 / fan in)", () => {
    const { std, max } = drawn(lecunNormal, [100, 3, 8, 8]);
    expect(std * Math.sqrt(192)).toBeCloseTo(1, 1);
    expect((max * Math.sqrt(192)) / (2 / 0.87962566)).toBeCloseTo(1, 1);
  });
});

describe("uniforms", () => {
  test("uniform", () => expectUniform(uniform(0.7), [100, 100], 0.7));
  test("Glorot", () => expectUniform(xavierUniform, [100, 200], Math.sqrt(6 / 300)));
  test("Glorot of a convolution counts its taps", () =>
    expectUniform(xavierUniform, [50, 3, 8, 8], Math.sqrt(6 / (192 + 3200))));
  test("Glorot of a fused q, k, v takes it as three", () =>
    expectUniform(xavierUniformQkv, [300, 100], Math.sqrt(6 / 200)));
  test("torch's default", () => expectUniform(torchUniform(48), [100, 48], 1 / Math.sqrt(48)));
});

test("values follow the source alone", () => {
  expect(truncNormal()(new Random("a"), [5])).toEqual(truncNormal()(new Random("a"), [5]));
  expect(truncNormal()(new Random("a"), [5])).not.toEqual(truncNormal()(new Random("b"), [5]));
});
