import { type Dialect, toTimmNames } from "@tessera/core";
import { expect, test } from "vitest";
import { buildZip } from "../__fixtures__/build-zip.ts";
import { type ByteSource, bufferSource } from "../source/byte-source.ts";
import { readNpz } from "./read.ts";

const scanned: Dialect = { name: "scanned", translate: () => ({ rules: [], stacked: /^(block)(\/.*)$/ }) };

test("of a stored array only the wanted slice is fetched", async () => {
  const values = Float32Array.from({ length: 3000 }, (_, i) => i);
  const header = new TextEncoder().encode(
    `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 1000), }`.padEnd(117) + "\n",
  );
  const bytes = Uint8Array.from([
    0x93,
    ...new TextEncoder().encode("NUMPY"),
    1,
    0,
    header.length,
    0,
    ...header,
    ...new Uint8Array(values.buffer),
  ]);
  const plain = bufferSource(await buildZip([{ name: "block/w.npy", bytes }]));
  let asked = 0;
  const source: ByteSource = {
    ...plain,
    read: (offset, length, signal) => {
      asked += length;
      return plain.read(offset, length, signal);
    },
  };
  const { tensors } = toTimmNames(await readNpz(source), [scanned]).checkpoint;
  asked = 0;
  expect(await tensors.get("block_1/w")!.read()).toEqual(values.slice(1000, 2000));
  expect(asked).toBeLessThan(4100);
});
