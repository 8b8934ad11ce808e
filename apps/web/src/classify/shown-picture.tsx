import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { ShownPicture } from "../state/picture.ts";

/** The picture that was given; its name where the browser cannot show it. */
export function Shown({ picture: { name, url } }: { picture: ShownPicture }) {
  const isBroken = useSignal(false);
  if (isBroken.value) return <NoPicture>{name} cannot be shown</NoPicture>;
  return <img src={url} alt={`The picture that is looked at: ${name}`} onError={() => (isBroken.value = true)} />;
}

/** In place of a picture, with words. */
export function NoPicture({ children }: { children: ComponentChildren }) {
  return (
    <p class="empty">
      <svg viewBox="0 0 48 48" width="48" height="48" aria-hidden="true">
        <path
          d="M8 34l10-11 8 8 5-5 9 9M6 10h36v28H6z"
          fill="none"
          stroke="currentColor"
          stroke-width="2"
          stroke-linejoin="round"
        />
        <circle cx="32" cy="18" r="3" fill="none" stroke="currentColor" stroke-width="2" />
      </svg>
      <span>{children}</span>
    </p>
  );
}
