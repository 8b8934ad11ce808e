/** Writes zip archives for tests, well-formed unless told otherwise. */
import { crc32 } from "../zip/crc32.ts";

export interface BuildMember {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
  deflate?: boolean;
  /** What the directory says in place of the truth. */
  claim?: { size?: number; packed?: number; crc32?: number; start?: number; method?: number; flags?: number; localName?: string };
}

async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function le(...fields: [value: number, bytes: number][]): number[] {
  return fields.flatMap(([value, bytes]) => Array.from({ length: bytes }, (_, i) => Math.floor(value / 2 ** (8 * i)) % 256));
}

/** @param zip64 writes every size and offset as the zip64 extension does */
export async function buildZip(members: BuildMember[], { zip64 = false }: { zip64?: boolean } = {}): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const directory: number[] = [];
  let at = 0;
  const add = (part: Uint8Array<ArrayBuffer> | number[]): void => {
    const bytes = part instanceof Uint8Array ? part : Uint8Array.from(part);
    parts.push(bytes);
    at += bytes.length;
  };
  for (const { name, bytes, deflate, claim = {} } of members) {
    const data = deflate ? await deflated(bytes) : bytes;
    const utf8 = [...new TextEncoder().encode(name)];
    const local = [...new TextEncoder().encode(claim.localName ?? name)];
    const crc = claim.crc32 ?? crc32(bytes);
    const [size, packed, start] = [claim.size ?? bytes.length, claim.packed ?? data.length, claim.start ?? at];
    const method = claim.method ?? (deflate ? 8 : 0);
    const narrow = (value: number): number => (zip64 ? 0xffffffff : value);
    const extra = zip64 ? le([1, 2], [24, 2], [size, 8], [packed, 8], [start, 8]) : [];
    add([...le([0x04034b50, 4], [45, 2], [claim.flags ?? 0, 2], [method, 2], [0, 4], [crc, 4], [narrow(packed), 4], [narrow(size), 4], [local.length, 2], [extra.length, 2]), ...local, ...extra]);
    add(data);
    directory.push(
      ...le([0x02014b50, 4], [45, 2], [45, 2], [claim.flags ?? 0, 2], [method, 2], [0, 4], [crc, 4], [narrow(packed), 4], [narrow(size), 4]),
      ...le([utf8.length, 2], [extra.length, 2], [0, 2], [0, 2], [0, 2], [0, 4], [narrow(start), 4]),
      ...utf8,
      ...extra,
    );
  }
  const start = at;
  add(directory);
  if (zip64) {
    const end64 = at;
    add(le([0x06064b50, 4], [44, 8], [45, 2], [45, 2], [0, 4], [0, 4], [members.length, 8], [members.length, 8], [directory.length, 8], [start, 8]));
    add(le([0x07064b50, 4], [0, 4], [end64, 8], [1, 4]));
    add(le([0x06054b50, 4], [0, 4], [0xffff, 2], [0xffff, 2], [0xffffffff, 4], [0xffffffff, 4], [0, 2]));
  } else {
    add(le([0x06054b50, 4], [0, 4], [members.length, 2], [members.length, 2], [directory.length, 4], [start, 4], [0, 2]));
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
