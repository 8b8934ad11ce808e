import {
  type Scalar,
  type Tensor,
  type Tensor3D,
  add,
  memory,
  mul,
  square,
  sum,
  tidy,
  variableGrads,
} from "@tensorflow/tfjs-core";
import { expectNoLeak, kernelsRun, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import type { Context } from "./context.ts";
import { BatchNorm } from "./layers/batch-norm.ts";
import { EncoderBlock } from "./layers/encoder-block.ts";
import { Module } from "./module.ts";
import { registerGradients } from "./ops/gradients.ts";
import { Random } from "./random.ts";
import { type Block, Recomputed } from "./recomputed.ts";
import { Unrecorded } from "./unrecorded.ts";

registerGradients();
const x = () => seeded(3).normals([2, 5, 8]) as Tensor3D;

/** Blocks one after the other, on tokens that depend on the first one's parameters. */
class Stack extends Module {
  readonly blocks: Block<Tensor3D, Tensor3D>[];

  constructor(wrap: (block: EncoderBlock) => Block<Tensor3D, Tensor3D>) {
    super();
    this.blocks = [0, 1, 2].map(() => wrap(new EncoderBlock({ width: 8, heads: 2, dropPath: 0.3, layerScale: 0.5 })));
  }

  forward(tokens: Tensor3D, ctx: Context = {}): Tensor3D {
    return tidy(() => this.blocks.reduce((y, block) => block.forward(y, ctx), tokens));
  }
}

const kinds = {
  plain: (block: EncoderBlock) => block,
  recomputed: (block: EncoderBlock) => new Recomputed(block),
};

function trained(
  wrap: (block: EncoderBlock) => Block<Tensor3D, Tensor3D>,
  frozen: (path: string) => boolean = () => false,
) {
  const model = new Stack(wrap).init(1).setTrainable(false, frozen);
  const context = () => ({ training: true, random: new Random(7) });
  const tokens = x();
  const loss = () => sum(square(model.forward(tokens, context()))) as Scalar;
  const params = [...model.params()].filter(([, param]) => param.trainable);
  const record = () => variableGrads(loss, params.map(([, param]) => param.value)); // prettier-ignore
  return { model, params, record, tokens };
}

describe("a recomputed block", () => {
  test.each([["all", () => false], ["some frozen", (path: string) => /^blocks\.0|norm/.test(path)]])("gives the same gradients to the bit, %s", async (_, frozen) => {
    const plain = trained(kinds.plain, frozen);
    const again = trained(kinds.recomputed, frozen);
    expect([...again.model.params().keys()]).toEqual([...plain.model.params().keys()]);
    const [expected, got] = [plain.record(), again.record()];
    await expect(got.value).toBeAllClose(expected.value, { rtol: 0, atol: 0 });
    for (const [i, [path, { value }]] of again.params.entries()) {
      const gradient = expected.grads[plain.params[i]![1].value.name]!;
      await expect(got.grads[value.name]!, path).toBeAllClose(gradient, { rtol: 0, atol: 0 });
    }
  }); // prettier-ignore

  test("keeps less, and leaks nothing", async () => {
    const kept = Object.values(kinds).map((wrap) => {
      const { model, tokens, params } = trained(wrap);
      const before = memory().numBytes;
      let most = 0;
      const loss = () => {
        const y = model.forward(tokens, { training: true, random: new Random(1) });
        most = memory().numBytes - before;
        return sum(y) as Scalar;
      };
      tidy(() => void variableGrads(loss, params.map(([, param]) => param.value))); // prettier-ignore
      return most;
    });
    expect(kept[1]!).toBeLessThan(kept[0]! / 4);
    const { record } = trained(kinds.recomputed);
    await expectNoLeak(() => tidy(() => void record()));
  });

  test("runs once where no gradient is taken", () => {
    const block = new EncoderBlock({ width: 8, heads: 2 }).init(1);
    const wrapped = new Recomputed<Tensor3D, Tensor3D>(block);
    expect(kernelsRun(() => wrapped.forward(x()))).toEqual(kernelsRun(() => block.forward(x())));
  });

  test("may take and give several tensors, and others by name", async () => {
    class Pair extends Module implements Block<{ a: Tensor; b: Tensor }, { p: Tensor; q: Tensor[] }> {
      readonly part = new EncoderBlock({ width: 8, heads: 2 });

      forward({ a, b }: { a: Tensor; b: Tensor }, _: Context, { c }: { c?: Tensor } = {}) {
        return { p: mul(a, b), q: [add(b, c!), this.part.forward(a as Tensor3D)] };
      }
    }
    const pair = new Pair().init(2);
    const gradients = (block: Block<{ a: Tensor; b: Tensor }, { p: Tensor; q: Tensor[] }>) => {
      const tokens = x();
      const { value } = pair.part.norm1.params().get("weight")!;
      const loss = () => {
        const scaled = mul(tokens, value);
        const { p, q } = block.forward({ a: scaled, b: tokens }, {}, { c: mul(scaled, 2) });
        return add(sum(square(p)), add(sum(square(q[0]!)), sum(square(q[1]!)))) as Scalar;
      };
      return variableGrads(loss, [value]).grads[value.name]!;
    };
    await expect(gradients(new Recomputed(pair))).toBeAllClose(gradients(pair));
  });
});

test("a block with running statistics is refused", () => {
  expect(() => new Recomputed(new BatchNorm(3) as never)).toThrow("got running_mean");
});

test("an unrecorded block is a constant while nothing before it or in it trains", async () => {
  let constant = true;
  const wrap = (block: EncoderBlock) => new Unrecorded<Tensor3D, Tensor3D>(block, () => constant);
  const last = (path: string) => !path.startsWith("blocks.2");
  const model = new Stack(wrap);
  model.blocks[2] = (model.blocks[2] as Unrecorded<Tensor3D, Tensor3D>).self;
  model.init(1).setTrainable(false, last);
  const plain = new Stack(kinds.plain).init(1).setTrainable(false, last);
  const record = (stack: Stack) => {
    const tokens = x();
    const { value } = stack.params().get("blocks.2.mlp.fc1.weight")!;
    let kept = 0;
    const { grads } = variableGrads(() => {
      const before = memory().numTensors;
      const y = stack.forward(tokens);
      kept = memory().numTensors - before;
      return sum(square(y)) as Scalar;
    }, [value]);
    return { kept, gradient: grads[value.name]! };
  };
  const [expected, got] = [record(plain), record(model)];
  await expect(got.gradient).toBeAllClose(expected.gradient, { rtol: 1e-5, atol: 1e-6 });
  expect(got.kept).toBeLessThan(expected.kept / 2);
  constant = false;
  expect(record(model).kept).toBe(expected.kept);
});
