// Contenders, each in a process of its own, take turns, so that a machine that is busy is busy for all of them.
// A contender prints a line of facts when it is ready. To each line on its stdin, a number of runs, it answers with a line
// { samples: { NAME: milliseconds of each run }, rssMB }.
import { setTimeout as pause } from "node:timers/promises";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** @typedef {{ median: number, min: number, p90: number }} Statistics */
/**
 * What came of a contender: statistics of its samples by their names in contenders/measure.mjs, and what it says of itself.
 * @typedef {{ kind: string, device?: string, dispatches?: number, peakRssMB?: number } & Partial<Record<"ms" | "cpu" | "js" | "queued", Statistics>>} Row
 */
/** @typedef {{ kind: string, facts: Record<string, unknown>, samples: Record<string, number[]>, rssMB: number, run(runs: number): Promise<void>, stop(): void }} Running */

const REST_MS = 300;

/** @param {readonly number[]} list @returns {Statistics} */
export function statistics(list) {
  const sorted = list.toSorted((a, b) => a - b);
  const at = (/** @type {number} */ part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN; // prettier-ignore
  return { median: at(0.5), min: at(0), p90: at(0.9) };
}

/**
 * Starts a contender and waits until it is ready.
 * @param {string} kind
 * @param {[program: string, ...args: string[]]} command
 * @param {number} limitMs One that takes longer to answer is ended.
 * @returns {Promise<Running>}
 */
export async function start(kind, [program, ...args], limitMs = 30 * 60_000) {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  let complaint = "";
  child.on("error", (error) => (complaint += error.message));
  child.stdin.on("error", () => {});
  child.stderr.on("data", (text) => (complaint += text));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const timer = setTimeout(() => {
      complaint = `Error: expected an answer within ${limitMs / 1000} s, got none`;
      child.kill("SIGKILL");
    }, limitMs);
    const { value, done } = await lines.next();
    clearTimeout(timer);
    if (done) throw new Error(reasonIn(complaint));
    return JSON.parse(value);
  };
  return {
    kind,
    facts: await answer(),
    samples: {},
    rssMB: 0,
    async run(runs) {
      child.stdin.write(`${runs}\n`);
      const { samples, rssMB } = await answer();
      for (const [name, values] of Object.entries(samples))
        this.samples[name] = [...(this.samples[name] ?? []), ...values];
      this.rssMB = rssMB;
    },
    stop: () => child.stdin.end(),
  };
}

/** @param {string} complaint what a process that ended has printed, or an error @returns {string} its error, without the stack */
export function reasonIn(complaint) {
  const lines = complaint.trim().split("\n");
  const error = lines.findLastIndex((line) => /^(page\.evaluate: )?\w*Error\b/.test(line));
  if (error < 0) return lines.at(-1) || "it ended without a word";
  const rest = lines.slice(error);
  const stack = rest.findIndex((line) => /^\s+at /.test(line));
  return rest
    .slice(0, stack < 0 ? 1 : stack)
    .map((line) => line.trim())
    .join(" ");
}

/**
 * The contenders that can run; those that cannot are left out, with the reason on stderr.
 * @param {readonly string[]} kinds
 * @param {(kind: string) => Promise<Running>} startOne
 */
export async function startAll(kinds, startOne) {
  /** @type {Running[]} */
  const running = [];
  /** @type {Record<string, string>} */
  const leftOut = {};
  for (const kind of kinds) {
    try {
      running.push(await startOne(kind));
    } catch (error) {
      leftOut[kind] = reasonIn(/** @type {Error} */ (error).message);
      console.error(`${kind}: left out, ${leftOut[kind]}`);
    }
  }
  return { running, leftOut };
}

/**
 * All contenders in turns, and what came out of it. One that fails in between is left out.
 * @param {readonly Running[]} contenders @param {number} rounds @param {number} runs @returns {Promise<Row[]>}
 */
export async function takeTurns(contenders, rounds, runs) {
  const failed = new Map();
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      if (failed.has(contender)) continue;
      try {
        // Threads of the last one may go on spinning for a while: they would take a core from this one.
        await pause(REST_MS);
        await contender.run(runs);
      } catch (error) {
        failed.set(contender, error);
        console.error(`${contender.kind}: left out, ${/** @type {Error} */ (error).message}`);
      }
    }
  }
  for (const { stop } of contenders) stop();
  const finished = contenders.filter((contender) => !failed.has(contender));
  return finished.map(({ kind, facts, samples, rssMB }) => {
    const times = Object.entries(samples).map(([name, values]) => [name, statistics(values)]);
    return Object.assign({ kind }, facts, Object.fromEntries(times), rssMB > 0 && { peakRssMB: Math.round(rssMB) });
  });
}
