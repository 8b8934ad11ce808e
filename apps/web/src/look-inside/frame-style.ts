import type { Insight } from "../worker/calls.ts";

/** Where on a picture lies what the model sees of it. */
export function frameStyle({
  picture: { width, height },
  frame,
}: Pick<Insight, "picture" | "frame">): Record<string, string> {
  const share = (value: number) => `${100 * value}%`;
  return {
    left: share(frame.left / width),
    top: share(frame.top / height),
    width: share(frame.width / width),
    height: share(frame.height / height),
  };
}
