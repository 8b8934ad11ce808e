import type { Backbone } from "@tessera/core";
import { describe } from "vitest";
import { testConfigFiles } from "./config-files.ts";
import type { FamilyCase } from "./family-case.ts";
import { testNames } from "./names.ts";
import { testPublished } from "./published.ts";
import { testRunning } from "./running.ts";

/**
 * What holds for every family: tables that agree with the models, configs and names that come back as they were, and models
 * that run, give finite values, train and leave nothing behind. What is right is for the family's own goldens to say.
 */
export function familySuite<M extends Backbone>(one: FamilyCase<M>): void {
  describe(`the family ${one.family.name}`, () => {
    testPublished(one);
    testConfigFiles(one);
    testNames(one);
    testRunning(one);
  });
}
