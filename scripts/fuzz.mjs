// npm run fuzz [-- PATTERN]: the parsers' fuzz tests with a million inputs each, anew each time, and a watch on those that hang.
// TESSERA_FUZZ_RUNS and TESSERA_FUZZ_SEED choose how many, and which again.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const runs = process.env.TESSERA_FUZZ_RUNS ?? "1000000";
const seed = process.env.TESSERA_FUZZ_SEED ?? String(Date.now() % 2 ** 31);
/** A run says how far it is every few seconds; one that is silent for so long hangs. */
const silenceMs = 120_000;

const require = createRequire(import.meta.url);
const vitest = join(dirname(require.resolve("vitest/package.json")), "vitest.mjs");
const only = process.argv[2] === undefined ? [] : ["--testNamePattern", process.argv[2]];
console.log(`fuzz: ${runs} inputs for each parser, seed ${seed}`);
const child = spawn(process.execPath, [vitest, "run", "fuzz.pure.test.ts", "--project", "node-pure", ...only], {
  env: { ...process.env, TESSERA_FUZZ_RUNS: runs, TESSERA_FUZZ_SEED: seed },
  stdio: ["ignore", "pipe", "inherit"],
});

/** @type {NodeJS.Timeout | undefined} */
let timer;
function heard() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    console.error(`fuzz: expected a line every few seconds, got silence for ${silenceMs / 1000} s: an input hangs`);
    process.exitCode = 1;
    child.kill("SIGKILL");
  }, silenceMs);
}
heard();
child.stdout.on("data", (part) => {
  heard();
  process.stdout.write(part);
});
child.on("close", (code) => {
  clearTimeout(timer);
  process.exitCode ||= code ?? 1;
});
