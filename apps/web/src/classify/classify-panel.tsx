import { useEffect } from "preact/hooks";
import { ModelField } from "../components/model-field.tsx";
import { ModelLine } from "../components/model-line.tsx";
import { PlaceFields } from "../components/place-fields.tsx";
import { ProblemNote } from "../components/problem-note.tsx";
import { Progress } from "../components/progress.tsx";
import { looking } from "../state/setup.ts";
import { survey } from "../state/survey.ts";
import { camera } from "./camera.ts";
import { classification, lookAgain, preparation, ready, waits } from "./classification.ts";
import { PictureStage } from "./picture-stage.tsx";
import { Results } from "./results.tsx";

/** What is on a picture, or before the camera. */
export function ClassifyPanel() {
  useEffect(() => () => camera.stop(), []);
  const problem =
    survey.problem.value ?? camera.problem.value ?? classification.problem.value ?? preparation.problem.value;
  return (
    <div class="classify">
      <section class="card setup" aria-label="Model and backend">
        <ModelField model={looking.model} />
        <PlaceFields choice={looking} />
        <ModelLine ready={ready.value} onLoad={waits.value ? lookAgain : undefined} />
      </section>
      <div class="two">
        <PictureStage />
        <section class="card results" aria-labelledby="results-title">
          <h2 id="results-title">What it shows</h2>
          <Progress task={preparation} />
          <Progress task={classification} />
          <ProblemNote problem={problem} />
          {!problem && <Results result={classification.result.value} busy={classification.running.value} />}
        </section>
      </div>
    </div>
  );
}
