import { damaged, damagedJson, fuzzTest } from "@tessera/testing";
import { openDetectionDataset } from "./open-detection-dataset.ts";

const utf8 = (content: string): Uint8Array => new TextEncoder().encode(content);
const size = { width: 20, height: 10 };

/** The objects of a data set of files by name. */
async function opened(files: Record<string, Uint8Array>): Promise<void> {
  const { train } = await openDetectionDataset(
    Object.entries(files).map(([name, bytes]) => new File([bytes as BlobPart], name)),
  );
  for (let i = 0; i < Math.min(train.length, 5); i++) {
    train.nameOf(i);
    train.objectsOf(i, size);
  }
}

const coco = {
  images: [{ id: 7, file_name: "1.png", ...size }],
  categories: [{ id: 3, name: "cat" }],
  annotations: [{ image_id: 7, category_id: 3, bbox: [1, 2, 3, 4], area: 9, iscrowd: 0 }],
};
const labelme = {
  shapes: [{ label: "cat", shape_type: "circle", points: [[5, 5], [5, 7]] }],
  imagePath: "1.png",
  imageWidth: 20,
  imageHeight: 10,
}; // prettier-ignore
fuzzTest(
  "annotations in JSON",
  damagedJson([coco, labelme], ["iscrowd", "shapes", "imagePath", "images", "bbox"]),
  (json) => opened({ "a.json": utf8(json) }),
);

const voc = utf8(
  '<?xml version="1.0"?><annotation><size><width>20</width><height>10</height></size><object><name>a &amp; b</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax><ymax>4</ymax></bndbox></object></annotation>',
);
fuzzTest("annotations in XML", damaged([voc]), (bytes) => opened({ "1.xml": bytes, "1.png": voc }));

const lines = [utf8("0 0.5 0.5 0.1 0.2\n1 0.1 0.1 0.2 0.1 0.2 0.4\n"), utf8("names:\n  0: cat\n  1: [dog]\n")];
fuzzTest("annotations in YOLO's text", damaged(lines), (bytes) =>
  opened({ "data.yaml": utf8("names: [cat, dog]"), "1.txt": bytes, "1.png": bytes }),
);
fuzzTest("names in YAML", damaged(lines), (bytes) =>
  opened({ "data.yaml": bytes, "1.txt": utf8("0 0.5 0.5 0.1 0.2"), "1.png": bytes }),
);
