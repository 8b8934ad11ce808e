// Parity with the official StyTr2 in float64: positions, every layer, the picture drawn, the gradient of every parameter.
import { type Tensor, type Tensor4D, dispose, mul, reshape, sum, variableGrads } from "@tensorflow/tfjs-core";
import { type Context, capture, resize } from "@tessera/core";
import { channelsLast, readGoldens, restore, restoredUnder } from "@tessera/testing";
import { expect, test } from "vitest";
import { StyTr2 } from "./model.ts";

const goldens = await readGoldens(new URL("./__fixtures__/stytr2.safetensors", import.meta.url));
const map = (name: string) => channelsLast(restore(goldens.get(name)));
const exact = { rtol: 1e-4, atol: 1e-4 };

async function loaded() {
  const { d, heads, ffn, enc, dec, widths } = goldens.config as Record<string, number> & { widths: number[] };
  const model = new StyTr2({
    width: d!,
    heads: heads!,
    mlpDim: ffn!,
    encoderDepth: enc!,
    decoderDepth: dec!,
    drawingWidths: widths.slice(1) as [number, number, number],
  });
  await model.load(Object.fromEntries(restoredUnder(goldens, "weights/")));
  return { model, content: map("input/content"), style: map("input/style") };
}

test.each(["6x6", "20x24", "18x18", "32x32"])("pools and resizes positions of %s places as PyTorch", async (size) => {
  const content = map(`cape/${size}/in`);
  const pooled = resize(content, [18, 18], "average");
  await expect(pooled).toBeAllClose(map(`cape/${size}/pooled`));
  const [, h, w] = content.shape;
  await expect(resize(pooled, [h, w], "bilinear")).toBeAllClose(map(`cape/${size}/out`));
});

test("gives the official values between, and the picture, the same while they are looked at", async () => {
  const { model, content, style } = await loaded();
  const forward = (x: Tensor4D, ctx: Context = {}) => model.forward(x, ctx, style);
  const layers = [0, 1].flatMap((i) => [`encoder_c.${i}`, `encoder_s.${i}`, `decoder.${i}`]);
  const pathOf = (tap: string) => `transformer.${tap.replace(".", ".layers.")}`;
  const taps = ["embedding.content", "transformer.positions", "transformer.decoder.norm", ...layers.map(pathOf), ""];
  const seen = capture({ forward }, content, taps);
  for (const tap of layers) await expect(seen[pathOf(tap)]!, tap).toBeAllClose(goldens.get(`tap/${tap}`), exact);
  await expect(seen["transformer.positions"]!).toBeAllClose(map("tap/positions"), exact);
  for (const [path, tap] of [
    ["embedding.content", "content_embedding"],
    ["transformer.decoder.norm", "transformed"],
  ] as const)
    // prettier-ignore
    await expect(reshape(seen[path]!, [2, 6, 6, 32])).toBeAllClose(map(`tap/${tap}`), exact);
  await expect(seen[""]!).toBeAllClose(map("out/image"), exact);
  await expect(forward(content)).toBeAllClose(map("out/image"), exact);
  model.dispose();
});

test("gives the official gradient for every parameter", async () => {
  const { model, content, style } = await loaded();
  const { value, grads } = variableGrads(() => sum(mul(model.forward(content, {}, style), map("probe"))));
  const expected = new Map(restoredUnder(goldens, "grads/"));
  expect(new Set(model.params().keys())).toEqual(new Set(expected.keys()));
  // Those that are zero in theory are stored as rounding noise.
  const largest = Math.max(...[...expected.values()].flatMap((gradient) => [...gradient.dataSync()].map(Math.abs)));
  for (const [path, param] of model.params())
    await expect(grads[param.value.name] as Tensor, path).toBeAllClose(expected.get(path)!, {
      rtol: 1e-4,
      atol: 1e-4 * largest,
    });
  dispose([value, ...Object.values(grads)]);
  model.dispose();
});
