/**
 * Milliseconds an image; the ratios say how much faster a contender is than the first.
 * @param {string} title @param {readonly import("./turns.mjs").Row[]} rows @param {number} batch
 */
export function printTable(title, rows, batch) {
  console.log(`\n${title}; ms an image`);
  const [first] = rows;
  const cell = (/** @type {number | undefined} */ value, /** @type {number} */ digits) =>
    (value === undefined || Number.isNaN(value) ? "–" : value.toFixed(digits)).padStart(11);
  const heads = ["median", "least", "cpu least", "queued", "js a call", "MB", "dispatches", "× wall", "× cpu"];
  console.log("".padEnd(22) + heads.map((head) => head.padStart(11)).join(""));
  for (const { kind, ms, cpu, js, queued, peakRssMB, dispatches } of rows) {
    const image = (/** @type {number | undefined} */ value) => value && value / batch;
    const cells = [
      cell(image(ms?.median), 2),
      cell(image(ms?.min), 2),
      cell(image(cpu?.min), 2),
      cell(image(queued?.min), 2),
      cell(js?.median, 2),
      cell(peakRssMB, 0),
      cell(dispatches, 0),
      cell(first?.ms && ms && first.ms.median / ms.median, 2),
      cell(first?.cpu && cpu && first.cpu.min / cpu.min, 2),
    ];
    console.log(kind.padEnd(22) + cells.join(""));
  }
}
