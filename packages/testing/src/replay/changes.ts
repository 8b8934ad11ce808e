import { type Tensor2D, type Tensor3D, keep, mul, tidy } from "@tensorflow/tfjs-core";
import { EncoderBlock, LayerNorm, Linear, Module, replayed } from "@tessera/core";
import { expect, test } from "vitest";
import { seeded } from "../seeded.ts";
import { type ReplayChecks, isReplay, newBlock, track } from "./replay-checks.ts";

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

function anew(model: Scaled): void {
  model.dispose();
  model.init(3);
}

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
  ["disposing and drawing anew", anew],
  [
    "disposing and drawing anew while the old values live on",
    (model) => {
      for (const { value } of model.params().values()) keep(value.clone());
      anew(model);
    },
  ],
  [
    "an array that was written by hand, with which tfjs may compute on the processor",
    (model) => model.norm.weight.set(Float32Array.from({ length: 24 }, (_, i) => i - 3)),
  ],
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

/** What could make a recording wrong. */
export function testChanges({ tokens, settle, expectRight, expectReplays }: ReplayChecks): void {
  test.each(changes)("%s", async (_, change) => {
    const model = track(new Scaled().init(1));
    const plain = (x: Tensor3D) => model.forward(x);
    const forward = replayed(model, plain);
    await expectReplays(forward, plain);
    const before = forward(tokens(1));
    await change(model);
    await expect(forward(tokens(1))).not.toBeAllClose(before, { rtol: 1e-3, atol: 1e-3 });
    await expectRight(forward, plain);
    expect(isReplay(() => forward(tokens(1)))).toBe(true);
  });

  test("a change in one of two models that share their parameters' data", async () => {
    const [one, two] = [track(new Scaled().init(1)), track(new Scaled().init(2))];
    const plains = [one, two].map((model) => (x: Tensor3D) => model.forward(x));
    const forwards = [one, two].map((model, i) => replayed(model, plains[i]!));
    for (const changed of [one, two]) {
      weightOf(two).set(weightOf(one).value);
      for (const [i, forward] of forwards.entries()) await expectReplays(forward, plains[i]!);
      weightOf(changed).value.assign(mul(weightOf(changed).value, -1));
      for (const [i, forward] of forwards.entries()) await expectRight(forward, plains[i]!);
    }
  });

  test("a parameter that changes before every run, whose forward is still recorded afterwards", async () => {
    const model = track(new Scaled().init(1));
    const plain = (x: Tensor3D) => model.forward(x);
    const forward = replayed(model, plain);
    for (let run = 0; run < 9; run++) {
      weightOf(model).value.assign(mul(weightOf(model).value, 0.9));
      await expectRight(forward, plain);
    }
    await expectReplays(forward, plain);
  });

  test("a tensor of the caller's that is exchanged or disposed of", async () => {
    const block = newBlock();
    let other = tokens(1);
    const plain = (x: Tensor3D) => tidy(() => mul(block.forward(x), other));
    const forward = replayed(block, plain);
    await expectReplays(forward, plain);
    other.dispose();
    expect(() => forward(tokens(1))).toThrow(TypeError);
    // A new one each time is a forward that is another each time, though nothing tells but the tensor.
    const fresh = replayed(block, (x: Tensor3D) => plain(x));
    for (let run = 0; run < 7; run++) {
      other = tokens(run);
      await expect(fresh(tokens(1))).toBeAllClose(plain(tokens(1)), { rtol: 0, atol: 0 });
    }
  });

  test("a tensor that the last traced run disposed of", async () => {
    const [block, other] = [newBlock(), tokens(1)];
    let run = 0;
    const forward = replayed(block, (x: Tensor3D) => {
      const y = tidy(() => mul(block.forward(x), other));
      if (++run === 2) other.dispose();
      return y;
    });
    await settle(forward);
    expect(() => forward(tokens(1))).toThrow(TypeError);
  });

  test("a model that was disposed of, with its own error", async () => {
    const block = newBlock();
    const forward = replayed(block, (x: Tensor3D) => block.forward(x));
    await settle(forward);
    block.dispose();
    expect(() => forward(tokens(1))).toThrow("Param: expected values");
  });
}

function valuesOf(model: Module): Record<string, Tensor2D> {
  return Object.fromEntries([...model.params()].map(([path, { value }]) => [path, value as never]));
}
