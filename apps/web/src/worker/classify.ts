import { TesseraError } from "@tessera/core";
import type { Classification } from "@tessera/pipeline";
import type { Classified, Picture, Setup } from "./calls.ts";
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
