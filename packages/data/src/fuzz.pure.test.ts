import { damaged, damagedJson, fuzzTest } from "@tessera/testing";
import * as fc from "fast-check";
import { gzipped, tarOf, zipOf } from "./__fixtures__/archives.ts";
import { encodePng } from "./__fixtures__/encode-png.ts";
import { flat } from "./__fixtures__/pictures.ts";
import { decodeImage } from "#decode";
import { openDataset } from "./datasets/open-dataset.ts";
import { unpackArchives } from "./files/archives.ts";
import { readStored } from "./files/stored-file.ts";
import { decodeGif } from "./gif.ts";
import { huggingFacePreprocessing } from "./hugging-face-preprocessing.ts";
import { imageFormat } from "./image-format.ts";
import { imageSize } from "./image-size.ts";
import { timmPreprocessing } from "./timm-preprocessing.ts";
import { takePngOrientation } from "./png/orientation.ts";
import { takeWebpOrientation } from "./webp-orientation.ts";

const utf8 = (content: string): Uint8Array => new TextEncoder().encode(content);
const png = await encodePng(flat(2, 2, [7, 8, 9]));
const members = [
  { path: "cat/1.png", bytes: png },
  { path: "dog/2.png", bytes: png, deflate: true },
  { path: "dog/2.cls", bytes: utf8("1") },
  { path: `${"folder/".repeat(20)}3.png`, bytes: png },
];

/** All that an archive holds. */
async function unpacked(path: string, bytes: Uint8Array): Promise<void> {
  const { files } = await unpackArchives({ name: path, files: [{ path, container: bytes, start: 0 }], folders: [] });
  for (const file of files) await readStored(file);
}
const zips = [await zipOf(members), await zipOf(members, { zip64: true })];
fuzzTest("damaged zips", damaged(zips), (bytes) => unpacked("a.zip", bytes));
const tars = (["pax", "gnu", "ustar"] as const).map((long) => tarOf(members, { long }));
fuzzTest("damaged tars", damaged(tars), (bytes) => unpacked("a.tar", bytes));

/** A header's checksum made right again: else a tar's damage ends at the first look. */
function summed(bytes: Uint8Array): Uint8Array {
  const out = bytes.slice();
  for (let at = 0; at + 512 <= out.length; at += 512) {
    if (String.fromCharCode(...out.subarray(at + 257, at + 262)) !== "ustar") continue;
    out.fill(0x20, at + 148, at + 156);
    const sum = out.subarray(at, at + 512).reduce((all, byte) => all + byte, 0);
    out.set(utf8(`${sum.toString(8).padStart(6, "0")}\0 `), at + 148);
  }
  return out;
}
fuzzTest("tars whose headers say something else", damaged(tars), (bytes) => unpacked("a.tar", summed(bytes)));

/** A data set of files by name, and its pictures' names. */
async function opened(files: Record<string, Uint8Array>): Promise<void> {
  const { train } = await openDataset(
    Object.entries(files).map(([name, bytes]) => new File([bytes as BlobPart], name)),
  );
  for (let i = 0; i < Math.min(train.length, 5); i++) train.nameOf(i);
}
const idx = (sizes: number[], values: number[]): Uint8Array =>
  Uint8Array.from([0, 0, 8, sizes.length, ...sizes.flatMap((size) => [0, 0, 0, size]), ...values]);
const pictures = idx([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
const labels = idx([2], [0, 1]);
fuzzTest("damaged IDX pictures", damaged([pictures, await gzipped(pictures)]), (bytes) =>
  opened({ "train-images-idx3-ubyte": bytes, "train-labels-idx1-ubyte": labels }),
);
fuzzTest("damaged IDX labels", damaged([labels, await gzipped(labels)]), (bytes) =>
  opened({ "train-images-idx3-ubyte": pictures, "train-labels-idx1-ubyte": bytes }),
);
const record = (label: number): number[] => [label, ...Array<number>(3072).fill(label)];
const cifar = Uint8Array.from([...record(0), ...record(1)]);
fuzzTest("damaged CIFAR", damaged([cifar]), (bytes) =>
  opened({ "data_batch_1.bin": bytes, "batches.meta.txt": utf8("cat\ndog\n") }),
);
const csv = [utf8('path,label\n1.png,cat\n"2 ""b"".png",dog\r\n'), utf8("1.png,0\n2.png,1\n")];
fuzzTest("damaged .csv", damaged(csv), (bytes) => opened({ "list.csv": bytes }));
const rows = [{ path: "1.png", label: "cat" }, { file_name: "2.png", class: 1 }]; // prettier-ignore
fuzzTest("lines of .jsonl", fc.array(damagedJson(rows), { maxLength: 4 }), (lines) =>
  opened({ "list.jsonl": utf8(lines.join("\n")) }),
);
fuzzTest(
  "labels of WebDataset",
  fc.tuple(damagedJson(rows), fc.string({ maxLength: 9 })),
  ([json, label]) =>
  openDataset(tarOf([...members.slice(0, 2), { path: "cat/1.cls", bytes: utf8(label) }, { path: "dog/2.json", bytes: utf8(json) }])), // prettier-ignore
);

// 4 × 2 pixels of two colours, and a second one, interlaced, with a transparent colour
const gif = [
  "474946383961040002008000000000ffffff2c000000000400020000020384710500003b",
  "47494638396102000200f00000ff000000ff0021f9040100000000002c00000000020002004002024c05003b",
].map((digits) => Uint8Array.from(digits.match(/../g)!, (byte) => Number.parseInt(byte, 16)));
fuzzTest("damaged .gif", damaged(gif), (bytes) => decodeGif(bytes, "a.gif", { maxPixels: 1e6 }));

const exif = [0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
const webp = Uint8Array.from([
  ...utf8("RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\x08\0\0\0\x03\0\0\x01\0\0EXIF\x1a\0\0\0"),
  ...exif,
]);
const jpeg = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 11, 8, 0, 2, 0, 3, 1, 1, 0x11, 0]);
const avif = Uint8Array.from([
  ...utf8("\0\0\0\x14ftypavif\0\0\0\0"),
  ...utf8("\0\0\0\x14ispe\0\0\0\0\0\0\0\x02\0\0\0\x03"),
]);
fuzzTest("headers of pictures", damaged([png, webp, jpeg, avif]), (bytes) => {
  const format = imageFormat(bytes);
  if (format === "webp") takeWebpOrientation(bytes);
  if (format !== undefined && format !== "gif" && format !== "tiff") imageSize(bytes, format);
});

/** A chunk whose checksum nobody looks at. */
const chunk = (type: string, data: readonly number[]): number[] => [
  0,
  0,
  0,
  data.length,
  ...utf8(type),
  ...data,
  0,
  0,
  0,
  0,
];
const profile = `Raw profile type exif\0\nexif\n ${exif.length}\n${exif.map((byte) => byte.toString(16).padStart(2, "0")).join("")}\n`;
const chunks = [
  chunk("eXIf", exif),
  chunk("tEXt", Array.from(utf8(profile))),
  chunk("iTXt", Array.from(utf8('XML:com.adobe.xmp\0\0\0\0\0<a tiff:Orientation="6"/>'))),
  chunk("zTXt", Array.from(utf8("Raw profile type exif\0\0\x78\x01\x01\0\0"))),
].map((added) => Uint8Array.from([...png.subarray(0, 33), ...added, ...png.subarray(33)]));
fuzzTest("chunks of .png", damaged(chunks), takePngOrientation);
fuzzTest("damaged pictures", damaged([...chunks, ...gif]), (bytes) => decodeImage(bytes, { maxPixels: 1e6 }));

const timm = { input_size: [3, 224, 224], crop_pct: 0.9, crop_mode: "center", interpolation: "bicubic", mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] }; // prettier-ignore
fuzzTest("preprocessing as timm writes it", damagedJson([timm], ["crop_mode", "test_input_size", "mean"]), (json) =>
  timmPreprocessing(parsed(json)),
);
const transformers = { image_processor_type: "ViTImageProcessor", size: { height: 224, width: 224 }, resample: 2, crop_size: 224, do_center_crop: true, image_mean: [0.5, 0.5, 0.5] }; // prettier-ignore
fuzzTest("preprocessing as transformers writes it", damagedJson([transformers], ["size", "crop_size"]), (json) =>
  huggingFacePreprocessing(parsed(json)),
);

/** What its reader makes of a text that is no JSON is not what is tried here. */
function parsed(json: string): object {
  try {
    return JSON.parse(json) as object;
  } catch {
    return {};
  }
}
