import { useId, useRef } from "preact/hooks";
import { camera } from "../classify/camera.ts";
import { addFiles } from "./reading.ts";
import { burst, takePictures, taking } from "./taking-frames.ts";
import { Thumbnail } from "./thumbnail.tsx";
import { isBusy } from "./training.ts";
import { type TaughtClass, removeClass, renameClass, work } from "./work.ts";

/** Pictures that are shown of each class, the last ones: a thousand would take the page's time. */
const shown = 11;

/** A class: its name, its pictures, and the ways to more of them. */
export function ClassCard({ one: { id, name } }: { one: TaughtClass }) {
  const nameId = useId();
  const chooser = useRef<HTMLInputElement>(null);
  const pictures = work.value.pictures.filter(({ classId }) => classId === id);
  const taken = taking.value?.classId === id ? taking.value.read : undefined;
  const latest = [...pictures, ...(taken ?? [])].slice(-shown);
  const count = pictures.length + (taken?.length ?? 0);
  const isBlocked = isBusy.value || taking.value !== undefined;
  return (
    <li class="card taught" data-class={id} aria-label={name}>
      <div class="taught-name">
        <label class="visually-hidden" for={nameId}>
          Name of the class
        </label>
        <input
          id={nameId}
          value={name}
          maxLength={60}
          autocomplete="off"
          disabled={isBlocked}
          onChange={({ currentTarget }) => {
            renameClass(id, currentTarget.value.trim());
            currentTarget.value = work.value.classes.find((other) => other.id === id)?.name ?? "";
          }}
        />
        <button
          type="button"
          class="quiet"
          aria-label={`Remove ${name}`}
          disabled={isBlocked}
          onClick={() => removeClass(id)}
        >
          Remove
        </button>
      </div>
      {count > 0 ? (
        <div class="thumbnails" aria-hidden="true">
          {latest.map(({ thumbnail }, i) => (
            <Thumbnail key={count - latest.length + i} blob={thumbnail} />
          ))}
          {count > latest.length && <span class="more">+{count - latest.length}</span>}
        </div>
      ) : (
        <p class="hint drop-here">Drop pictures here.</p>
      )}
      <p class="hint">{count === 1 ? "1 picture" : `${count} pictures`}</p>
      <div class="actions">
        <button
          type="button"
          aria-label={`Add pictures to ${name}`}
          disabled={isBlocked}
          onClick={() => chooser.current?.click()}
        >
          Add pictures
        </button>
        <input
          ref={chooser}
          class="visually-hidden"
          type="file"
          accept="image/*"
          multiple
          tabIndex={-1}
          aria-label={`Picture files of ${name}`}
          onChange={({ currentTarget }) => {
            void addFiles(id, [...(currentTarget.files ?? [])]);
            currentTarget.value = "";
          }}
        />
        {camera.live.value && (
          <button
            type="button"
            aria-label={`Take ${burst} pictures of ${name}`}
            disabled={isBlocked}
            onClick={() => takePictures(id)}
          >
            {taken ? `Taking ${taken.length + 1} of ${burst}` : `Take ${burst}`}
          </button>
        )}
      </div>
    </li>
  );
}
