/** Between a number and its unit: they stay on one line. */
const space = "\u00a0";

/** A duration in words, three digits or so. */
export function milliseconds(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)}${space}s`;
  return `${ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0)}${space}ms`;
}

/** A share from 0 to 1. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)}${space}%`;
}

/** A count of parameters. */
export function count(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)}${space}M`;
  return value >= 1e3 ? `${(value / 1e3).toFixed(1)}${space}k` : String(value);
}
