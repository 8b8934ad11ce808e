import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { FormatError, TesseraError } from "@tessera/core";
import { afterEach, expect, test } from "vitest";
import { urlSource } from "./url-source.ts";

const file = Uint8Array.from({ length: 10_000_000 }, (_, i) => (i * 2654435761) >>> 24);
let requests: (string | undefined)[] = [];
let stop = async (): Promise<void> => {};
afterEach(() => stop());

/** Starts a server that ends with the test or when the next one starts. */
async function serve(listener: RequestListener): Promise<string> {
  await stop();
  requests = [];
  const server = createServer((request, response) => {
    requests.push(request.headers.range);
    listener(request, response);
  });
  await new Promise<void>((ready) => {
    server.listen(0, "127.0.0.1", ready);
  });
  stop = () =>
    new Promise((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.bin`;
}

/** Answers ranges as RFC 9110 says. */
const ranges =
  (bytes: Uint8Array, headers: () => Record<string, string> = () => ({})): RequestListener =>
  (request, response) => {
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
    if (from === undefined) return response.writeHead(200, { "content-length": bytes.length, ...headers() }).end(bytes);
    if (Number(from) >= bytes.length)
      return response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end();
    const end = Math.min(Number(to) + 1, bytes.length);
    response.writeHead(206, { "content-range": `bytes ${from}-${end - 1}/${bytes.length}`, ...headers() });
    return response.end(bytes.subarray(Number(from), end));
  };

test("fetches ranges, several small ones at once", async () => {
  const source = await urlSource(await serve(ranges(file)));
  expect(source.length).toBe(file.length);
  expect(await source.read(5, 7)).toEqual(file.slice(5, 12)); // came with the first request
  expect(requests).toEqual(["bytes=0-65535"]);
  const both = await Promise.all([source.read(70_000, 100), source.read(80_001, 3)]);
  expect(both).toEqual([file.slice(70_000, 70_100), file.slice(80_001, 80_004)]);
  expect(requests).toHaveLength(2);
  expect(Buffer.compare(await source.read(1, 9_999_999), file.subarray(1))).toBe(0);
  expect(await source.read(file.length, 0)).toEqual(new Uint8Array());
  await expect(source.read(file.length, 1)).rejects.toThrow(FormatError);
  await source.close();
});

test("reads little ahead where reads lie apart, and more where they follow one another", async () => {
  const source = await urlSource(await serve(ranges(file)));
  await source.read(9_000_000, 10);
  await source.read(3_000_000, 10);
  expect(requests.slice(1)).toEqual(["bytes=9000000-9065535", "bytes=3000000-3065535"]);
  for (let at = 3_000_000; at < 8_000_000; at += 10_000) await source.read(at, 10_000);
  expect(requests.length).toBeLessThan(12);
});

test("the signal of opening does not end later reads", async () => {
  const opening = new AbortController();
  const source = await urlSource(await serve(ranges(file)), { signal: opening.signal });
  opening.abort();
  expect(await source.read(5_000_000, 3)).toEqual(file.slice(5_000_000, 5_000_003));
  expect((await source.read(1_000_000, 5_000_000)).length).toBe(5_000_000);
});

test("a range that was not asked for is not believed", async () => {
  const whole: RequestListener = (request, response) => {
    const header = request.headers.range ? { "content-range": "bytes 0-999999999999/1000000000000" } : {};
    response.writeHead(request.headers.range ? 206 : 200, header).end(file.subarray(0, 100));
  };
  expect((await urlSource(await serve(whole))).length).toBe(100);
});

test("what was read belongs to the reader", async () => {
  const source = await urlSource(await serve(ranges(file)));
  (await source.read(0, 4)).fill(99);
  expect(await source.read(0, 4)).toEqual(file.slice(0, 4));
});

test("reads a server whole that ignores ranges, compresses, or hides which range it sent", async () => {
  const small = file.subarray(0, 1000);
  const plain: RequestListener = (_, response) => response.end(small);
  const packed: RequestListener = (_, response) =>
    response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(small));
  const hidden: RequestListener = (request, response) =>
    response.writeHead(request.headers.range ? 206 : 200).end(small);
  for (const listener of [plain, packed, hidden]) {
    const source = await urlSource(await serve(listener));
    expect([source.length, await source.read(10, 5)]).toEqual([1000, small.slice(10, 15)]);
  }
});

test("reads an empty file, and data: and blob: URLs", async () => {
  expect((await urlSource(await serve(ranges(new Uint8Array())))).length).toBe(0);
  expect(await (await urlSource("data:;base64,AQID")).read(1, 2)).toEqual(Uint8Array.of(2, 3));
  const url = URL.createObjectURL(new Blob([Uint8Array.of(4, 5)]));
  expect(await (await urlSource(url)).read(1, 1)).toEqual(Uint8Array.of(5));
  URL.revokeObjectURL(url);
});

test("refuses a file that changes while it is read", async () => {
  let etag = "1";
  const source = await urlSource(await serve(ranges(file, () => ({ etag }))));
  etag = "2";
  await expect(source.read(5_000_000, 10)).rejects.toThrow(/the file changed, open it again/);
  etag = "1";
  expect(await source.read(5_000_000, 10)).toEqual(file.slice(5_000_000, 5_000_010)); // the failure was not kept
});

test("refuses an answer of another length than stated", async () => {
  const cut: RequestListener = (_, response) => {
    response.writeHead(200, { "content-length": 1000 }).write(file.subarray(0, 500), () => response.destroy());
  };
  await expect(urlSource(await serve(cut))).rejects.toThrow(
    /expected the whole answer, got .* after \d+ bytes|expected 1000 bytes/,
  );
  const longer: RequestListener = (_, response) =>
    response.writeHead(206, { "content-range": "bytes 0-9/10" }).end(file.subarray(0, 20));
  await expect(urlSource(await serve(longer))).rejects.toThrow(/expected 10 bytes, got more/);
});

test.each([401, 403, 404, 500])("says that the server answered %i", async (status) => {
  const url = await serve((_, response) => response.writeHead(status).end("no"));
  await expect(urlSource(url)).rejects.toMatchObject({
    message: expect.stringMatching(new RegExp(`model\\.bin: expected the file, got HTTP ${status}`)) as string,
    code: status === 404 ? "not-found" : "invalid",
  });
});

test("says that there is no server, and passes an abort on", async () => {
  const gone = await urlSource("http://127.0.0.1:1/x").catch((error: unknown) => error);
  expect(gone).toBeInstanceOf(TesseraError);
  expect((gone as TesseraError).code).toBe("unreachable");
  expect((gone as Error).message).toMatch(/expected an answer, got .+; check the address and the network/);
  const stuck = await serve(() => {});
  await expect(urlSource(stuck, { signal: AbortSignal.timeout(20) })).rejects.toThrow(/timeout|aborted/);
});

test("sends the headers that it was given", async () => {
  let seen: string | undefined;
  const url = await serve((request, response) => {
    seen = request.headers.authorization;
    ranges(file)(request, response);
  });
  await urlSource(url, { headers: { Authorization: "Bearer x" } });
  expect(seen).toBe("Bearer x");
});

test("one reader's abort leaves another that waits for the same bytes", async () => {
  const listener = ranges(file);
  const url = await serve(
    (request, response) => void setTimeout(() => listener(request, response), requests.length > 1 ? 50 : 0),
  );
  const source = await urlSource(url);
  const abort = new AbortController();
  const first = source.read(5_000_000, 10, abort.signal);
  const second = source.read(5_000_005, 10);
  abort.abort();
  await expect(first).rejects.toThrow(/abort/);
  expect(await second).toEqual(file.slice(5_000_005, 5_000_015));
  expect(requests).toHaveLength(2);
});

test("ends a silence, a drip and a body without end", async () => {
  const limits = { bytes: 100_000, silenceMs: 300 };
  await expect(urlSource(await serve(() => {}), { limits })).rejects.toThrow(
    /expected an answer, got silence for 0\.3 s/,
  );
  let timer: ReturnType<typeof setInterval>;
  const drip = await serve((_, response) => {
    response.writeHead(200);
    timer = setInterval(() => response.write("a"), 50);
    response.on("close", () => clearInterval(timer));
  });
  await expect(urlSource(drip, { limits })).rejects.toMatchObject({ code: "unreachable" });
  const endless = await serve((_, response) => {
    const more = (): void => void response.write(new Uint8Array(50_000), () => setImmediate(more));
    response.writeHead(200);
    more();
  });
  const error = await urlSource(endless, { limits }).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(FormatError);
  expect((error as Error).message).toMatch(/expected at most 100000 bytes, got more/);
});

test("ends a range that falls silent", async () => {
  let first = true;
  const address = await serve((request, response) => {
    if (first) ranges(file)(request, response);
    else response.writeHead(206, { "content-range": `bytes 5000000-5065535/${file.length}` }).write("a");
    first = false;
  });
  const source = await urlSource(address, { limits: { silenceMs: 300 } });
  await expect(source.read(5_000_000, 10)).rejects.toThrow(/got hardly anything for 0\.3 s/);
});
