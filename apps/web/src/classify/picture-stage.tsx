import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { filesOf, sortFiles } from "../state/dropped-files.ts";
import { clearPicture, examples, picture, showExample, showPicture } from "../state/picture.ts";
import { looking } from "../state/setup.ts";
import { problemOf } from "../state/task.ts";
import { camera } from "./camera.ts";
import { classification, frames } from "./classification.ts";
import { NoPicture, Shown } from "./shown-picture.tsx";

/** Takes what the user gave: a picture is shown, a model is chosen. */
function take(files: readonly File[]): void {
  const sorted = sortFiles(files);
  if (sorted.kind === "model") looking.model.value = sorted.model;
  else if (sorted.kind === "picture") {
    camera.stop();
    showPicture(sorted.file, sorted.file.name);
  } else classification.fail({ title: "That could not be used", detail: sorted.why });
}

/** The picture, the camera, or the place to drop one. */
export function PictureStage() {
  const over = useSignal(false);
  const chooser = useRef<HTMLInputElement>(null);
  const choose = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    const onDrop = async (event: DragEvent) => {
      event.preventDefault();
      over.value = false;
      if (event.dataTransfer) take(await filesOf(event.dataTransfer));
    };
    const onPaste = async (event: ClipboardEvent) => {
      const transfer = event.clipboardData;
      if (!transfer || transfer.files.length === 0) return;
      event.preventDefault();
      take(await filesOf(transfer));
    };
    addEventListener("dragover", (event) => (event.preventDefault(), (over.value = true)), { signal });
    addEventListener("dragleave", ({ relatedTarget }) => relatedTarget || (over.value = false), { signal });
    addEventListener("drop", (event) => void onDrop(event), { signal });
    addEventListener("paste", (event) => void onPaste(event), { signal });
    return () => listening.abort();
  }, []);

  const live = camera.live.value;
  const shown = picture.value;
  return (
    <section class={over.value ? "card stage over" : "card stage"} aria-label="Picture">
      <div class="frame">
        {live ? (
          <LiveCamera stream={live} />
        ) : shown ? (
          <Shown picture={shown} key={shown.url} />
        ) : (
          <NoPicture>Drop or paste a picture here</NoPicture>
        )}
      </div>
      <div class="actions">
        <button type="button" class="primary" ref={choose} onClick={() => chooser.current?.click()}>
          Choose a picture
        </button>
        <input
          ref={chooser}
          class="visually-hidden"
          type="file"
          accept="image/*"
          tabIndex={-1}
          aria-label="Picture file"
          onChange={({ currentTarget }) => {
            take([...(currentTarget.files ?? [])]);
            currentTarget.value = "";
          }}
        />
        <button type="button" onClick={() => (live ? camera.stop() : void camera.start())}>
          {live ? "Stop the camera" : "Use the camera"}
        </button>
        {shown && !live && (
          <button
            type="button"
            class="quiet"
            onClick={() => {
              clearPicture();
              // This button goes with the picture.
              choose.current?.focus();
            }}
          >
            Remove
          </button>
        )}
      </div>
      <Examples />
    </section>
  );
}

function Examples() {
  async function show(example: (typeof examples)[number]) {
    camera.stop();
    try {
      await showExample(example);
    } catch (error) {
      classification.fail(problemOf(error, `${example.name} could not be fetched`));
    }
  }
  return (
    <div class="examples" role="group" aria-label="Examples">
      <span aria-hidden="true">Or try</span>
      {examples.map((example) => (
        <button
          type="button"
          key={example.name}
          aria-label={`Example ${example.name}`}
          onClick={() => void show(example)}
        >
          <img src={example.url} alt="" width="48" height="48" />
        </button>
      ))}
    </div>
  );
}

function LiveCamera({ stream }: { stream: MediaStream }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current!;
    element.srcObject = stream;
    void element.play().then(() => camera.run(element, frames));
  }, [stream]);
  return (
    <>
      <video ref={video} muted playsInline aria-label="The camera's picture" />
      <output class="rate">{camera.rate.value.toFixed(1)} frames/s</output>
    </>
  );
}
