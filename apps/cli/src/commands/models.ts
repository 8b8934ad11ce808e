import { TesseraError, nearest, pair, summarize } from "@tessera/core";
import { EMBEDDED_MODEL, describeModel, embeddedModel, familyOfModel, variantNames } from "@tessera/pipeline";
import type { Settings } from "../settings.ts";
import { note, print, printJson } from "../report.ts";
import { short, table } from "../table.ts";

interface Row {
  name: string;
  family: string;
  params: number;
  macs: number;
  imageSize: number | readonly [number, number];
  /** Missing where there are no patches. */
  patchSize?: number | readonly [number, number];
  pretrained: { tag: string; labels: string; source: string; license: string; top1?: number | undefined }[];
}

/** `tessera models`: every variant whose name has the filter in it. */
export async function models(filter = "", { json }: Settings): Promise<number> {
  const names = [EMBEDDED_MODEL, ...(await variantNames())];
  const matching = names.filter((name) => name.includes(filter.toLowerCase()));
  if (matching.length === 0) {
    throw new TesseraError(
      `tessera models: expected part of a model's name, got "${filter}"; did you mean ${nearest(filter, names)[0]}?`,
    );
  }
  const rows = await Promise.all(matching.map(describe));
  if (json) printJson(rows);
  else {
    const cells = rows.map(({ name, params, macs, imageSize, pretrained }) => [
      name,
      short(params),
      short(macs),
      pair(imageSize).join("×"),
      pretrained.map(({ tag, top1 }) => (top1 === undefined ? tag : `${tag} ${top1.toFixed(1)} %`)).join(", "),
    ]);
    print(table(["model", "params", "MACs", "image", "checkpoints"], cells, ["params", "MACs", "image"]));
    note(
      `${rows.length} models; checkpoints lie on the Hugging Face hub as timm/MODEL.CHECKPOINT; a percentage is top-1 on ImageNet-1k, as published; ${EMBEDDED_MODEL} comes with Tessera`,
    );
  }
  return 0;
}

async function describe(name: string): Promise<Row> {
  const embedded = name === EMBEDDED_MODEL;
  const { model } = await describeModel(name);
  const { imageSize, patchSize } = model.config;
  const { params, macs } = summarize(model, [1, ...pair(imageSize), 3]);
  const family = await familyOfModel(model);
  const pretrained = embedded
    ? [{ tag: embeddedModel.tag, labels: embeddedModel.labels, source: "embedded", license: embeddedModel.license }]
    : Object.entries(family?.pretrained(name) ?? {}).map(([tag, { labels, hub, license, top1 }]) => ({
        tag,
        labels,
        source: hub,
        license,
        top1,
      }));
  return { name, family: model.family, params, macs, imageSize, patchSize, pretrained };
}
