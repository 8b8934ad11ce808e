import { type Tensor, env, tidy } from "@tensorflow/tfjs-core";
import { numberOf } from "../program/bindings.ts";
import { halfOf } from "../program/half.ts";
import { isCollecting } from "../program/pipelines.ts";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";
import { inputLike, record } from "./record.ts";
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
  fingerprint?: number;
  recording?: Recording | undefined;
}

/**
 * The forwards of a backend that are recorded, by function, shape, type and precision. The first two are run as ever and
 * compared: only one that did the same both times, with the same constants, can be replayed.
 */
class Recordings {
  private readonly backend: TfjsWebgpu;
  /** The one used last comes last. */
  private readonly known = new Map<string, Known>();
  private busy = false;

  constructor(backend: TfjsWebgpu) {
    this.backend = backend;
    const release = backend.releaseResource.bind(backend);
    backend.releaseResource = (dataId) => {
      release(dataId);
      for (const known of this.known.values()) if (known.recording?.reads(dataId)) drop(known);
    };
  }

  run(forward: Forward, version: number, x: Tensor): Tensor {
    const { backend } = this;
    try {
      backend.ensureCommandEncoderReady();
    } catch (error) {
      for (const known of this.known.values()) drop(known);
      throw error;
    }
    // Within another forward it is a part of that; and what is measured or checked takes its steps.
    if (this.busy || Boolean(backend.activeTimers) || env().getBool("DEBUG") || x.size === 0) return forward(x);
    if (isCollecting()) return this.collect(forward, x);
    const known = this.lookUp(
      `${numberOf(forward)}/${x.shape.join("x")}/${x.dtype}/${halfOf(backend.device)}`,
      version,
    );
    if (known.recording && !known.recording.current) drop(known);
    if (known.recording) return known.recording.replay(x);
    if (known.tries >= MAX_TRIES) return forward(x);
    return this.record(known, forward, x);
  }

  private lookUp(key: string, version: number): Known {
    const found = this.known.get(key);
    if (found && found.version !== version) drop(found);
    const known = found?.version === version ? found : { version, tries: 0 };
    this.known.delete(key);
    this.known.set(key, known);
    for (const [oldest, { recording }] of this.known) {
      if (this.known.size <= MAX_KNOWN) break;
      recording?.dispose();
      this.known.delete(oldest);
    }
    return known;
  }

  /** Asks for the programs that it will be recorded with, so nothing of it may be computed by the processor. */
  private collect(forward: Forward, x: Tensor): Tensor {
    this.busy = true;
    try {
      return tidy(() => forward(inputLike(this.backend, x)));
    } finally {
      this.busy = false;
    }
  }

  private record(known: Known, forward: Forward, x: Tensor): Tensor {
    this.busy = true;
    try {
      const { output, fingerprint, recording } = record(this.backend, forward, x);
      known.tries++;
      // One that cannot be replayed may have filled a cache on the way, and the next do without.
      if (recording && fingerprint === known.fingerprint) this.keep(known, recording);
      else if (recording) {
        known.fingerprint = fingerprint;
        recording.dispose();
      }
      return output;
    } finally {
      this.busy = false;
    }
  }

  private keep(known: Known, recording: Recording): void {
    known.recording = recording;
    known.tries = 0;
    const all = [...this.known.values()].filter((other) => other.recording);
    let bytes = all.reduce((sum, other) => sum + other.recording!.bytes, 0);
    for (let kept = all.length; kept > 1 && (kept > MAX_RECORDINGS || bytes > MAX_BYTES); kept--) {
      const oldest = all.shift()!;
      bytes -= oldest.recording!.bytes;
      drop(oldest);
    }
  }
}

/** The next run that does the same as the last is recorded again. */
function drop(known: Known): void {
  known.recording?.dispose();
  known.recording = undefined;
}

const recordings = new WeakMap<TfjsWebgpu, Recordings>();

export function recordingsOf(backend: TfjsWebgpu): Recordings {
  const known = recordings.get(backend) ?? new Recordings(backend);
  recordings.set(backend, known);
  return known;
}
