import { Linear, Module, Param, ones, repeat } from "@tessera/core";
import { expect, test } from "vitest";
import { readSafetensors } from "./read.ts";
import { writeSafetensors } from "./write.ts";

class Own extends Module {
  readonly layers = repeat(2, () => new Linear(3, 3));
  readonly runningMean = new Param([3], ones, { buffer: true });
}

test("what a module holds goes to a file and back", async () => {
  using model = new Own().init(1);
  using other = new Own().init(2);
  const tensors = await Promise.all(
    [...model.state()].map(async ([path, { shape, value }]) => {
      return [path, { shape, values: await value.data<"float32">() }] as const;
    }),
  );
  await other.load(await readSafetensors(writeSafetensors(Object.fromEntries(tensors))));
  for (const [path, { value }] of other.state()) await expect(value).toBeAllClose(model.state().get(path)!.value);
});
