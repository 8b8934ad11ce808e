import { useBackend } from "@tessera/backends";
import { beforeEach } from "vitest";
import { testReplays } from "../__fixtures__/replays.ts";

beforeEach(async () => {
  await useBackend("native");
});

testReplays();
