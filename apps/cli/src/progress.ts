import cliProgress from "cli-progress";

/** Counts on stderr, on a terminal only; else it does nothing. */
export interface Progress {
  step(): void;
  stop(): void;
}

/** A bar for `total` steps; none for a single one. */
export function progress(what: string, total: number): Progress {
  if (!process.stderr.isTTY || total < 2) return { step() {}, stop() {} };
  const bar = new cliProgress.SingleBar(
    {
      format: `${what} {bar} {value}/{total} | {eta_formatted} left`,
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(total, 0);
  return { step: () => bar.increment(), stop: () => bar.stop() };
}
