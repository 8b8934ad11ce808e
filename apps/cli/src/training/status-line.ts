import type { StepReport } from "@tessera/train";
import { stderrColours } from "../colours.ts";

/** One line on stderr that says how far a training is, on a terminal only. */
export class StatusLine {
  readonly #shown: boolean;
  #last = 0;

  constructor(shown = process.stderr.isTTY) {
    this.#shown = shown;
  }

  step({ step, steps, epoch, loss, imagesPerSecond, secondsLeft, waiting }: StepReport): void {
    const now = performance.now();
    if (!this.#shown || now - this.#last < 100) return;
    this.#last = now;
    const parts = [
      `epoch ${epoch + 1}`,
      `step ${step}/${steps}`,
      `loss ${loss.toFixed(3)}`,
      `${imagesPerSecond.toFixed(0)} images/s`,
      `${duration(secondsLeft)} left`,
      ...(waiting > 0.02 ? [`waits ${(100 * waiting).toFixed(0)} %`] : []),
    ];
    process.stderr.write(`\r\x1b[2K${stderrColours.dim(parts.join("  "))}`);
  }

  clear(): void {
    if (this.#shown) process.stderr.write("\r\x1b[2K");
  }
}

/** 3725 -> "1 h 02 min" */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}
