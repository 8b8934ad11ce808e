import { type Tensor2D, type Tensor3D, keep, mul, tidy } from "@tensorflow/tfjs-core";
import { EncoderBlock, LayerNorm, Linear, Module, replayed } from "@tessera/core";
import { seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { isReplay, newBlock, settle, tokens, track } from "./__fixtures__/replays.ts";

class Scaled extends Module {
  layer: Module & { forward(x: Tensor3D): Tensor3D };
  readonly norm = new LayerNorm(24);
  readonly config = { times: 1 };

  constructor() {
    super();
    this.layer = new Linear(24, 24);
  }

  forward(x: Tensor3D): Tensor3D {
    return tidy(() => mul(this.layer.forward(this.norm.forward(x)), this.config.times));
  }
}

const weightOf = (model: Scaled) => (model.layer as Linear).weight;
const others = () => seeded(9).normals([24, 24]) as Tensor2D;

describe("counts at once:", () => {
  const changes: [string, (model: Scaled) => unknown][] = [
    ["init", (model) => model.init(7)],
    ["load", (model) => model.load(valuesOf(track(new Scaled().init(8))))],
    ["a variable's assign", (model) => weightOf(model).value.assign(others())],
    [
      "an assign while the old values live on",
      (model) => {
        keep(weightOf(model).value.clone());
        weightOf(model).value.assign(others());
      },
    ],
    [
      "disposing and drawing anew",
      (model) => {
        model.dispose();
        model.init(3);
      },
    ],
    [
      "disposing and drawing anew while the old values live on",
      (model) => {
        for (const { value } of model.params().values()) keep(value.clone());
        model.dispose();
        model.init(3);
      },
    ],
    ["a parameter that tfjs would compute with on the processor", (model) => model.norm.weight.set(values(24))],
    [
      "another part",
      (model) => {
        model.layer = track(new EncoderBlock({ width: 24, heads: 2 }).init(4));
      },
    ],
    [
      "another configuration",
      (model) => {
        model.config.times = 5;
      },
    ],
  ];
  test.each(changes)("%s", async (_, change) => {
    const model = track(new Scaled().init(1));
    const forward = replayed(model, (x: Tensor3D) => model.forward(x));
    await settle(forward);
    expect(isReplay(() => forward(tokens(1)))).toBe(true);
    const before = forward(tokens(1));
    await change(model);
    await expect(forward(tokens(1))).not.toBeAllClose(before, { rtol: 1e-3, atol: 1e-3 });
    for (const seed of [1, 2, 3]) {
      await expect(forward(tokens(seed))).toBeAllClose(model.forward(tokens(seed)), { rtol: 1e-6, atol: 1e-6 });
    }
    expect(isReplay(() => forward(tokens(1)))).toBe(true);
  });
});

test("a model that was disposed of is the error that it is", async () => {
  const block = newBlock();
  const forward = replayed(block, (x: Tensor3D) => block.forward(x));
  await settle(forward);
  block.dispose();
  expect(() => forward(tokens(1))).toThrow("Param: expected values");
});

function values(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => i - 3);
}

function valuesOf(model: Module): Record<string, Tensor2D> {
  return Object.fromEntries([...model.params()].map(([path, { value }]) => [path, value as never]));
}
