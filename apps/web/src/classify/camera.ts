import { signal } from "@preact/signals";
import { announce } from "../state/announce.ts";
import { type Problem, isAbort, problemOf } from "../state/task.ts";

/** One picture of the camera. Whoever has it last closes it. */
export type Frame = VideoFrame | ImageBitmap;

/** Callbacks for the camera's pictures. */
export interface FrameHandler {
  /** Is waited for before each frame is taken. */
  prepare(signal: AbortSignal): Promise<void>;
  onFrame(frame: Frame): Promise<void>;
}

const advice: Record<string, string> = {
  NotAllowedError: "The camera is blocked for this page; allow it beside the address, then try again.",
  NotFoundError: "There is no camera; connect one, or choose a picture.",
  NotReadableError: "Another program uses the camera; close that, then try again.",
};

/** The camera, live: each frame is looked at when the one before is done. */
class Camera {
  readonly live = signal<MediaStream | undefined>(undefined);
  /** Frames a second that were looked at. */
  readonly rate = signal(0);
  readonly problem = signal<Problem | undefined>(undefined);
  #controller: AbortController | undefined;

  async start(): Promise<void> {
    this.problem.value = undefined;
    try {
      if (!navigator.mediaDevices) throw new Error("Expected a page on https, got one without; open it by https.");
      const video = { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: "environment" };
      const stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
      for (const track of stream.getTracks()) track.addEventListener("ended", () => this.#lose(stream));
      this.live.value = stream;
      announce("The camera is on");
    } catch (error) {
      const { name, message } = error as Error;
      this.#fail({ title: "The camera could not be started", detail: advice[name] ?? message });
    }
  }

  stop(): void {
    this.#controller?.abort();
    for (const track of this.live.value?.getTracks() ?? []) track.stop();
    this.live.value = undefined;
    this.rate.value = 0;
  }

  /** Looks at frame after frame, until it is stopped or looking fails. */
  async run(video: HTMLVideoElement, { prepare, onFrame }: FrameHandler): Promise<void> {
    this.#controller?.abort();
    const controller = (this.#controller = new AbortController());
    const { signal: stopped } = controller;
    let interval = 0;
    let last = performance.now();
    try {
      while (!stopped.aborted) {
        await prepare(stopped);
        await nextFrame(video);
        if (stopped.aborted) return;
        await onFrame(await frameOf(video));
        if (stopped.aborted) return;
        const now = performance.now();
        interval = interval === 0 ? now - last : 0.8 * interval + 0.2 * (now - last);
        last = now;
        this.rate.value = 1000 / interval;
      }
    } catch (error) {
      if (isAbort(error)) return;
      this.#fail(problemOf(error, "The camera's picture could not be classified"));
      this.stop();
    }
  }

  /** A stop of ours fires no event: the camera was unplugged, or its permission taken away. */
  #lose(stream: MediaStream): void {
    if (this.live.value !== stream) return;
    this.stop();
    this.#fail({
      title: "The camera ended",
      detail: "It was disconnected or blocked; connect or allow it, then start it again.",
    });
  }

  #fail(problem: Problem): void {
    this.problem.value = problem;
    announce(`${problem.title}. ${problem.detail}`);
  }
}

export const camera = new Camera();

function nextFrame(video: HTMLVideoElement): Promise<void> {
  return new Promise((resolve) => {
    if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(() => resolve());
    else requestAnimationFrame(() => resolve());
  });
}

/** Handed on as it is where it can be: a bitmap would be drawn on the GPU, and the page stand still until that is free. */
async function frameOf(video: HTMLVideoElement): Promise<Frame> {
  return "VideoFrame" in globalThis ? new VideoFrame(video) : createImageBitmap(video);
}
