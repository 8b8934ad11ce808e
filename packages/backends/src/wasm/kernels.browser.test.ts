import { kernelCases } from "./__fixtures__/kernel-cases.ts";
import { trainingCases } from "./__fixtures__/training-cases.ts";

kernelCases();
trainingCases();
