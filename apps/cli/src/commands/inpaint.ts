import { basename, dirname } from "node:path";
import { TesseraError } from "@tessera/core";
import type { HoleBox } from "@tessera/pipeline";
import { saveFolder } from "@tessera/weights";
import { pictureFormat, written } from "../inpainting/written.ts";
import { loading } from "../loading.ts";
import { checkWritable } from "../npy.ts";
import { note, printJson } from "../report.ts";
import { type RunSettings, interruption, introduce, startBackend, warmUpDecoder } from "../run-options.ts";

interface InpaintSettings extends Omit<RunSettings, "batch"> {
  mask?: string;
  box?: HoleBox;
  out: string;
  blend: boolean;
}

/** `tessera inpaint`: fills a hole in a picture. */
export async function inpaint(image: string, options: InpaintSettings): Promise<number> {
  const { json, model, arch, weights, entry, mask, box, out, blend } = options;
  if (model === undefined)
    throw new TesseraError(
      "inpaint: expected a masked autoencoder, got none; pass --model, for example --model facebook/vit-mae-base",
    );
  const hole = box ?? mask;
  if (hole === undefined || (box && mask !== undefined))
    throw new TesseraError(
      `inpaint: expected a hole, got ${hole === undefined ? "none" : "two"}; pass --mask with a picture, or --box x,y,width,height`,
    );
  const format = pictureFormat(out);
  const signal = interruption();
  warmUpDecoder();
  const [{ inpainter }, backend] = await Promise.all([
    import("@tessera/pipeline"),
    startBackend(options),
    checkWritable(out),
  ]);
  using fill = await loading((callbacks) => inpainter(model, { ...callbacks, arch, weights, entry, signal }));
  if (!json) introduce(fill.modelName, backend);
  const start = performance.now();
  const filled = await fill(image, hole, { blend, signal });
  const ms = Math.round(performance.now() - start);
  await saveFolder(dirname(out), { [basename(out)]: once(await written(filled, image, format)) });
  const { width, height } = filled;
  if (json) printJson({ image, out, width, height, ms });
  else note(`wrote ${out}: ${width}×${height}, ${ms} ms`);
  return 0;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
