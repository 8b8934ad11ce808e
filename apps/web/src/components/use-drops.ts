import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { filesOf } from "../state/dropped-files.ts";
import { type FileTaker, takeFiles } from "../state/take-files.ts";

/** What becomes of a drop or a paste, and onto what it went. It must read the transfer before its first wait. */
export type TransferTaker = (transfer: DataTransfer, onto: EventTarget | null) => Promise<void>;

/** Takes what is dropped or pasted anywhere on the page. True while something is held over it. */
export function useDrops(taker: FileTaker, take: TransferTaker = filesFor(taker)): Signal<boolean> {
  const over = useSignal(false);
  useEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    const onDrop = async (event: DragEvent) => {
      event.preventDefault();
      over.value = false;
      if (event.dataTransfer) await take(event.dataTransfer, event.target);
    };
    const onPaste = async (event: ClipboardEvent) => {
      const transfer = event.clipboardData;
      if (!transfer || transfer.files.length === 0) return;
      event.preventDefault();
      await take(transfer, event.target);
    };
    addEventListener("dragover", (event) => (event.preventDefault(), (over.value = true)), { signal });
    addEventListener("dragleave", ({ relatedTarget }) => relatedTarget || (over.value = false), { signal });
    addEventListener("drop", (event) => void onDrop(event), { signal });
    addEventListener("paste", (event) => void onPaste(event), { signal });
    return () => listening.abort();
  }, []);
  return over;
}

function filesFor(taker: FileTaker): TransferTaker {
  return async (transfer) => takeFiles(await filesOf(transfer), taker);
}
