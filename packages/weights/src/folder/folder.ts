import type { SourceInput } from "../source/open-source.ts";

/** Files side by side, each there whole or not at all. */
export interface Folder {
  /** Names of the files; none if there is no such folder yet. */
  list(): Promise<string[]>;
  /** Takes the place of a file of that name. */
  write(name: string, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** What reads a file. */
  source(name: string): Promise<SourceInput>;
  /** Nothing happens if there is no such file. */
  remove(name: string): Promise<void>;
}
