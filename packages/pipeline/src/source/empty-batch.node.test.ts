import { type Tensor4D, zeros } from "@tensorflow/tfjs-core";
import { createAirbench } from "@tessera/airbench";
import { useBackend } from "@tessera/backends";
import { createHybrid } from "@tessera/hybrid";
import { createPvt } from "@tessera/pvt";
import { createResNet } from "@tessera/resnet";
import { createSwin } from "@tessera/swin";
import { createTnt } from "@tessera/tnt";
import { createVit } from "@tessera/vit";
import { expect, test } from "vitest";

const columns = { width: 16, depth: 1, heads: 2, mlpDim: 32 };
const pyramid = { imageSize: 64, depths: [1, 1, 1, 1], widths: [8, 12, 16, 24], heads: [1, 2, 2, 4] } as const;
const windows = { imageSize: 16, patchSize: 2, width: 8, depths: [2, 2], heads: [1, 2], windowSize: 4 };

const models = {
  vit: () => createVit("vit_tiny_patch16_224", { ...columns, imageSize: 16, patchSize: 8 }),
  "vit with a stem": () =>
    createVit("vit_whitened_stem_32", { ...columns, stem: { kind: "whitened", hidden: [4, 8] } }),
  tnt: () => createTnt("tnt_s_patch16_224", { ...columns, imageSize: 16, patchSize: 8, innerWidth: 8, innerHeads: 4 }),
  swin: () => createSwin("swin_tiny_patch4_window7_224", windows),
  swinv2: () => createSwin("swinv2_tiny_window8_256", windows),
  pvt: () => createPvt("pvt_tiny", pyramid),
  pvt_v2: () => createPvt("pvt_v2_b0", pyramid),
  hybrid: () => createHybrid("vit_tiny_r_s16_p8_224"),
  resnet: () => createResNet("resnet18", { imageSize: 32, depths: [1, 1, 1, 1], widths: [8, 12, 16, 20] }),
  airbench: () => createAirbench("airbench94", { widths: [8, 12, 16] }),
};

// On cpu and native the suite of families asks the same, and there tfjs's own kernels have the answer.
test.each(Object.entries(models))("no images of a %s have no rows on wasm", async (_, create) => {
  await useBackend("wasm");
  using model = create().init(1);
  const side = model.config.imageSize as number;
  const images = zeros([0, side, side, 3]) as Tensor4D;
  expect(model.forward(images).shape).toEqual([0, model.config.classes]);
});
