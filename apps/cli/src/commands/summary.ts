import { type SummaryRow, pair, summarize } from "@tessera/core";
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
  const cells = folded(layers, depth).map((row) => [
    row.path || "(model)",
    row.kind,
    row.shape?.join("×") ?? "?",
    row.params ? short(row.params) : "",
    Number.isNaN(row.macs) ? "?" : row.macs ? short(row.macs) : "",
  ]);
  print(table(["path", "kind", "output", "params", "MACs"], cells, ["params", "MACs"]));
  note(
    `${name}: ${params.toLocaleString("en-US")} parameters, ${macs.toLocaleString("en-US")} multiply-adds a picture`,
  );
  return 0;
}

/** Rows down to a depth. What is deeper is counted in the row that it belongs to, so that the columns still add up. */
function folded(layers: readonly SummaryRow[], depth = Infinity): SummaryRow[] {
  const shown = new Map<string, SummaryRow>();
  for (const layer of layers) {
    const levels = layer.path === "" ? [] : layer.path.split(".");
    if (levels.length <= depth) {
      shown.set(layer.path, { ...layer });
      continue;
    }
    while (!shown.has(levels.join("."))) levels.pop();
    const row = shown.get(levels.join("."))!;
    row.params += layer.params;
    row.macs += layer.macs;
  }
  return [...shown.values()];
}
