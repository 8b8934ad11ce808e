import { useEffect, useRef } from "preact/hooks";
import { camera } from "../classify/camera.ts";
import { NoPicture, Shown } from "../classify/shown-picture.tsx";
import { ClassList } from "../components/class-list.tsx";
import { PictureChooser } from "../components/picture-chooser.tsx";
import { ProblemNote } from "../components/problem-note.tsx";
import { Progress } from "../components/progress.tsx";
import { picture } from "../state/picture.ts";
import type { FileTaker } from "../state/take-files.ts";
import { frames } from "./taking-frames.ts";
import { trying } from "./trying.ts";
import { work } from "./work.ts";

/** The camera or a picture, and which of the taught classes it shows. */
export function TryCard({ taker, isOver }: { taker: FileTaker; isOver: boolean }) {
  const live = camera.live.value;
  const shown = picture.value;
  return (
    <section class={isOver ? "card stage over" : "card stage"} aria-labelledby="try-title">
      <h2 id="try-title">Try it</h2>
      <div class="frame">
        {live ? (
          <LiveCamera stream={live} />
        ) : shown ? (
          <Shown picture={shown} key={shown.url} />
        ) : (
          <NoPicture>Start the camera, or choose a picture</NoPicture>
        )}
      </div>
      <PictureChooser {...taker} canRemove={!live}>
        <button type="button" onClick={() => (live ? camera.stop() : void camera.start())}>
          {live ? "Stop the camera" : "Use the camera"}
        </button>
      </PictureChooser>
      <Progress task={trying} />
      <ProblemNote problem={camera.problem.value ?? trying.problem.value} />
      <Answer />
    </section>
  );
}

function Answer() {
  if (!work.value.taught) return <p class="hint">What it is taken for will stand here, once it is taught.</p>;
  const isAsked = camera.live.value ?? picture.value;
  return trying.result.value && isAsked ? (
    <div class={trying.running.value ? "stale" : ""}>
      <ClassList top={trying.result.value.top} />
    </div>
  ) : null;
}

function LiveCamera({ stream }: { stream: MediaStream }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current!;
    element.srcObject = stream;
    void element.play().then(() => camera.run(element, frames));
  }, [stream]);
  return <video ref={video} muted playsInline aria-label="The camera's picture" />;
}
