import type { Classification } from "@tessera/pipeline";
import type { Classified, Picture, Setup } from "./calls.ts";
import { type CallOptions, type Session, prepare, trainedOf } from "./session.ts";

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
  session: Session,
  picture: Picture,
  topK: number,
  signal: AbortSignal,
): Promise<Classification & { error?: undefined }> {
  for await (const result of trainedOf(session).stream([picture], { topK, signal })) {
    if (result.error) throw result.error;
    return result;
  }
  throw new Error("classify: expected one result, got none");
}
