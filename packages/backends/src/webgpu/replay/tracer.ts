import { numberOf } from "@tessera/core";
import type { Command } from "./commands.ts";
import { Fingerprint } from "./fingerprint.ts";

/** Follows a forward while it runs: the commands that it encodes, and the data that it creates and reads. */
export class Tracer {
  readonly commands: Command[] = [];
  readonly fingerprint = new Fingerprint();
  /** Data that the forward created. */
  readonly created = new Set<object>();
  /** Data from before that it read. */
  readonly reads = new Set<object>();
  /** False once the forward has done what commands on the GPU cannot repeat. */
  replayable = true;
  private tracing = true;

  command(command: Command): void {
    if (!this.tracing) return;
    this.commands.push(command);
    if (command.pipeline) {
      this.fingerprint.number(numberOf(command.pipeline));
      for (const count of command.count) this.fingerprint.number(count);
    } else this.fingerprint.number(command.size);
  }

  /** Values that the processor computed are uploaded. */
  constant(values: ArrayBufferLike | ArrayBufferView): void {
    if (this.tracing) this.fingerprint.bytes(values);
  }

  /** The forward does what commands on the GPU cannot repeat. */
  refuse(): void {
    if (this.tracing) this.replayable = false;
  }

  /** Does something that is no part of the forward. */
  untraced<T>(work: () => T): T {
    const before = this.tracing;
    this.tracing = false;
    try {
      return work();
    } finally {
      this.tracing = before;
    }
  }
}
