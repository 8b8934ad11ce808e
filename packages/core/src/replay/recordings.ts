import type { DataId, Tensor, TensorInfo } from "@tensorflow/tfjs-core";
import { numberOf } from "./number-of.ts";
import { Reads } from "./reads.ts";
import type { Forward, Recorder, Recording } from "./recorder.ts";

/** Forwards, by shape, that something is known of. */
const MAX_KNOWN = 64;
const MAX_RECORDINGS = 8;
/** How often a forward is traced until it is taken for one that is another every time. */
const MAX_TRIES = 4;

export interface RecordingsOptions {
  /** Bytes that recordings may hold together; the newest may hold more, as its forward needs them anyway. @default 512 MiB */
  maxBytes?: number;
}

interface Known {
  version: number;
  /** How often it was traced since it was last recorded. */
  tries: number;
  /** That of the last run that could have been replayed. */
  fingerprint?: string;
  recorded?: { recording: Recording; reads: Reads } | undefined;
}

/**
 * The forwards of a backend that are recorded, by function, shape and type. The first two runs are traced and compared: only a
 * forward that did the same both times, with the same constants on the same data, is replayed from then on. What was used
 * last is kept longest.
 */
export class Recordings {
  readonly #recorder: Recorder;
  readonly #maxBytes: number;
  /** The one used last comes last. */
  readonly #known = new Map<string, Known>();
  #settings = "";
  /** Data that were freed since the forward began that is being traced; undefined while none is. */
  #freed: Set<DataId> | undefined;

  constructor(recorder: Recorder, { maxBytes = 512 * 2 ** 20 }: RecordingsOptions = {}) {
    this.#recorder = recorder;
    this.#maxBytes = maxBytes;
  }

  /** Bytes that nobody else can have. */
  get bytes(): number {
    return this.#recorded().reduce((sum, { recorded }) => sum + (recorded?.recording.bytes ?? 0), 0);
  }

  /** A forward's output: replayed if it is recorded, else as the forward gives it. A new version is another forward. */
  run(forward: Forward, version: number, x: Tensor): TensorInfo {
    // Within a forward that is traced, this one is a part of that.
    if (this.#freed || x.size === 0 || this.#recorder.runsStepwise(x)) return forward(x);
    const settings = this.#recorder.settings();
    if (settings !== this.#settings) this.clear();
    this.#settings = settings;
    const known = this.#lookUp(`${numberOf(forward)}/${x.shape.join("x")}/${x.dtype}`, version);
    if (known.recorded && !known.recorded.reads.current) drop(known);
    if (known.recorded) return known.recorded.recording.replay(x);
    return known.tries < MAX_TRIES ? this.#trace(known, forward, x) : forward(x);
  }

  /** Data that were freed end the recordings that read them. */
  forget(dataId: DataId): void {
    this.#freed?.add(dataId);
    for (const known of this.#known.values()) if (known.recorded?.reads.has(dataId)) drop(known);
  }

  clear(): void {
    for (const known of this.#known.values()) drop(known);
    this.#known.clear();
  }

  #recorded(): Known[] {
    return [...this.#known.values()].filter(({ recorded }) => recorded);
  }

  #lookUp(key: string, version: number): Known {
    const found = this.#known.get(key);
    if (found && found.version !== version) drop(found);
    const known = found?.version === version ? found : { version, tries: 0 };
    this.#known.delete(key);
    this.#known.set(key, known);
    for (const [oldest, other] of this.#known) {
      if (this.#known.size <= MAX_KNOWN) break;
      drop(other);
      this.#known.delete(oldest);
    }
    return known;
  }

  #trace(known: Known, forward: Forward, x: Tensor): TensorInfo {
    const freed = (this.#freed = new Set<DataId>());
    try {
      const { output, recording, ...trace } = this.#recorder.trace(forward, x);
      known.tries++;
      // A run that cannot be replayed may have filled a cache on the way that the next run finds filled.
      if (!recording) return output;
      const reads = new Reads(trace.reads);
      const fingerprint = `${trace.fingerprint} ${reads.fingerprint}`;
      const stillThere = [...trace.reads].every((dataId) => !freed.has(dataId));
      if (stillThere && fingerprint === known.fingerprint) this.#keep(known, recording, reads);
      else recording.dispose();
      if (stillThere) known.fingerprint = fingerprint;
      return output;
    } finally {
      this.#freed = undefined;
    }
  }

  #keep(known: Known, recording: Recording, reads: Reads): void {
    known.recorded = { recording, reads };
    known.tries = 0;
    const others = this.#recorded().filter((other) => other !== known);
    while (others.length > 0 && (others.length >= MAX_RECORDINGS || this.bytes > this.#maxBytes)) drop(others.shift()!);
  }
}

/** The next run that does the same as the last is recorded again. */
function drop(known: Known): void {
  known.recorded?.recording.dispose();
  known.recorded = undefined;
}
