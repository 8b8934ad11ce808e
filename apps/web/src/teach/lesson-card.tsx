import { ModelLine } from "../components/model-line.tsx";
import { ProblemNote } from "../components/problem-note.tsx";
import { Progress } from "../components/progress.tsx";
import { SelectField } from "../components/select-field.tsx";
import type { Method } from "../worker/lessons.ts";
import { Confusion } from "./confusion.tsx";
import { Curves } from "./curves.tsx";
import { ready } from "./reading.ts";
import {
  canTrain,
  chooseEpochs,
  curve,
  epochChoices,
  epochs,
  isCurrent,
  method,
  methods,
  missing,
  train,
  training,
} from "./training.ts";
import { work } from "./work.ts";

const names: Record<Method, string> = {
  head: "A new head, step by step",
  probe: "A new head, at once (ridge regression)",
  lora: "Low-rank parts and a head (LoRA)",
};

/** What learns, how that goes, and how well it has. */
export function LessonCard() {
  const { taught } = work.value;
  return (
    <section class="card" aria-labelledby="lesson-title">
      <h2 id="lesson-title">Train</h2>
      <div class="setup">
        <SelectField
          label="What learns"
          size="wide"
          value={method.value}
          options={methods.map((name) => [name, names[name]])}
          onChoose={(name) => (method.value = name)}
        />
        {method.value !== "probe" && (
          <SelectField
            label="Passes"
            size="small"
            value={String(epochs.value)}
            options={epochChoices.map((count) => [String(count), String(count)])}
            onChoose={(count) => chooseEpochs(Number(count))}
          />
        )}
        <button type="button" class="primary" disabled={!canTrain.value} onClick={() => void train()}>
          Train
        </button>
      </div>
      {missing.value && <p class="hint">{missing.value}</p>}
      <Progress task={training} />
      <ProblemNote problem={training.problem.value} />
      {curve.value.length > 0 && <Curves points={curve.value} />}
      {taught && !training.running.value && (
        <>
          {!isCurrent.value && <p class="note">This is of before your last change; train again.</p>}
          <Confusion lesson={taught.lesson} />
        </>
      )}
      {ready.value && <ModelLine ready={ready.value} />}
    </section>
  );
}
