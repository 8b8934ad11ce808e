import { useSignal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";

/** A small picture; its address lives as long as it is shown. */
export function Thumbnail({ blob }: { blob: Blob }) {
  const url = useSignal("");
  useLayoutEffect(() => {
    url.value = URL.createObjectURL(blob);
    return () => URL.revokeObjectURL(url.value);
  }, [blob]);
  return url.value ? <img src={url.value} alt="" width="48" height="48" /> : null;
}
