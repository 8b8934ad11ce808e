import type { ChildProcess } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { build, run, startTessera } from "./__fixtures__/start-tessera.ts";
import { type Workplace, workplace } from "./__fixtures__/workplace.ts";

let place: Workplace;
beforeAll(async () => {
  await build();
  place = await workplace();
}, 180_000);
afterAll(() => place?.dispose());

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s ends it by the signal, with nothing on stdout",
  async (sent) => {
    const large = { width: 600, height: 600 };
    await Promise.all(Array.from({ length: 40 }, (_, i) => place.picture(`forty/${i}.png`, large)));
    const { code, signal, stdout, stderr } = await startTessera(
      ["classify", place.path("forty"), "--json", "--batch", "1"],
      {
        onStart: (child) => setTimeout(() => child.kill(sent), 600),
      },
    );
    expect({ code, signal, stdout, stderr }).toEqual({ code: null, signal: sent, stdout: "", stderr: "" });
  },
);

test("a signal leaves no temporary file", async () => {
  const size = 60_000_000;
  const header = Buffer.from(JSON.stringify({ w: { dtype: "F32", shape: [size / 4], data_offsets: [0, size] } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const large = await place.write("large.safetensors", Buffer.concat([length, header, Buffer.alloc(size)]));
  await place.write("converted/note.txt", "");
  const written = async () => (await readdir(place.path("converted"))).some((name) => name.endsWith(".tmp"));
  const kill = async (child: ChildProcess) => {
    while (child.exitCode === null && !(await written())) await wait(1);
    child.kill("SIGTERM");
  };
  const { signal } = await startTessera(
    ["convert", large, place.path("converted", "out.safetensors"), "--keep-names"],
    {
      onStart: (child) => void kill(child),
    },
  );
  // It may have been done before.
  expect([null, "SIGTERM"]).toContain(signal);
  const left = await readdir(place.path("converted"));
  expect(left.filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("a reader that closes its end is no error", async () => {
  const picture = await place.picture("one.jpg");
  const { code, stderr } = await startTessera(["classify", picture], { onStart: (child) => child.stdout?.destroy() });
  expect([code, stderr]).toEqual([0, ""]);
  const { code: silent } = await startTessera(["classify", place.path("none.jpg")], {
    onStart: (child) => child.stderr?.destroy(),
  });
  expect(silent).toBe(1);
});

test.skipIf(!existsSync("/dev/full"))("a full disk under stdout is told in a line", async () => {
  const picture = await place.picture("one.jpg");
  const full = openSync("/dev/full", "w");
  for (const more of [[], ["--json"]]) {
    const { code, stderr } = await startTessera(["classify", picture, ...more], { stdout: full });
    expect([code, stderr]).toEqual([
      1,
      "error: stdout: expected to write to it, got a full disk; make room and try again\n",
    ]);
  }
  closeSync(full);
});

test("the wasm backend leaves no listener that would end the process at anybody's rejection", async () => {
  const script = `
    import { useBackend } from "@tessera/backends";
    const events = ["uncaughtException", "unhandledRejection"];
    await useBackend("wasm");
    console.log(events.map((event) => process.listenerCount(event)).join());`;
  const { stdout } = await run(["--input-type=module", "-e", script], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
  });
  expect(stdout).toBe("0,0\n");
});

test("a picture of 30,000 pixels by 1 takes the memory of one pixel", async () => {
  const peak = async (name: string, size: { width: number; height: number }) => {
    const image = await place.picture(name, size);
    const say = "process.on('exit', () => process._rawDebug('peak', process.resourceUsage().maxRSS))";
    const hook = `--import data:text/javascript,${encodeURIComponent(say)}`;
    const { code, stderr } = await startTessera(["classify", image], { env: { NODE_OPTIONS: hook } });
    expect(code).toBe(0);
    return Number(/peak (\d+)/.exec(stderr)![1]) / 1024;
  };
  const pixel = await peak("pixel.png", { width: 1, height: 1 });
  // Resized whole, to 960,000 by 32 pixels, it would take 92 MB.
  expect(await peak("wide.png", { width: 30_000, height: 1 })).toBeLessThan(pixel + 40);
});
