// Drives the built site in Chromium. One file, so that it is built once.
import { afterAll, beforeAll, describe } from "vitest";
import { testAccessibility } from "./site-tests/accessibility.node.ts";
import { testBackends } from "./site-tests/backends.node.ts";
import { testBenchmark } from "./site-tests/benchmark.node.ts";
import { testCamera } from "./site-tests/camera.node.ts";
import { testCancel } from "./site-tests/cancel.node.ts";
import { testClassify } from "./site-tests/classify.node.ts";
import { testCompare } from "./site-tests/compare.node.ts";
import { testErrors } from "./site-tests/errors.node.ts";
import { testKeyboard } from "./site-tests/keyboard.node.ts";
import { testLoading } from "./site-tests/loading.node.ts";
import { testLookInside } from "./site-tests/look-inside.node.ts";
import { testModels } from "./site-tests/models.node.ts";
import { testResponsiveness } from "./site-tests/responsiveness.node.ts";
import { testTeach } from "./site-tests/teach.node.ts";
import { type Site, openSite } from "./site-tests/site.node.ts";

let site: Site;
beforeAll(async () => {
  site = await openSite();
}, 120_000);
afterAll(() => site?.close());

const parts: Record<string, (site: () => Site) => void> = {
  loading: testLoading,
  classify: testClassify,
  camera: testCamera,
  backends: testBackends,
  "look inside": testLookInside,
  compare: testCompare,
  teach: testTeach,
  benchmark: testBenchmark,
  responsiveness: testResponsiveness,
  models: testModels,
  errors: testErrors,
  cancel: testCancel,
  accessibility: testAccessibility,
  keyboard: testKeyboard,
};
// A GPU in software compiles shaders for seconds.
describe.each(Object.entries(parts))("%s", { timeout: 120_000 }, (_, part) => {
  part(() => site);
});
