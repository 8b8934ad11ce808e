import { decodeImage } from "@tessera/data";
import type { LookedInside, Setup } from "./calls.ts";
import { answerOf } from "./classify.ts";
import { seenInside } from "./seen-inside.ts";
import { type CallOptions, prepare } from "./session.ts";

/** Classes whose numbers are shown. */
const topK = 8;

/** Takes a picture through a model step by step, and keeps what can be looked at of each. */
export async function lookInside(
  { setup, picture, target }: { setup: Setup; picture: Blob; target: number | "predicted" },
  options: CallOptions,
): Promise<LookedInside> {
  const session = await prepare(setup, options);
  options.onProgress({ stage: "Reading the picture" });
  const { top, logits } = await answerOf(session, picture, topK, options.signal);
  const { classifier, ready } = session;
  const of = target === "predicted" ? top[0]!.index : target;
  return {
    ready,
    top: top.map(({ index, label, score }) => ({ index, label, score, logit: logits[index]! })),
    target: { index: of, label: classifier!.labels[of]! },
    ...(await seenInside(classifier!, await decodeImage(picture), { ...options, target: of })),
  };
}
