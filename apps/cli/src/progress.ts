import { createRequire } from "node:module";

/** Counts on stderr, on a terminal only; else it does nothing. */
export interface Progress {
  step(): void;
  stop(): void;
}

/** A bar for `total` steps; none for a single one. */
export function progress(what: string, total: number): Progress {
  if (!process.stderr.isTTY || total < 2) return { step() {}, stop() {} };
  // Loaded where it is seen only; it is CommonJS, so there is no need to wait.
  const { SingleBar, Presets } = createRequire(import.meta.url)("cli-progress") as typeof import("cli-progress");
  const bar = new SingleBar(
    {
      format: `${what} {bar} {value}/{total} | {eta_formatted} left`,
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
      barsize: 30,
    },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return { step: () => bar.increment(), stop: () => bar.stop() };
}
