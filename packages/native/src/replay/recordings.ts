import type { Tensor, TensorInfo } from "@tensorflow/tfjs-core";
import type { NativeBackend } from "../backend.ts";
import type { DataId } from "../entry.ts";
import { numberOf } from "./number-of.ts";
import { record } from "./record.ts";
import type { Recording } from "./recording.ts";

/** Forwards, by shape, that something is known of. */
const MAX_KNOWN = 64;
const MAX_RECORDINGS = 8;
/** Bytes that recordings may hold together; the newest may hold more, as its forward needs them anyway. */
const MAX_BYTES = 512 * 2 ** 20;
/** How often a forward is tried until it is taken for one that is another every time. */
const MAX_TRIES = 4;

type Forward = (x: Tensor) => Tensor;

interface Known {
  version: number;
  /** Times that it ran since it was last recorded. */
  tries: number;
  /** Of the last time that could have been replayed. */
  fingerprint?: string;
}

/**
 * The forwards of a backend that are recorded, by function and shape, all with the instruction set and the precision in use.
 * The first two runs are compared: only a forward that did the same both times, with the same constants, can be replayed.
 */
export class Recordings {
  readonly #backend: NativeBackend;
  readonly #maxBytes: number;
  /** In both, what was used last comes last. */
  readonly #known = new Map<string, Known>();
  readonly #recordings = new Map<string, Recording>();
  #settings = "";
  #busy = false;

  constructor(backend: NativeBackend, maxBytes = MAX_BYTES) {
    this.#backend = backend;
    this.#maxBytes = maxBytes;
  }

  /** Bytes that nobody else can have. */
  get bytes(): number {
    return [...this.#recordings.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  run(forward: Forward, version: number, x: Tensor): TensorInfo {
    const backend = this.#backend;
    // Within another forward it is a part of that; and what is measured takes its steps.
    if (this.#busy || backend.measured || x.dtype !== "float32" || x.size === 0) return forward(x);
    const settings = `${backend.isa} ${backend.precision}`;
    if (settings !== this.#settings) this.clear();
    this.#settings = settings;
    const key = `${numberOf(forward)}/${x.shape.join("x")}`;
    const known = this.#lookUp(key, version);
    const recording = this.#recordings.get(key);
    if (recording?.current) {
      touch(this.#recordings, key, recording);
      return recording.replay(x);
    }
    this.#drop(key);
    return known.tries < MAX_TRIES ? this.#record(key, known, forward, x) : forward(x);
  }

  /** Data that are freed end the recordings that read them. */
  forget(dataId: DataId): void {
    for (const [key, recording] of this.#recordings) if (recording.reads(dataId)) this.#drop(key);
  }

  clear(): void {
    for (const key of this.#recordings.keys()) this.#drop(key);
    this.#known.clear();
  }

  #lookUp(key: string, version: number): Known {
    const found = this.#known.get(key);
    if (found?.version !== version) this.#drop(key);
    const known = found?.version === version ? found : { version, tries: 0 };
    touch(this.#known, key, known);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MAX_KNOWN) break;
      this.#drop(oldest);
      this.#known.delete(oldest);
    }
    return known;
  }

  #record(key: string, known: Known, forward: Forward, x: Tensor): TensorInfo {
    this.#busy = true;
    try {
      const { output, fingerprint, recording } = record(this.#backend, forward, x);
      known.tries++;
      // One that cannot be replayed may have filled a cache on the way, and the next do without.
      if (recording && fingerprint === known.fingerprint) this.#keep(key, known, recording);
      else if (recording) {
        known.fingerprint = fingerprint;
        recording.dispose();
      }
      return output;
    } finally {
      this.#busy = false;
    }
  }

  #keep(key: string, known: Known, recording: Recording): void {
    known.tries = 0;
    this.#recordings.set(key, recording);
    for (const oldest of this.#recordings.keys()) {
      if (oldest === key || (this.#recordings.size <= MAX_RECORDINGS && this.bytes <= this.#maxBytes)) break;
      this.#drop(oldest);
    }
  }

  /** The next run that does the same as the last is recorded again. */
  #drop(key: string): void {
    this.#recordings.get(key)?.dispose();
    this.#recordings.delete(key);
  }
}

function touch<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
}
