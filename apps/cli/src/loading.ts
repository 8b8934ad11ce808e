import { createRequire } from "node:module";
import type { LoadModelOptions } from "@tessera/pipeline";
import { note } from "./report.ts";

/** The callbacks through which loading a model tells people. */
export type LoadCallbacks = Pick<LoadModelOptions, "hub" | "onWarning">;

/** Loads something and tells people on stderr: warnings, and on a terminal how far a download is. */
export async function loading<T>(load: (callbacks: LoadCallbacks) => Promise<T>): Promise<T> {
  const bars = process.stderr.isTTY ? downloads() : undefined;
  try {
    return await load({ hub: { onProgress: bars?.update }, onWarning: warn });
  } finally {
    bars?.stop();
  }
}

/** What is odd but no error, on a line of its own. */
export function warn(warning: string): void {
  note(`warning: ${warning}`);
}

type HubProgress = { file: string; loaded: number; total?: number };

/** A bar of megabytes for one file after the other. */
function downloads(): { update: (progress: HubProgress) => void; stop: () => void } {
  // Loaded where it is seen only; it is CommonJS, so there is no need to wait.
  const { SingleBar, Presets } = createRequire(import.meta.url)("cli-progress") as typeof import("cli-progress");
  let current: { file: string; bar: InstanceType<typeof SingleBar> } | undefined;
  const stop = () => {
    current?.bar.stop();
    current = undefined;
  };
  const update = ({ file, loaded, total }: HubProgress) => {
    // what is there at once needs no bar
    if (total === undefined || total < 1e6) return;
    if (current?.file !== file) {
      stop();
      const size = (total / 1e6).toFixed(total < 1e7 ? 1 : 0);
      const format = `${file} {bar} {percentage} % of ${size} MB | {eta_formatted} left`;
      const bar = new SingleBar(
        { format, stream: process.stderr, clearOnComplete: true, hideCursor: true, barsize: 30 },
        Presets.shades_classic,
      );
      bar.start(total, loaded);
      current = { file, bar };
    }
    current.bar.update(loaded);
    if (loaded >= total) stop();
  };
  return { update, stop };
}
