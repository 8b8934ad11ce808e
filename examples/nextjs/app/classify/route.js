// A route handler. The model is loaded once, into a thread of its own.
import { imageClassifier } from "@tessera/pipeline";

const classifier = imageClassifier(undefined, { workers: 1 });

/** @param {Request} request whose body is a picture */
export async function POST(request) {
  const classify = await classifier;
  const top = await classify(new Uint8Array(await request.arrayBuffer()), { topK: 3, signal: request.signal });
  return Response.json(top);
}
