import { FormatError } from "@tessera/core";
import { type SourceInput, openSource } from "@tessera/weights";

/** Far past any config: those of 21,841 classes have a few megabytes. */
const longest = 64 * 2 ** 20;

/** A JSON file from a path, an address or bytes. @throws {FormatError} if it is none. */
export async function readJson(file: SourceInput, signal?: AbortSignal): Promise<unknown> {
  const source = await openSource(file, { signal });
  try {
    if (source.length > longest)
      throw new FormatError(`${source.name}: expected JSON of at most ${longest} bytes, got ${source.length}`);
    return JSON.parse(new TextDecoder().decode(await source.read(0, source.length, signal)));
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new FormatError(`${source.name}: expected JSON, got text that is none (${error.message})`);
    throw error;
  } finally {
    await source.close();
  }
}
