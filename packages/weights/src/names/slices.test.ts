import { expect, test } from "vitest";
import { buildZip } from "../__fixtures__/build-zip.ts";
import { checkpointOf, stored } from "../__fixtures__/named.ts";
import { readNpz } from "../numpy/read.ts";
import { type ByteSource, bufferSource } from "../source/byte-source.ts";
import { unstacked } from "./slices.ts";

const pattern = /^(block)(\/.*)$/;

test("a tensor that cannot be read in part is read once for all its slices, and again if that failed", async () => {
  let reads = 0;
  const values = Float32Array.of(0, 1, 2, 3);
  const flaky = {
    ...stored(values, [2, 2]),
    read: async () => {
      reads++;
      if (reads === 1) throw new Error("unplugged");
      return values;
    },
  };
  const { tensors } = unstacked(checkpointOf({ "block/w": flaky, other: 1 }), pattern);
  expect([...tensors.keys()]).toEqual(["block_0/w", "block_1/w", "other"]);
  await expect(tensors.get("block_0/w")!.read()).rejects.toThrow("unplugged");
  expect(await tensors.get("block_1/w")!.read()).toEqual(Float32Array.of(2, 3));
  expect(await tensors.get("block_0/w")!.read()).toEqual(Float32Array.of(0, 1));
  expect(reads).toBe(2);
});

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
  const { tensors } = unstacked(await readNpz(source), pattern);
  asked = 0;
  expect(await tensors.get("block_1/w")!.read()).toEqual(values.slice(1000, 2000));
  expect(asked).toBeLessThan(4100);
});
