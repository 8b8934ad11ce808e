import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { clearPicture, examples, picture, showExample } from "../state/picture.ts";
import { type FileTaker, takeFiles } from "../state/take-files.ts";
import { problemOf } from "../state/task.ts";

interface PictureChooserProps extends FileTaker {
  /** False while something else than the picture is shown. @default true */
  canRemove?: boolean;
  /** More ways to a picture. */
  children?: ComponentChildren;
}

/** Chooses a picture: a file, one of the examples, or none. */
export function PictureChooser({ canRemove = true, children, ...taker }: PictureChooserProps) {
  const chooser = useRef<HTMLInputElement>(null);
  const choose = useRef<HTMLButtonElement>(null);
  return (
    <>
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
            takeFiles([...(currentTarget.files ?? [])], taker);
            currentTarget.value = "";
          }}
        />
        {children}
        {picture.value && canRemove && (
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
      <Examples {...taker} />
    </>
  );
}

function Examples({ onPicture, onProblem }: FileTaker) {
  async function show(example: (typeof examples)[number]) {
    onPicture?.();
    try {
      await showExample(example);
    } catch (error) {
      onProblem(problemOf(error, `${example.name} could not be fetched`));
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
