import { pair, summarize } from "@tessera/core";
import { describeModel } from "@tessera/pipeline";
import type { Settings } from "../settings.ts";
import { note, print, printJson } from "../report.ts";
import { short, table } from "../table.ts";

interface SummarySettings extends Settings {
  imageSize?: number;
  depth?: number;
}

/** `tessera summary`: a model's layers. No weight is read. */
export async function summary(spec: string, { json, imageSize, depth }: SummarySettings): Promise<number> {
  const { name, model } = await describeModel(spec, { imageSize });
  const { params, macs, layers } = summarize(model, [1, ...pair(model.config.imageSize), 3]);
  if (json) {
    printJson({ name, params, macs, layers });
    return 0;
  }
  const shown = layers.filter(({ path }) => depth === undefined || path.split(".").length <= depth);
  const cells = shown.map(({ path, kind, shape, params: own, macs: cost }) => [
    path || "(model)",
    kind,
    shape.join("×"),
    own ? short(own) : "",
    cost ? short(cost) : "",
  ]);
  print(table(["path", "kind", "output", "params", "MACs"], cells, ["params", "MACs"]));
  note(
    `${name}: ${params.toLocaleString("en-US")} parameters, ${macs.toLocaleString("en-US")} multiply-adds a picture`,
  );
  return 0;
}
