import { Random, TesseraError } from "@tessera/core";
import { expect, test } from "vitest";
import { crc32 } from "../png/crc32.ts";
import { noise } from "../__fixtures__/pictures.ts";
import timm from "../__fixtures__/timm-operations.json" with { type: "json" };
import { colourJitter } from "./colour-jitter.ts";
import { applyPolicy, meanColour, parsePolicy } from "./policy.ts";
import { increasingOperations, plainOperations } from "./rand-augment.ts";

const all = { ...plainOperations, ...increasingOperations };

test.each(Object.entries(timm.magnitudes).filter(([name]) => name in all))(
  "%s takes timm's argument for a magnitude",
  (name, byMagnitude) => {
    for (const [magnitude, wanted] of Object.entries(byMagnitude as Record<string, number[]>)) {
      const level = Number(magnitude) / 10;
      const got = [1, -1].map((sign) => all[name]!.argument(level, (value) => sign * value) + 0);
      for (const [i, value] of got.entries()) expect(value).toBeCloseTo(wanted[i] ?? wanted[0]!, 12);
    }
  },
);

test("draws from timm's operations", () => {
  const names = (set: string) => timm.sets[set as keyof typeof timm.sets];
  expect(Object.keys(plainOperations).sort()).toEqual([...names("plain")].sort());
  expect(Object.keys(increasingOperations).sort()).toEqual([...names("increasing")].sort());
});

test("reads timm's names", () => {
  expect(parsePolicy("rand-m9-mstd0.5-inc1")).toEqual({ kind: "rand", magnitude: 9, deviation: 0.5, increasing: true });
  expect(parsePolicy("rand-n3-p0.7-mmax20")).toEqual({ kind: "rand", layers: 3, probability: 0.7, maximum: 20 });
  expect(parsePolicy("rand")).toEqual({ kind: "rand" });
  expect(parsePolicy("trivial")).toEqual({ kind: "trivial" });
  expect(parsePolicy("3a")).toEqual({ kind: "three" });
  expect(() => parsePolicy("augmix-m3")).toThrow(
    new TesseraError("parsePolicy: expected rand-…, trivial or 3a, got augmix-m3"),
  );
  expect(() => parsePolicy("rand-m9-w0")).toThrow(/expected sections m, n, p, mstd, mmax, inc with a number.*got w0/);
  expect(() => parsePolicy("rand-m")).toThrow(/got m in rand-m/);
});

test.each(["rand-m9-mstd0.5-inc1", "rand-m15-n4-p1-mstd101", "trivial", "3a"])(
  "%s follows from the seed alone",
  (name) => {
    const policy = parsePolicy(name);
    const fill = [1, 2, 3] as const;
    const results = Array.from({ length: 60 }, (_, seed) => {
      const make = () => crc32(applyPolicy(noise(9, 7), policy, fill, new Random(seed)).data);
      const first = make();
      expect(make()).toBe(first);
      return first;
    });
    expect(new Set(results).size).toBeGreaterThan(15);
  },
);

test("each of three is a third", () => {
  const image = noise(16, 16);
  const kinds = Array.from({ length: 600 }, (_, seed) => {
    const { data } = applyPolicy(image, { kind: "three" }, [0, 0, 0], new Random(seed));
    if (data.every((value, i) => value === data[i - (i % 3)])) return "grey";
    return data.every((value, i) => value === Math.min(image.data[i]!, 255 - image.data[i]!)) ? "solarised" : "blurred";
  });
  for (const kind of ["grey", "solarised", "blurred"]) {
    expect(kinds.filter((value) => value === kind).length / 600).toBeCloseTo(1 / 3, 1);
  }
});

test("colour jitter stays in its range, and changes only what is given", () => {
  const image = noise(6, 6);
  expect(colourJitter(image, {}, new Random(0))).toEqual(image);
  for (let seed = 0; seed < 40; seed++) {
    const { data } = colourJitter(image, { brightness: 0.2 }, new Random(seed));
    const ratios = Array.from(data, (value, i) => [value, image.data[i]!] as const).filter(([, before]) => before > 60);
    for (const [value, before] of ratios) {
      expect(value).toBeGreaterThanOrEqual(Math.floor(before * 0.8) - 1);
      expect(value).toBeLessThanOrEqual(before * 1.2);
    }
  }
  const whole = { brightness: 0.3, contrast: 0.3, saturation: 0.3, hue: 0.1 };
  const results = new Set(
    Array.from({ length: 30 }, (_, seed) => crc32(colourJitter(image, whole, new Random(seed)).data)),
  );
  expect(results.size).toBe(30);
});

test("fills with the mean colour", () => {
  expect(meanColour({ mean: [0.485, 0.456, 0.406], scale: 1 / 255 })).toEqual([124, 116, 104]);
  expect(meanColour({ mean: [0, 127.5, 400], scale: 1 })).toEqual([0, 128, 255]);
});
