/** Archives for tests, well-formed unless told otherwise; nothing reads their checksums of contents. */

export interface Member {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly deflate?: boolean;
  /** What the directory says in place of the truth. */
  readonly claim?: { readonly size?: number; readonly start?: number; readonly method?: number; readonly flags?: number };
}

const utf8 = (text: string) => [...new TextEncoder().encode(text)];

/** Little-endian fields, each with its bytes. */
function le(...fields: [value: number, bytes: number][]): number[] {
  return fields.flatMap(([value, bytes]) => Array.from({ length: bytes }, (_, i) => Math.floor(value / 2 ** (8 * i)) % 256));
}

async function through(bytes: Uint8Array, format: CompressionFormat): Promise<Uint8Array> {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new CompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export function gzipped(bytes: Uint8Array): Promise<Uint8Array> {
  return through(bytes, "gzip");
}

/** @param zip64 writes every size and offset as the zip64 extension does */
export async function zipOf(members: readonly Member[], { zip64 = false } = {}): Promise<Uint8Array> {
  const out: number[] = [];
  const directory: number[] = [];
  const narrow = (value: number) => (zip64 ? 0xffffffff : value);
  for (const { path, bytes, deflate, claim = {} } of members) {
    const data = deflate ? await through(bytes, "deflate-raw") : bytes;
    const { size = bytes.length, start = out.length, method = deflate ? 8 : 0, flags = 0 } = claim;
    const extra = zip64 ? le([1, 2], [24, 2], [size, 8], [data.length, 8], [start, 8]) : [];
    const both = le([45, 2], [flags, 2], [method, 2], [0, 8], [narrow(data.length), 4], [narrow(size), 4], [utf8(path).length, 2]);
    // The local header's extra field is longer than the directory's, as Info-ZIP's are.
    out.push(...le([0x04034b50, 4]), ...both, ...le([7, 2]), ...utf8(path), ...le([0x5455, 2], [3, 2], [0, 3]), ...data);
    directory.push(...le([0x02014b50, 4], [45, 2]), ...both, ...le([extra.length, 2], [0, 10], [narrow(start), 4]), ...utf8(path), ...extra);
  }
  const [start, count] = [out.length, members.length];
  out.push(...directory);
  if (zip64) {
    const end = out.length;
    out.push(...le([0x06064b50, 4], [44, 8], [45, 2], [45, 2], [0, 8], [count, 8], [count, 8], [directory.length, 8], [start, 8]));
    out.push(...le([0x07064b50, 4], [0, 4], [end, 8], [1, 4]));
  }
  const all = zip64 ? 0xffff : count;
  out.push(...le([0x06054b50, 4], [0, 4], [all, 2], [all, 2], [narrow(directory.length), 4], [narrow(start), 4], [0, 2]));
  return Uint8Array.from(out);
}

/** @param long How paths beyond 100 bytes are written. */
export function tarOf(members: readonly Member[], { long = "pax" as "pax" | "gnu" | "ustar" } = {}): Uint8Array {
  const out: number[] = [];
  const pad = () => out.push(...Array<number>((512 - (out.length % 512)) % 512).fill(0));
  const add = (path: string, kind: string, bytes: Uint8Array, prefix = ""): void => {
    const header = new Uint8Array(512);
    const put = (at: number, text: string) => header.set(utf8(text), at);
    put(0, path);
    put(100, "0000644\0");
    put(124, `${bytes.length.toString(8).padStart(11, "0")}\0`);
    put(148, "        ");
    put(156, kind);
    put(257, "ustar\x0000");
    put(345, prefix);
    put(148, `${header.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, "0")}\0 `);
    out.push(...header);
    for (const byte of bytes) out.push(byte);
    pad();
  };
  for (const { path, bytes } of members) {
    const kind = path.endsWith("/") ? "5" : "0";
    if (path.length <= 100) add(path, kind, bytes);
    else if (long === "ustar") add(path.slice(path.lastIndexOf("/") + 1), kind, bytes, path.slice(0, path.lastIndexOf("/")));
    else if (long === "gnu") {
      add("././@LongLink", "L", Uint8Array.from(utf8(`${path}\0`)));
      add(path.slice(0, 100), kind, bytes);
    } else {
      const record = ` path=${path}\n`;
      const length = record.length + String(record.length + 3).length;
      add("PaxHeaders/x", "x", Uint8Array.from(utf8(length + record)));
      add(path.slice(0, 100), kind, bytes);
    }
  }
  out.push(...Array<number>(1024).fill(0));
  return Uint8Array.from(out);
}
