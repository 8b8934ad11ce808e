import { type OptionNames, TesseraError, checkedOptions, pair } from "@tessera/core";
import { type ImageInput, type RgbImage, cropImage, decodeImage } from "@tessera/data";
import type { Mae } from "@tessera/mae";
import {
  type InpainterSpec,
  type LoadInpainterOptions,
  loadInpainter,
  loadInpainterOptions,
} from "../source/load-inpainter.ts";
import { checkSpec } from "../source/load-model.ts";
import { filled } from "./inpainting/fill.ts";
import { type Hole, type HoleInput, bounds, holeIn, readHole } from "./inpainting/hole.ts";
import { withoutSeam } from "./inpainting/seam.ts";
import { surroundings } from "./inpainting/surroundings.ts";

export interface InpaintOptions {
  /** Spreads the step at the hole's edge over the first pixels within, half a patch of them. @default true */
  blend?: boolean | undefined;
  /** Ends the work with the signal's reason. */
  signal?: AbortSignal | undefined;
}

const inpaintOptions: OptionNames<InpaintOptions> = { blend: true, signal: true };

/** Fills holes in pictures. Call it with a picture and a hole; `dispose` it, or hold it with `using`. */
export interface Inpainter {
  /**
   * The picture with its hole filled. Pixels outside of the hole are the picture's, to the bit; without a hole, all.
   *
   * @param hole `{ x, y, width, height }`, or a mask: a picture of the same size, bright where it is to be filled.
   * @throws {TesseraError} if the picture or the mask cannot be read, the mask has another size, or the box lies beside the picture.
   */
  (image: ImageInput, hole: HoleInput, options?: InpaintOptions): Promise<RgbImage>;
  /** The model's name; `name` is taken by functions. */
  readonly modelName: string;
  readonly model: Mae;
  /** Frees the model. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * An inpainter from a name, a folder or a file: `inpainter("facebook/vit-mae-base")`. Chooses a backend if none is set.
 *
 * A masked autoencoder draws the mean of what may be there, so what it fills is soft: best for holes of a few patches. Of a picture
 * larger than the model's own it sees the part around the hole.
 *
 * @throws {TesseraError} if there is no such model, or its weights are those of another.
 */
export async function inpainter(spec: InpainterSpec, options: LoadInpainterOptions = {}): Promise<Inpainter> {
  checkSpec("inpainter", spec);
  checkedOptions("inpainter", options, loadInpainterOptions);
  const loaded = await loadInpainter(spec, options);
  const { name, model } = loaded;
  let disposed = false;

  async function inpaint(image: ImageInput, hole: HoleInput, given: InpaintOptions = {}): Promise<RgbImage> {
    if (disposed) throw new TesseraError("inpainter: expected one in use, got one disposed of; make another");
    const { blend = true, signal } = checkedOptions("inpainter", given, inpaintOptions);
    const decoding = signal ? { signal } : {};
    const picture = await decodeImage(image, decoding);
    const whole = await readHole(hole, picture, decoding);
    const result: RgbImage = { ...picture, data: picture.data.slice() };
    const box = bounds(whole);
    if (!box) return result;
    const part = surroundings(box, picture, pair(model.config.imageSize));
    const [seen, within] = [cropImage(picture, part), holeIn(whole, part)];
    const drawn = await filled(seen, within, loaded, signal);
    const reach = Math.round((model.config.patchSize / 2) * (part.width / pair(model.config.imageSize)[1]));
    put(result, blend ? withoutSeam(seen, drawn, within, reach) : drawn, within, part);
    return result;
  }

  const dispose = () => {
    disposed = true;
    model.dispose();
  };
  return Object.assign(inpaint, { modelName: name, model, dispose, [Symbol.dispose]: dispose });
}

/** Writes what was drawn into the hole's pixels. */
function put(
  { width, data }: RgbImage,
  drawn: Float32Array,
  hole: Hole,
  { left, top }: { left: number; top: number },
): void {
  for (let i = 0; i < hole.data.length; i++) {
    if (hole.data[i] === 0) continue;
    const at = 3 * ((top + Math.floor(i / hole.width)) * width + left + (i % hole.width));
    for (let c = 0; c < 3; c++) data[at + c] = Math.round(Math.min(255, Math.max(0, drawn[3 * i + c]!)));
  }
}
