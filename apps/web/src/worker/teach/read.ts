import { tidy } from "@tensorflow/tfjs-core";
import { type Preprocessing, type RgbImage, decodeImage, frameImage, preprocessBatch } from "@tessera/data";
import type { ImageClassifier } from "@tessera/pipeline";
import type { Picture, Setup } from "../calls.ts";
import type { PicturesRead, ReadPicture } from "../lessons.ts";
import { type CallOptions, prepare, trainedOf } from "../session.ts";
import { framedAlready } from "./framed-already.ts";
import { asJpeg } from "./as-jpeg.ts";

/** Side of a thumbnail, in pixels. */
const small = 96;

/** Pictures that are decoded at a time: a whole one may be of many megapixels. */
const atOnce = 4;

/** What is left of a picture: of its pixels what the model sees. */
type Framed = { frame: RgbImage; thumbnail: Blob; kept: Blob | undefined } | { error: string };

/**
 * What the model makes of some pictures before its head, and a thumbnail of each; one that cannot be read has its error, and
 * the rest go on. Give as many as shall be computed together.
 */
export async function read(
  { setup, pictures }: { setup: Setup; pictures: readonly Picture[] },
  options: CallOptions,
): Promise<PicturesRead> {
  try {
    const session = await prepare(setup, options);
    const trained = trainedOf(session);
    const framed: Framed[] = [];
    let next = 0;
    const work = async () => {
      while (next < pictures.length) {
        options.signal.throwIfAborted();
        const at = next++;
        framed[at] = await framedOf(pictures[at]!, trained.preprocessing);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    const features = await featuresOf(
      framed.flatMap((one) => ("frame" in one ? [one.frame] : [])),
      trained,
    );
    const seen = (one: Framed): ReadPicture =>
      "error" in one ? one : { thumbnail: one.thumbnail, kept: one.kept, features: features.shift()! };
    return { ready: session.ready, pictures: framed.map(seen) };
  } finally {
    for (const picture of pictures) if (!(picture instanceof Blob)) picture.close();
  }
}

async function framedOf(picture: Picture, preprocessing: Preprocessing): Promise<Framed> {
  try {
    const image = await decodeImage(picture);
    const kept = picture instanceof Blob ? undefined : await asJpeg(image);
    return { frame: frameImage(image, preprocessing), thumbnail: await asJpeg(thumbnailOf(image)), kept };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

async function featuresOf(
  frames: readonly RgbImage[],
  { model, preprocessing }: Pick<ImageClassifier, "model" | "preprocessing">,
): Promise<Float32Array[]> {
  if (frames.length === 0) return [];
  const images = preprocessBatch(frames, framedAlready(preprocessing));
  const output = tidy(() => model.embed(images));
  images.dispose();
  const [, width] = output.shape;
  const values = await output.data<"float32">().finally(() => output.dispose());
  return frames.map((_, i) => values.slice(i * width, (i + 1) * width));
}

function thumbnailOf(image: RgbImage): RgbImage {
  const side = Math.min(small, image.width, image.height);
  return frameImage(image, {
    size: [side, side],
    resize: { rule: "cover", width: side, height: side },
    interpolation: "bilinear",
    centre: "floor",
    fill: [0, 0, 0],
  });
}
