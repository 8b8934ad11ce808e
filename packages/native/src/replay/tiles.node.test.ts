// Where an activated layer hands its values on as blocks of bfloat16: in the forward, at either end of it, and from outside.
import { type Tensor2D, type Tensor3D, add, setBackend, tidy } from "@tensorflow/tfjs-core";
import { EncoderBlock, linear, replayed } from "@tessera/core";
import { isReplay, seeded, track } from "@tessera/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { tileSets, useTiles } from "../__fixtures__/bf16.ts";
import { expectReplays, expectRight, settle, tokens } from "./__fixtures__/checks.ts";

const weight = () => seeded(3).normals([24, 24]) as Tensor2D;
const activated = (x: Tensor3D, w: Tensor2D) => linear(x, w, { activation: "gelu" }) as Tensor3D;

describe.each(tileSets)("$isa", ({ backend, isa }) => {
  beforeEach(async () => {
    await setBackend(backend);
    useTiles({ backend, isa });
  });
  const newBlock = () => track(new EncoderBlock({ width: 24, heads: 2 }).init(1));

  test("in the forward", async () => {
    const block = newBlock();
    const plain = (x: Tensor3D) => block.forward(x);
    await expectReplays(replayed(block, plain), plain);
  });

  test("as its output", async () => {
    const [block, w] = [newBlock(), weight()];
    const plain = (x: Tensor3D) => tidy(() => activated(block.forward(x), w));
    await expectReplays(replayed(block, plain), plain);
  });

  test("read by others than a linear layer, and by two", async () => {
    const [block, w] = [newBlock(), weight()];
    const plain = (x: Tensor3D) =>
      tidy(() => {
        const hidden = activated(x, w);
        return add(linear(hidden, w), add(activated(hidden, w), hidden)) as Tensor3D;
      });
    await expectReplays(replayed(block, plain), plain);
  });

  test("as its input", async () => {
    const [block, w] = [newBlock(), weight()];
    const forward = replayed(block, (x: Tensor3D) => block.forward(x));
    const replays: boolean[] = [];
    for (let seed = 0; seed < 6; seed++) {
      const [x, same] = [activated(tokens(seed), w), activated(tokens(seed), w)];
      await expect(forward(x)).toBeAllClose(block.forward(same), { rtol: 0, atol: 0 });
      replays.push(isReplay(() => forward(x)));
    }
    expect(replays).toEqual([false, true, true, true, true, true]);
  });

  test("as a tensor from outside that is given back", async () => {
    const [block, w] = [newBlock(), weight()];
    const other = activated(tokens(9), w);
    const forward = replayed(block, () => other);
    for (let run = 0; run < 4; run++) expect(forward(tokens(run))).toBe(other);
    await expect(other).toBeAllClose(activated(tokens(9), w), { rtol: 0, atol: 0 });
  });

  test("from outside, also when they give way to floats", async () => {
    const [block, w] = [newBlock(), weight()];
    const other = activated(tokens(9), w);
    const plain = (x: Tensor3D) => tidy(() => add(linear(other, w), block.forward(x)) as Tensor3D);
    const forward = replayed(block, plain);
    await settle(forward);
    await expectReplays(forward, plain);
    other.dataSync();
    await expectRight(forward, plain);
  });
});
