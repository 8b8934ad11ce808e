import { engine } from "@tensorflow/tfjs-core";
import { afterEach, expect, test } from "vitest";
import { imageClassifier } from "../tasks/image-classifier.ts";
import { plain } from "./pictures.ts";
import { smallFiles } from "./small-model.ts";

const machine = engine() as unknown as { runKernelFunc(kernel: { kernelName?: string }): unknown };
afterEach(() => {
  Reflect.deleteProperty(machine, "runKernelFunc");
});

/** Names of the kernels that run until it is called again. */
function watchKernels(): string[] {
  Reflect.deleteProperty(machine, "runKernelFunc");
  const run = machine.runKernelFunc.bind(machine);
  const names: string[] = [];
  machine.runKernelFunc = (kernel) => {
    names.push(kernel.kernelName ?? "");
    return run(kernel);
  };
  return names;
}

/** Where the backend can repeat forwards. */
export function testReplays(): void {
  test.each([{ tta: false }, { tta: true }])(
    "a classifier that is warm runs none of its model's ops, %o",
    async (how) => {
      using classify = await imageClassifier(await smallFiles());
      const pictures = [plain(1, 2, 3), plain(200, 100, 0), plain(0, 250, 9), plain(90, 90, 90)];
      using cold = await imageClassifier(await smallFiles());
      const expected = [];
      for (const picture of pictures) expected.push(await cold(picture, how));

      const progress: { compiled: number; total: number }[] = [];
      await classify.warmUp({ ...how, onProgress: (step) => progress.push(step) });
      expect(progress).toEqual(progress.map((_, compiled) => ({ compiled, total: progress.length - 1 })));
      for (const [i, picture] of pictures.entries()) {
        const kernels = watchKernels();
        const answer = await classify(picture, how);
        expect(kernels).toEqual(["TesseraReplay"]);
        expect(answer).toEqual(expected[i]);
      }

      for (const { model } of [cold, classify]) model.init(9);
      for (const picture of pictures) expect(await classify(picture, how)).toEqual(await cold(picture, how));
    },
  );
}
