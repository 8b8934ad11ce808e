// Subgroups here have four threads; the text for others is compiled by Dawn on its null backend, which computes nothing.
import { describe, expect, test } from "vitest";
import { messagesOf } from "./__fixtures__/compile.ts";
import { forwardProgram } from "../kernels/attention.ts";
import { rowsProgram } from "../kernels/layer-norm-grad.ts";
import { layerNormProgram } from "../kernels/layer-norm.ts";
import { gradProgram, lossProgram } from "../kernels/softmax-cross-entropy.ts";
import { type Program, sourceOf } from "./program.ts";
import type { Subgroup } from "./subgroups.ts";

const attention = { width: 12, packed: "qkv", bias: false, mask: false } as const;

function programsWith(subgroup: Subgroup | undefined): Program[] {
  return [
    layerNormProgram(24, 8, subgroup),
    layerNormProgram(300, 64, subgroup),
    rowsProgram(33, 16, subgroup),
    lossProgram(subgroup),
    gradProgram(subgroup),
    forwardProgram(attention, "native", "output", subgroup),
    forwardProgram(attention, "off", "stats", subgroup),
  ];
}

const subgroups = [4, 8, 16, 32, 64, 128].flatMap((size) => [true, false].map((whole) => ({ size, whole })));

describe("programs that reduce through subgroups", () => {
  test("compile for every size, and ask for the feature before all else", () => {
    const programs = subgroups.flatMap(programsWith);
    const sources = programs.map(sourceOf);
    for (const source of sources) expect(source).toMatch(/^(enable f16;\n)?enable subgroups;\nalias half/);
    const messages = messagesOf(sources);
    expect(messages).toHaveLength(programs.length);
    for (const [i, { key, subgroup }] of programs.entries())
      expect(messages[i], `${key} ${subgroup!.size}`).toEqual([]);
  }, 60_000);

  test("use no workgroup memory where a row fits into a subgroup", () => {
    for (const subgroup of subgroups.slice(subgroups.findIndex(({ size }) => size >= 64))) {
      for (const program of [layerNormProgram(300, 64, subgroup), lossProgram(subgroup)]) {
        expect(sourceOf(program)).not.toMatch(/var<workgroup>|workgroupBarrier/);
      }
    }
  });

  test("reduce whole subgroups at once where all have one size, else neighbours in steps", () => {
    expect(sourceOf(lossProgram({ size: 32, whole: true }))).toMatch(/subgroupMax\(.*\n[^]*subgroupAdd\(/);
    const steps = sourceOf(lossProgram({ size: 8, whole: false })).match(/subgroupShuffleXor\(result, \d+u\)/g);
    expect(steps).toEqual([1, 2, 4, 1, 2, 4].map((step) => `subgroupShuffleXor(result, ${step}u)`));
  });

  test("do without them where there are none", () => {
    for (const program of programsWith(undefined)) expect(sourceOf(program)).not.toMatch(/subgroup/);
  });
});
