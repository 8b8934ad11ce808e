import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { TesseraError } from "@tessera/core";

/** A float32 array in NumPy's format, version 1.0: numpy.lib.format. */
export async function* npyFloat32(shape: readonly number[], rows: readonly Float32Array[]): AsyncGenerator<Uint8Array> {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  // The data begins at a multiple of 64 bytes, and the header ends with a line feed.
  const padded = `${header.padEnd(Math.ceil((10 + header.length + 1) / 64) * 64 - 11)}\n`;
  const head = Buffer.alloc(10 + padded.length);
  head.write("\x93NUMPY\x01\x00", "latin1");
  head.writeUInt16LE(padded.length, 8);
  head.write(padded, 10, "latin1");
  yield head;
  for (const row of rows) yield new Uint8Array(row.buffer, row.byteOffset, row.byteLength);
}

/** Fails at once where a file could not be written after minutes of work. @throws {TesseraError} with the reason. */
export async function checkWritable(file: string): Promise<void> {
  if ((await stat(file).catch(() => undefined))?.isDirectory()) {
    throw new TesseraError(`${file}: expected a file to write, got a folder; name a file in it`);
  }
  await access(dirname(file), constants.W_OK).catch((cause: unknown) => {
    throw unwritable(file, cause);
  });
}

function unwritable(file: string, cause: unknown): TesseraError {
  return new TesseraError(
    `${file}: expected to write it, got ${(cause as Error).message}; check the folder and the disk`,
    { cause },
  );
}
