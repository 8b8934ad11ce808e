import { expect, test } from "vitest";
import { smallFiles } from "../__fixtures__/small-model.ts";
import { imageClassifier } from "./image-classifier.ts";

test("a canvas, a bitmap and a frame of a video are classified alike on the GPU and by way of the CPU", async () => {
  using classify = await imageClassifier(await smallFiles());
  const canvas = new OffscreenCanvas(90, 61);
  const context = canvas.getContext("2d")!;
  for (let x = 0; x < 90; x += 3) {
    context.fillStyle = `hsl(${x * 4} 90% ${20 + (x % 60)}%)`;
    context.fillRect(x, (x * 7) % 40, 11, 33);
  }
  const frame = new VideoFrame(canvas, { timestamp: 0 });
  const sources = [canvas, await createImageBitmap(canvas), frame];
  const onGpu = await classify(sources);
  const onCpu = await classify(sources, { gpuPreprocessing: false });
  frame.close();
  for (const [i, top] of onGpu.entries()) {
    expect(top.map(({ index }) => index)).toEqual(onCpu[i]!.map(({ index }) => index));
    await expect(top.map(({ score }) => score)).toBeAllClose(onCpu[i]!.map(({ score }) => score));
  }
});
