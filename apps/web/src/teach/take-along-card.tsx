import { useSignal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import { ProblemNote } from "../components/problem-note.tsx";
import { Progress } from "../components/progress.tsx";
import type { WrittenFile } from "../worker/lessons.ts";
import { ready } from "./reading.ts";
import { isBusy } from "./training.ts";
import { work } from "./work.ts";
import { files, markSaved, writeFiles, writing } from "./writing.ts";

/** The files of what was taught. */
export function TakeAlongCard() {
  const { taught } = work.value;
  const licence = ready.value?.licence;
  return (
    <section class="card" aria-labelledby="along-title">
      <h2 id="along-title">Take it along</h2>
      <p class="hint">
        Two files for one folder, which Tessera's packages and command line load, and timm in Python. They are made of a
        model whose licence is {licence ?? "not said by its files"}.
      </p>
      <div class="actions">
        {files.value ? (
          files.value.map((file) => <Download key={file.name} file={file} />)
        ) : (
          <button
            type="button"
            disabled={!taught || isBusy.value || writing.running.value}
            onClick={() => void writeFiles()}
          >
            Make its files
          </button>
        )}
      </div>
      <Progress task={writing} />
      <ProblemNote problem={writing.problem.value} />
    </section>
  );
}

function Download({ file: { name, blob } }: { file: WrittenFile }) {
  const url = useSignal("");
  useLayoutEffect(() => {
    url.value = URL.createObjectURL(blob);
    return () => URL.revokeObjectURL(url.value);
  }, [blob]);
  return (
    <a class="button" href={url.value} download={name} onClick={markSaved}>
      {name} <small>{sizeOf(blob)}</small>
    </a>
  );
}

function sizeOf({ size }: Blob): string {
  return size < 1e6 ? `${Math.ceil(size / 1e3)} kB` : `${(size / 1e6).toFixed(1)} MB`;
}
