// The clock of all contenders, in Node and in browsers.

/**
 * @typedef {object} Contender
 * @property {() => Promise<unknown>} run One forward, from images that are there already to logits that JavaScript can read.
 * @property {() => number} [record] The part of a forward that gives the GPU its work; returns its milliseconds.
 * @property {() => Promise<void>} [settle] Waits for all that was recorded.
 * @property {object} [facts] What it says of itself.
 */

/**
 * Milliseconds of each run: `ms` by the clock, `cpu` of the process where it can be told; on a GPU also `queued`, by the
 * clock and run, of forwards given one after the other and waited for once, and `js`, what giving one takes.
 *
 * @param {Contender} contender @param {number} runs
 * @returns {Promise<Record<string, number[]>>}
 */
export async function measure({ run, record, settle }, runs) {
  const processorTime = globalThis.process?.cpuUsage && (() => process.cpuUsage());
  const ms = [];
  const cpu = [];
  for (let i = 0; i < runs; i++) {
    const before = processorTime?.();
    const begin = performance.now();
    await run();
    ms.push(performance.now() - begin);
    if (!before) continue;
    const { user, system } = process.cpuUsage(before);
    cpu.push((user + system) / 1000);
  }
  const samples = { ms, ...(cpu.length > 0 && { cpu }) };
  if (!record || !settle) return samples;
  const begin = performance.now();
  const js = Array.from({ length: runs }, record);
  await settle();
  return { ...samples, js, queued: [(performance.now() - begin) / runs] };
}
