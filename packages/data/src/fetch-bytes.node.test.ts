import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { FormatError, type TesseraError } from "@tessera/core";
import { afterEach, expect, test } from "vitest";
import { fetchBytes } from "./fetch-bytes.ts";

let server: Server | undefined;
afterEach(() => {
  server?.close().closeAllConnections();
});

async function serve(listener: RequestListener): Promise<URL> {
  server?.close().closeAllConnections();
  server = createServer(listener);
  await new Promise<void>((ready) => void server!.listen(0, "127.0.0.1", ready));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a.png`);
}

const limits = { bytes: 100_000, silenceMs: 300, totalMs: 60_000 };
const failure = async (listener: RequestListener, more = {}): Promise<TesseraError> =>
  fetchBytes(await serve(listener), undefined, { ...limits, ...more }).then(
    () => expect.unreachable(),
    (error: unknown) => error as TesseraError,
  );

test("takes what comes, and says what does not", async () => {
  const url = await serve((_, response) => response.end("hello"));
  expect(await fetchBytes(url)).toEqual({ bytes: new TextEncoder().encode("hello"), name: url.href });
  expect(await failure((_, response) => response.writeHead(404).end())).toMatchObject({ code: "not-found" });
  expect(await failure((_, response) => response.socket!.destroy())).toMatchObject({ code: "unreachable" });
});

test("ends a silence, a drip, a long answer and a body without end", async () => {
  expect((await failure(() => {})).message).toMatch(/got silence for 0\.3 s from http/);
  const drip: RequestListener = (_, response) => {
    const timer = setInterval(() => response.write("a"), 50);
    response.on("close", () => clearInterval(timer));
  };
  expect((await failure(drip)).message).toMatch(/got hardly anything for 0\.3 s/);
  expect((await failure(drip, { totalMs: 100 })).message).toMatch(/got an answer that took longer than 0\.1 s/);
  const endless = await failure((_, response) => {
    const more = (): void => void response.write(new Uint8Array(50_000), () => setImmediate(more));
    more();
  });
  expect(endless).toBeInstanceOf(FormatError);
  expect(endless.message).toMatch(/expected at most 100000 bytes, got more/);
});
