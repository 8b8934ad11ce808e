// Parity with DETR's transformer, whose layers are post-norm and add positions to queries and keys alone; what else a block
// makes of its sublayers is in encoder-block.test.ts. See __fixtures__/README.md.
import { type Tensor, type Tensor3D, tidy } from "@tensorflow/tfjs-core";
import { expectNoLeak, readGoldens, restore } from "@tessera/testing";
import { expect, test } from "vitest";
import { capture } from "../capture.ts";
import { type Context, output } from "../context.ts";
import { Module } from "../module.ts";
import { Attention } from "./attention.ts";
import type { BlockInputs, Branch } from "./branch.ts";
import { CrossAttention } from "./cross-attention.ts";
import { EncoderBlock } from "./encoder-block.ts";
import { LayerNorm } from "./layer-norm.ts";
import { Mlp } from "./mlp.ts";
import { Sublayer } from "./sublayer.ts";

const goldens = await readGoldens(new URL("../__fixtures__/detr_layers.safetensors", import.meta.url));
const stored = (name: string) => restore(goldens.get(name)) as Tensor3D;

function weights(prefix: string): Record<string, Tensor> {
  const keys = [...goldens.tensors.keys()].filter((key) => key.startsWith(prefix));
  return Object.fromEntries(keys.map((key) => [key.slice(prefix.length), stored(key)]));
}

const [width, heads] = [32, 4];
const options = { order: "post" } as const;
const mlp = () => new Mlp({ width, hidden: 64, activation: "relu" });

/** A decoder layer of DETR: attention among the queries, to the picture, and an MLP. */
class DecoderBlock extends Module {
  readonly attn = new Attention({ width, heads });
  readonly crossAttn = new CrossAttention({ width, heads });
  readonly mlp: Branch = mlp();
  readonly norm1 = new LayerNorm(width, 1e-5);
  readonly norm2 = new LayerNorm(width, 1e-5);
  readonly norm3 = new LayerNorm(width, 1e-5);
  readonly #among = new Sublayer<DecoderBlock>(this, { norm: "norm1", branch: "attn" }, options);
  readonly #across = new Sublayer<DecoderBlock>(this, { norm: "norm2", branch: "crossAttn" }, options);
  readonly #mlpSublayer = new Sublayer<DecoderBlock>(this, { norm: "norm3", branch: "mlp" }, options);

  forward(x: Tensor3D, ctx: Context, queries: Tensor3D, picture: BlockInputs): Tensor3D {
    return tidy(() => {
      const among = this.#among.forward(x, ctx, { queryPositions: queries, keyPositions: queries });
      const across = this.#across.forward(among, ctx, { ...picture, queryPositions: queries });
      return output(ctx, this.#mlpSublayer.forward(across, ctx));
    });
  }
}

test("an encoder layer: positions on queries and keys, and a mask for padding", async () => {
  using block = new EncoderBlock({ width, heads, order: "post", epsilon: 1e-5, mlp: mlp() });
  await block.load(weights("encoder/weights/"));
  const positions = stored("positions");
  const inputs = { queryPositions: positions, keyPositions: positions, mask: stored("mask") };
  const x = stored("encoder/input");
  await expect(block.forward(x, {}, inputs)).toBeAllClose(goldens.get("encoder/output"));
  const looked = block.forward(x, { capture: () => {} }, inputs);
  await expect(looked).toBeAllClose(goldens.get("encoder/output"));
});

test("a decoder layer: its own positions on the queries, the picture's on the keys", async () => {
  using block = new DecoderBlock();
  await block.load(weights("decoder/weights/"));
  const picture = { memory: stored("encoder/output"), keyPositions: stored("positions"), mask: stored("mask") };
  const [x, queries] = [stored("decoder/input"), stored("decoder/queries")];
  await expect(block.forward(x, {}, queries, picture)).toBeAllClose(goldens.get("decoder/output"));

  const model = { forward: (z: Tensor3D, ctx: Context = {}) => block.forward(z, ctx, queries, picture) };
  const seen = capture(model, x, ["cross_attn.weights", ""]);
  await expect(seen["cross_attn.weights"]!).toBeAllClose(goldens.get("decoder/attention"));
  await expect(seen[""]!).toBeAllClose(goldens.get("decoder/output"));
  await expectNoLeak(() => block.forward(x, {}, queries, picture).dispose());
});

test("parts are the block's: what is put in their place is used", async () => {
  const block = new EncoderBlock({ width: 4, heads: 1 }).init(1);
  const other = new EncoderBlock({ width: 4, heads: 1 }).init(2);
  const x = restore({ shape: [1, 2, 4], data: Float32Array.from([1, 2, 3, 4, 8, 7, 6, 5]) }) as Tensor3D;
  for (const name of ["norm1", "attn", "norm2", "mlp"] as const) Object.assign(block, { [name]: other[name] });
  await expect(block.forward(x)).toBeAllClose(other.forward(x));
});
