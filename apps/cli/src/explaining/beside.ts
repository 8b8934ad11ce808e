import { type Tensor4D, tidy } from "@tensorflow/tfjs-core";
import { TesseraError, printable } from "@tessera/core";
import { type RgbImage, decodeImage, preprocessBatch, seenPart } from "@tessera/data";
import {
  type BesideColumn,
  type ScatteredPicture,
  beside,
  channelMaps,
  innerAttention,
  matrixPicture,
  panels,
  projected,
  scatter,
  silhouette,
  tokenComponents,
} from "@tessera/explain";
import type { LoadedModel } from "@tessera/pipeline";
import { basename, dirname } from "node:path";
import { cut, jpegUri, pngUri, thumbnail } from "./pictures.ts";

/** What two models are compared on. */
export interface ComparedOn {
  picture: RgbImage;
  /** Whose words are looked into. @default the middle */
  patch?: { row: number; column: number } | undefined;
  /** Pictures with classes, each in its folder, whose features are laid out. */
  among: readonly string[];
  signal: AbortSignal;
}

/** Feature maps of a block, in a row of the drawing. */
const CHANNELS = 8;
/** Pictures whose features are computed together. */
const BATCH = 16;

/** A TNT beside a ViT as in the TNT paper, or any two models: one drawing of both. */
export function drawnBeside(columns: readonly BesideColumn[], image: string): string {
  return beside(columns, { title: `${printable(basename(image))}, seen by two models` });
}

/** One model's column: its tokens, feature maps, words inside a patch, and where pictures lie to it. */
export async function columnOf(loaded: LoadedModel, on: ComparedOn): Promise<BesideColumn> {
  const { model, name, preprocessing } = loaded;
  const input = preprocessBatch([on.picture], preprocessing);
  try {
    const tokens = [];
    const components = await tokenComponents(model, input);
    const blocks = await channelMaps(model, input, { channels: CHANNELS });
    for (const { block } of blocks) tokens.push({ title: `block ${block}`, href: await pngUri(components[block]!.picture) }); // prettier-ignore
    const drawings = [panels(tokens, { title: "Tokens", columns: tokens.length, side: 130, pixelated: true })];
    for (const { block, channels } of blocks) {
      const shown = [];
      for (const { map } of channels) shown.push({ title: "", href: await pngUri(matrixPicture(map)) });
      drawings.push(panels(shown, { title: `Feature maps, block ${block}`, columns: 4, side: 96, pixelated: true }));
    }
    drawings.push(await insideDrawing(loaded, input, on));
    if (on.among.length > 0) drawings.push(await scatterDrawing(loaded, on));
    return { title: printable(name), drawings };
  } finally {
    input.dispose();
  }
}

/** Empty for a model without words inside of its patches. */
async function insideDrawing(
  { model, preprocessing }: LoadedModel,
  input: Tensor4D,
  { picture, patch: asked }: ComparedOn,
): Promise<string> {
  const embed = (model as { pixelEmbed?: { gridOf(size: readonly [number, number]): [number, number] } }).pixelEmbed;
  if (!embed) return "";
  const [rows, columns] = embed.gridOf([input.shape[1], input.shape[2]]);
  const patch = asked ?? { row: Math.floor(rows / 2), column: Math.floor(columns / 2) };
  const heads = await innerAttention(model, input, { patch });
  const part = seenPart(picture, preprocessing);
  const shown = [{ title: "the patch", href: await jpegUri(await cut({ picture, part }, patch, [rows, columns])) }];
  for (const [head, map] of heads.entries()) shown.push({ title: `head ${head}`, href: await pngUri(matrixPicture(map)) }); // prettier-ignore
  const title = `Inside the patch in row ${patch.row}, column ${patch.column}`;
  return panels(shown, { title, columns: 5, side: 76, pixelated: true });
}

async function scatterDrawing(loaded: LoadedModel, { among, signal }: ComparedOn): Promise<string> {
  const { features, pictures } = await featuresOf(loaded, among, signal);
  const points = await projected(features, { signal });
  const groups = pictures.map(({ group }) => group!);
  const apart = new Set(groups).size > 1 ? `, ${silhouette(features, groups).toFixed(3)} apart (silhouette)` : "";
  const placed = pictures.map((picture, i): ScatteredPicture => ({ ...picture, x: points[i]![0], y: points[i]![1] }));
  return scatter(placed, { title: `${pictures.length} pictures${apart}`, side: 440 });
}

async function featuresOf(
  { model, preprocessing }: LoadedModel,
  images: readonly string[],
  signal: AbortSignal,
): Promise<{ features: Float32Array[]; pictures: Omit<ScatteredPicture, "x" | "y">[] }> {
  const features: Float32Array[] = [];
  const pictures: Omit<ScatteredPicture, "x" | "y">[] = [];
  for (let at = 0; at < images.length; at += BATCH) {
    signal.throwIfAborted();
    const decoded: RgbImage[] = [];
    for (const image of images.slice(at, at + BATCH)) {
      const picture = await decodeImage(image, { signal });
      decoded.push(picture);
      const group = printable(basename(dirname(image)));
      pictures.push({ name: printable(basename(image)), href: await thumbnail(picture), group });
    }
    const batch = preprocessBatch(decoded, preprocessing);
    const output = tidy(() => model.embed(batch));
    batch.dispose();
    const values = await output.data<"float32">().finally(() => output.dispose());
    const width = values.length / decoded.length;
    for (const i of decoded.keys()) features.push(values.slice(i * width, (i + 1) * width));
  }
  if (features.length < 2)
    throw new TesseraError(`--among: expected a folder of at least two pictures, got ${features.length}`);
  return { features, pictures };
}
