import { TesseraError } from "@tessera/core";
import type { Classification } from "@tessera/pipeline";
import type { Classified, Compared, ModelChoice, Picture, Place, Setup, Side } from "./calls.ts";
import { type CallOptions, type Session, prepare } from "./session.ts";

/** Tells what is on a picture. */
export async function classify(
  { setup, picture, topK }: { setup: Setup; picture: Picture; topK: number },
  options: CallOptions,
): Promise<Classified> {
  try {
    const session = await prepare(setup, options);
    if (picture instanceof Blob) options.onProgress({ stage: "Reading the picture" });
    const { top, ms } = await answerOf(session, picture, topK, options.signal);
    return { ready: session.ready, top, ms };
  } finally {
    if (!(picture instanceof Blob)) picture.close();
  }
}

/** Runs the same picture in two places and finds the logit that differs most. */
export async function compare(
  { model, places, picture }: { model: ModelChoice; places: readonly [Place, Place]; picture: Picture },
  options: CallOptions,
): Promise<Compared> {
  const sides: Side[] = [];
  const logits: Float32Array[] = [];
  let labels: readonly string[] = [];
  for (const place of places) {
    const session = await prepare({ model, ...place }, options);
    const result = await answerOf(session, picture, 1, options.signal);
    const { label, score } = result.top[0]!;
    sides.push({ ready: session.ready, label, score, ms: result.ms.forward });
    logits.push(result.logits);
    labels = session.classifier?.labels ?? [];
  }
  const [a, b] = logits as [Float32Array, Float32Array];
  const differences = a.map((value, i) => Math.abs(value - b[i]!));
  // NaN on one side is the largest difference there is.
  const largestDifference = differences.reduce(
    (most, value) => (value > most || Number.isNaN(value) ? value : most),
    0,
  );
  return {
    sides: sides as [Side, Side],
    largestDifference,
    where: labels[differences.findIndex((value) => Object.is(value, largestDifference))] ?? "",
    scale: a.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
  };
}

/** The answer to one picture, with its logits and times. @throws {TesseraError} if it cannot be read, or the weights are random. */
export async function answerOf(
  { classifier, ready }: Session,
  picture: Picture,
  topK: number,
  signal: AbortSignal,
): Promise<Classification & { error?: undefined }> {
  if (!classifier) {
    throw new TesseraError(
      `${ready.model}: expected trained weights, got random ones; choose another model, this one is for measuring`,
    );
  }
  for await (const result of classifier.stream([picture], { topK, signal })) {
    if (result.error) throw result.error;
    return result;
  }
  throw new Error("classify: expected one result, got none");
}
