import { signal } from "@preact/signals";

/** What stands after `#`: a tab, and after a `?` what it shows. Never a picture, and nothing of a user's files. */
export interface Address {
  tab: string;
  view: URLSearchParams;
}

/** As it was opened, followed or typed; what the page itself writes there is not read back. */
export const opened = signal(addressOf(location.hash));
addEventListener("hashchange", () => (opened.value = addressOf(location.hash)));

/** Milliseconds for which a slider may move before the address follows: browsers refuse pages that write too often. */
const pause = 250;
let waiting: ReturnType<typeof setTimeout> | undefined;

/** Makes the address one that shows the same again. */
export function keepInAddress({ tab, view }: Address): void {
  clearTimeout(waiting);
  waiting = setTimeout(() => history.replaceState(null, "", hashOf({ tab, view })), pause);
}

/** Goes to a tab, as a link to it would. */
export function openAddress(tab: string): void {
  clearTimeout(waiting);
  const next = { tab, view: new URLSearchParams() };
  history.replaceState(null, "", hashOf(next));
  opened.value = next;
}

function addressOf(hash: string): Address {
  const [tab = "", view] = hash.slice(1).split("?", 2);
  return { tab, view: new URLSearchParams(view) };
}

function hashOf({ tab, view }: Address): string {
  const text = view.toString();
  return text ? `#${tab}?${text}` : `#${tab}`;
}
