import { type Heatmap, normalized } from "../heatmap.ts";

/** A map from 0 to 1; a signed one so that 0 comes to a half. */
export function scaled(map: Heatmap, signed: boolean): Heatmap {
  if (!signed) return normalized(map);
  const most = map.values.reduce((found, value) => Math.max(found, Math.abs(value)), 0);
  return { ...map, values: map.values.map((value) => (most > 0 ? 0.5 + value / (2 * most) : 0.5)) };
}
