export { type Comparison, type Nested, type Tolerance, type Values, allClose } from "./all-close.ts";
export { composed } from "./composed.ts";
export { readFixture } from "./fixture.ts";
export { type Goldens, type Stored, readGoldens, restore } from "./goldens.ts";
export { type GradientOptions, checkGradients } from "./gradients.ts";
export { type LeakOptions, expectNoLeak } from "./leak.ts";
export { cosine, inPrecision, lowerPrecisions } from "./lower-precision.ts";
export { type Seeded, seeded } from "./seeded.ts";
