// A vitest reporter that counts, for the last line of `npm test`.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** @typedef {{ passed: number, failed: number, skipped: number }} Tally */

export default class TallyReporter {
  /**
   * A test that did not end, a file that cannot run and an error outside of any test count as one failure each.
   * @param {readonly import("vitest/node").TestModule[]} files
   * @param {readonly unknown[]} errors
   */
  onTestRunEnd(files, errors) {
    /** @type {Tally} */
    const tally = { passed: 0, failed: errors.length, skipped: 0 };
    for (const file of files) {
      const [failedBefore, results] = [tally.failed, [...file.children.allTests()].map((test) => test.result().state)];
      for (const state of results) tally[state === "pending" ? "failed" : state]++;
      if (file.state() === "failed" && tally.failed === failedBefore) tally.failed++;
    }
    const path = process.env["TESSERA_TALLY"];
    if (!path) return;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(tally));
  }
}
