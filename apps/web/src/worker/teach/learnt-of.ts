import { type Dataset, type RgbImage, split } from "@tessera/data";
import type { FeatureSet } from "@tessera/train";
import type { LessonPicture, LessonPlan } from "../lessons.ts";

type Pictures = Pick<LessonPlan, "classes" | "pictures">;

/** Pictures as a data set, each named by its place among all; their pixels where somebody asks for them. */
export function datasetOf({ classes, pictures }: Pictures, pixels: readonly RgbImage[] = []): Dataset {
  return {
    classes,
    length: pictures.length,
    labelOf: (index) => pictures[index]!.label,
    nameOf: String,
    read: async (index) => pixels[index]!,
    locate: (index) => pixels[index]!,
  };
}

/** A fifth of each class is not learnt of, but judged by: pictures by their places. */
export function divided(plan: Pictures): [learnt: number[], heldBack: number[]] {
  const [rest, part] = split(datasetOf(plan), { fraction: 0.2 });
  return [placesIn(rest), placesIn(part)];
}

function placesIn(part: Dataset): number[] {
  return Array.from({ length: part.length }, (_, i) => Number(part.nameOf(i)));
}

/** What the head sees of some of the pictures. */
export function featuresOf({ classes, pictures }: Pictures, places: readonly number[]): FeatureSet {
  const chosen = places.map((place): LessonPicture => pictures[place]!);
  const width = pictures[0]!.features.length;
  const values = new Float32Array(chosen.length * width);
  for (const [row, { features }] of chosen.entries()) values.set(features, row * width);
  return { classes, values, width, labels: Int32Array.from(chosen, ({ label }) => label) };
}
