import { useEffect } from "preact/hooks";
import { ready } from "../classify/classification.ts";
import { CodeBlock } from "../components/code-block.tsx";
import { ModelField } from "../components/model-field.tsx";
import { ModelLine } from "../components/model-line.tsx";
import { PictureChooser } from "../components/picture-chooser.tsx";
import { Pixels } from "../components/pixels.tsx";
import { PlaceFields } from "../components/place-fields.tsx";
import { ProblemNote } from "../components/problem-note.tsx";
import { Progress } from "../components/progress.tsx";
import { useDrops } from "../components/use-drops.ts";
import { percent } from "../format.ts";
import { picture } from "../state/picture.ts";
import { looking } from "../state/setup.ts";
import { survey } from "../state/survey.ts";
import type { FileTaker } from "../state/take-files.ts";
import type { Insight } from "../worker/calls.ts";
import { Controls } from "./controls.tsx";
import { DistancePlot } from "./distance-plot.tsx";
import { Flow } from "./flow.tsx";
import { similarityLayer } from "./layers.ts";
import { lookCode } from "./look-code.ts";
import { insight, isLive, lookAgain, offered, openTab, task } from "./looking-inside.ts";
import { focusOf, methodOf, patchOf } from "./shown-map.ts";
import { Stage } from "./stage.tsx";
import { target } from "./view.ts";

const taker: FileTaker = { onProblem: (problem) => task.fail(problem) };

/** What a model does with a picture, step by step. */
export function LookInsidePanel() {
  useEffect(openTab, []);
  const over = useDrops(taker);
  const inside = insight.value;
  // What is known of the picture before stays until there is more, so that nothing jumps.
  const latest = inside ?? task.result.value?.inside;
  const problem = survey.problem.value ?? task.problem.value;
  return (
    <div class="stack look-inside" data-live={isLive.value}>
      <section class="card setup" aria-label="Model and backend">
        <ModelField model={looking.model} />
        <PlaceFields choice={looking} />
        <ModelLine ready={ready.value} onLoad={canLook() ? lookAgain : undefined} />
        <Offer />
      </section>
      <div class="two">
        <section class={over.value ? "card stage over" : "card stage"} aria-label="Picture">
          <div class="frame">
            <Stage />
          </div>
          <PictureChooser {...taker} />
        </section>
        <section class="card" aria-labelledby="sees-title">
          <h2 id="sees-title">{inside ? `Why “${inside.target.label}”?` : "What the model sees"}</h2>
          <Progress task={task} />
          <ProblemNote problem={problem} />
          {latest ? (
            <div class={inside ? "" : "stale-pixels"}>
              <Controls inside={latest} />
            </div>
          ) : (
            <p class="hint">What speaks for the answer, and where each head looks.</p>
          )}
          {inside && !isLive.value && <Beforehand inside={inside} />}
        </section>
      </div>
      {latest && <Numbers inside={latest} isStale={!inside} />}
    </div>
  );
}

/** A link fetches nothing by itself: whoever opened it is asked first. */
function Offer() {
  const model = offered.value;
  if (!model) return null;
  return (
    <p class="note offer">
      This link is of {model.address}.
      <button type="button" class="quiet" onClick={() => (looking.model.value = model)}>
        Load that model
      </button>
    </p>
  );
}

function canLook(): boolean {
  return survey.result.value !== undefined && picture.value !== undefined && !isLive.value && !task.running.value;
}

function Beforehand({ inside }: { inside: Insight }) {
  const [best] = inside.top;
  return (
    <p class="note">
      {task.result.value
        ? "This is what was chosen before."
        : `${best!.label}, ${percent(best!.score)}: computed beforehand, until the model is here.`}
    </p>
  );
}

function Numbers({ inside, isStale }: { inside: Insight; isStale: boolean }) {
  const { positions, grid } = inside;
  const { block, head } = focusOf(inside);
  const last = (inside.attention?.blocks ?? inside.windows ?? []).length - 1;
  const programs = lookCode({
    setup: looking.setup.value,
    picture: picture.value?.name ?? "picture.jpg",
    method: methodOf(inside),
    windows: inside.windows !== undefined,
    block: block === last ? undefined : block,
    head,
    patch: patchOf(inside),
    target: target.value,
  });
  return (
    <>
      <Flow inside={inside} isStale={isStale} />
      <div class="two">
        <section class="card" aria-labelledby="distance-title">
          <h2 id="distance-title">How far heads look</h2>
          <p class="hint">The mean distance of what each head takes from: near in some, the whole picture in others.</p>
          <DistancePlot inside={inside} />
        </section>
        <section class="card" aria-labelledby="positions-title">
          <h2 id="positions-title">How alike positions are</h2>
          {positions ? (
            <>
              <p class="hint">A square a patch, in its place: how alike its position is to those of all others.</p>
              <Pixels
                layer={similarityLayer(positions, grid)}
                class="positions"
                label="Likeness of positions: each square is brightest at its own place, and bright beside it"
              />
            </>
          ) : (
            <p class="hint">This model adds no positions to its tokens.</p>
          )}
        </section>
      </div>
      <CodeBlock title="The same in code" programs={programs} />
    </>
  );
}
