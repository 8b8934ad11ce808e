import { TesseraError } from "@tessera/core";

/**
 * Imports code that is loaded when it is asked for: an optional peer by its name, or a part of this package, which a page
 * fetches then.
 *
 * @throws {TesseraError} `not-loaded` if the package is not installed, or the page could not fetch it.
 */
export async function loadCode<T>(load: () => Promise<T>, packageName?: string): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const { message } = cause as Error;
    const problem = packageName
      ? `${packageName} does not load (${message}); npm install ${packageName}`
      : `its code does not load (${message}); check the network`;
    throw new TesseraError(problem, { cause, code: "not-loaded" });
  }
}
