import { useSignal } from "@preact/signals";
import { announce } from "../state/announce.ts";

/** Puts a text on the clipboard, and says so. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const word = useSignal(label);
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      word.value = "Copied";
      announce("Copied");
    } catch {
      word.value = "Copying is blocked; select it below";
    }
    setTimeout(() => (word.value = label), 2500);
  }
  return (
    <button type="button" onClick={() => void copy()}>
      {word}
    </button>
  );
}
