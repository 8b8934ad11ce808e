import { effect, signal } from "@preact/signals";
import { type Frame, type FrameHandler, camera } from "../classify/camera.ts";
import { engine } from "../engine.ts";
import { keep, ready } from "./reading.ts";
import { tryFrame } from "./trying.ts";
import { type TaughtPicture, teaching } from "./work.ts";

/** Pictures that one press takes, and the milliseconds between two of them: what the camera sees must have time to change. */
export const burst = 10;
const between = 150;

/** The class that the camera takes pictures for, and what was taken so far. */
export const taking = signal<{ classId: number; read: readonly TaughtPicture[] } | undefined>(undefined);

export function takePictures(classId: number): void {
  taking.value = { classId, read: [] };
}

// A camera that ends leaves what it took.
effect(() => {
  if (!camera.live.value && taking.value) finish();
});

/** The camera's frames are pictures of a class while some are taken for it, and else are tried. */
export const frames: FrameHandler = {
  async prepare() {},
  async onFrame(frame) {
    if (!taking.peek()) return tryFrame(frame);
    const start = performance.now();
    await take(frame);
    await new Promise((resolve) => setTimeout(resolve, between - (performance.now() - start)));
  },
};

async function take(frame: Frame): Promise<void> {
  const { classId } = taking.peek()!;
  const setup = teaching.setup.peek();
  const found = await engine.call("read", { setup, pictures: [frame] }, { transfer: [frame] });
  const [picture] = found.pictures;
  if (!picture || "error" in picture) throw new Error(picture?.error);
  const { kept, thumbnail, features } = picture;
  ready.value = found.ready;
  const now = taking.peek();
  if (now?.classId !== classId) return;
  const one = { classId, name: "camera.jpg", blob: kept!, thumbnail, features, seenBy: setup.model };
  taking.value = { classId, read: [...now.read, one] };
  if (taking.value.read.length === burst) finish();
}

function finish(): void {
  const { read } = taking.peek()!;
  taking.value = undefined;
  keep(read);
}
