import { useEffect, useRef } from "preact/hooks";
import { PictureChooser } from "../components/picture-chooser.tsx";
import { useDrops } from "../components/use-drops.ts";
import { picture } from "../state/picture.ts";
import type { FileTaker } from "../state/take-files.ts";
import { camera } from "./camera.ts";
import { classification, frames } from "./classification.ts";
import { NoPicture, Shown } from "./shown-picture.tsx";

const taker: FileTaker = {
  onPicture: () => camera.stop(),
  onProblem: (problem) => classification.fail(problem),
};

/** The picture, the camera, or the place to drop one. */
export function PictureStage() {
  const over = useDrops(taker);
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
      <PictureChooser {...taker} canRemove={!live}>
        <button type="button" onClick={() => (live ? camera.stop() : void camera.start())}>
          {live ? "Stop the camera" : "Use the camera"}
        </button>
      </PictureChooser>
    </section>
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
