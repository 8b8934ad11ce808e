import { TesseraError } from "@tessera/core";
import { expect } from "vitest";

/** The message of an error that users can mend; fails on any other error, and on none. */
export async function failure(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => "no error",
    (caught: unknown) => caught,
  );
  expect(error).toSatisfy(TesseraError.isInstance);
  return (error as Error).message;
}
