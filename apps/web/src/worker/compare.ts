import type { Compared, Difference, Setup, ShownSide, Side } from "./calls.ts";
import { answerOf } from "./classify.ts";
import { type CallOptions, type Session, prepare } from "./session.ts";

/** Classes of each side that are shown. */
const topK = 3;

/** Asks two models, or one in two places, of the same picture, and finds the logit that differs most. */
export async function compare(
  { sides: setups, picture, maps }: { sides: readonly [Setup, Setup]; picture: Blob; maps: boolean },
  options: CallOptions,
): Promise<Compared> {
  const sides: Side[] = [];
  const answers: { logits: Float32Array; labels: readonly string[] }[] = [];
  for (const setup of setups) {
    const session = await prepare(setup, options);
    const { top, ms, logits } = await answerOf(session, picture, topK, options.signal);
    const shown = maps ? await shownSide(session, picture, top[0]!.index, options) : undefined;
    sides.push({ ready: session.ready, top, ms: ms.forward, shown });
    answers.push({ logits, labels: session.classifier!.labels });
  }
  const [a, b] = answers as [(typeof answers)[0], (typeof answers)[0]];
  const areAlike = a.labels.length === b.labels.length && a.labels.every((label, i) => label === b.labels[i]);
  return {
    sides: sides as [Side, Side],
    difference: areAlike ? differenceOf(a.logits, b.logits, a.labels) : undefined,
  };
}

async function shownSide(
  { classifier }: Session,
  picture: Blob,
  target: number,
  { signal, onProgress }: CallOptions,
): Promise<ShownSide> {
  onProgress({ stage: "Asking what speaks for the answer" });
  const { reasonOf } = await import("./seen-inside.ts");
  signal.throwIfAborted();
  return reasonOf(classifier!, picture, target);
}

function differenceOf(a: Float32Array, b: Float32Array, labels: readonly string[]): Difference {
  const differences = a.map((value, i) => Math.abs(value - b[i]!));
  // NaN on one side is the largest difference there is.
  const largest = differences.reduce((most, value) => (value > most || Number.isNaN(value) ? value : most), 0);
  return {
    largest,
    where: labels[differences.findIndex((value) => Object.is(value, largest))] ?? "",
    scale: a.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
  };
}
