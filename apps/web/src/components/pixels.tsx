import { useLayoutEffect, useRef } from "preact/hooks";

interface PixelsProps {
  /** Bytes of red, green, blue and cover. */
  layer: { width: number; height: number; data: Uint8ClampedArray<ArrayBuffer> };
  /** What it shows, for who does not see it; without it the words beside it say it. */
  label?: string;
  class?: string;
}

/** Pixels that were computed, as large as the style says. */
export function Pixels({ layer: { width, height, data }, label, class: name }: PixelsProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    // In memory: a page that asks the GPU for so little waits for it.
    const context = canvas.current!.getContext("2d", { willReadFrequently: true })!;
    context.putImageData(new ImageData(data, width, height), 0, 0);
  }, [data, width, height]);
  const named = label ? { role: "img" as const, "aria-label": label } : { "aria-hidden": true };
  return <canvas ref={canvas} width={width} height={height} class={name} {...named} />;
}
