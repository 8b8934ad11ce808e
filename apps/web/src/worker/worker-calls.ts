import type { Classified, Compared, LookedInside, Measured, Picture, Ready, Setup, Stage, Survey } from "./calls.ts";
import type { CurvePoint, Lesson, LessonPlan, PicturesRead, Tried, WrittenFile } from "./lessons.ts";

/** What the page may ask of its worker. */
export type WorkerCalls = {
  survey: { input: undefined; output: Survey; progress: never };
  prepare: { input: Setup; output: Ready; progress: Stage };
  classify: { input: { setup: Setup; picture: Picture; topK: number }; output: Classified; progress: Stage };
  lookInside: {
    input: { setup: Setup; picture: Blob; target: number | "predicted" };
    output: LookedInside;
    progress: Stage;
  };
  compare: {
    input: { sides: readonly [Setup, Setup]; picture: Blob; maps: boolean };
    output: Compared;
    progress: Stage;
  };
  measure: { input: { setup: Setup; batch: number; runs: number }; output: Measured; progress: Stage };
  /** Has what Teach asks for fetched, so that it is kept for use offline. */
  fetchTeaching: { input: undefined; output: void; progress: never };
  read: { input: { setup: Setup; pictures: readonly Picture[] }; output: PicturesRead; progress: Stage };
  teach: { input: LessonPlan; output: Lesson; progress: Stage | CurvePoint };
  tryLesson: { input: { setup: Setup; lesson: Lesson; picture: Picture }; output: Tried; progress: Stage };
  writeLesson: { input: { setup: Setup; lesson: Lesson }; output: WrittenFile[]; progress: Stage };
};
