export type { Batch, BatchOptions, TrainingData } from "./data.ts";
