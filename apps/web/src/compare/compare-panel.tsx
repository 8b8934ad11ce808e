import { useEffect } from "preact/hooks";
import { ClassList } from "../components/class-list.tsx";
import { CodeBlock } from "../components/code-block.tsx";
import { ModelField } from "../components/model-field.tsx";
import { ModelLine } from "../components/model-line.tsx";
import { PictureChooser } from "../components/picture-chooser.tsx";
import { Pixels } from "../components/pixels.tsx";
import { PlaceFields } from "../components/place-fields.tsx";
import { ProblemNote } from "../components/problem-note.tsx";
import { Progress } from "../components/progress.tsx";
import { useDrops } from "../components/use-drops.ts";
import { Verdict } from "../components/verdict.tsx";
import { milliseconds } from "../format.ts";
import { frameStyle } from "../look-inside/frame-style.ts";
import { heatLayer } from "../look-inside/layers.ts";
import { names } from "../look-inside/shown-map.ts";
import { picture } from "../state/picture.ts";
import { survey } from "../state/survey.ts";
import type { FileTaker } from "../state/take-files.ts";
import type { ShownSide, Side } from "../worker/calls.ts";
import { compareCode } from "./compare-code.ts";
import { canCompare, choosePapers, compareSides, openTab, sides, task } from "./comparing.ts";

const taker: FileTaker = { onProblem: (problem) => task.fail(problem) };

/** Two models, or one in two places, on the same picture. */
export function ComparePanel() {
  useEffect(openTab, []);
  const over = useDrops(taker);
  const result = task.result.value;
  const isCurrent = result?.of === picture.value;
  const programs = compareCode([sides.left.setup.value, sides.right.setup.value], picture.value?.name ?? "picture.jpg");
  return (
    <div class="stack look-inside">
      <section class={over.value ? "card stage over" : "card stage"} aria-labelledby="compare-title">
        <h2 id="compare-title">Two models on one picture</h2>
        <p class="hint">
          Or one model in two places.{" "}
          {picture.value ? `Both look at ${picture.value.name}.` : "Both look at an example."}
        </p>
        <PictureChooser {...taker} />
      </section>
      <div class="two even">
        {(["left", "right"] as const).map((side) => (
          <section class="card" key={side} aria-label={titles[side]}>
            <h2>{titles[side]}</h2>
            <div class="setup">
              <ModelField model={sides[side].model} />
              <PlaceFields choice={sides[side]} />
            </div>
          </section>
        ))}
      </div>
      <section class="card" aria-label="Comparison">
        <div class="compare-actions">
          <button type="button" class="primary" disabled={!canCompare()} onClick={() => void compareSides()}>
            Compare
          </button>
          <button type="button" onClick={choosePapers}>
            Choose a ViT and a TNT
          </button>
        </div>
        <p class="hint">
          The ViT and the TNT are about 90 MB each, and come from huggingface.co when they are compared.
        </p>
        <Progress task={task} />
        <ProblemNote problem={survey.problem.value ?? task.problem.value} />
        {result && isCurrent && <Verdict difference={result.difference} />}
      </section>
      {result && isCurrent && (
        <div class="two even">
          {result.sides.map((side, i) => (
            <Answer
              key={i}
              side={side}
              title={Object.values(titles)[i]!}
              slowest={Math.max(...result.sides.map(({ ms }) => ms))}
            />
          ))}
        </div>
      )}
      <CodeBlock title="The same in code" programs={programs} />
    </div>
  );
}

const titles = { left: "Left", right: "Right" };

function Answer({ side: { ready, top, ms, shown }, title, slowest }: { side: Side; title: string; slowest: number }) {
  return (
    <section class="card answer" aria-label={`${title} answer`}>
      {shown && <Reason shown={shown} label={top[0]!.label} />}
      <ClassList top={top} />
      <h3>Forward: {milliseconds(ms)}</h3>
      <span class="bar time" aria-hidden="true">
        <span style={{ width: `${(100 * ms) / slowest}%` }} />
      </span>
      <ModelLine ready={ready} />
    </section>
  );
}

function Reason({ shown, label }: { shown: ShownSide; label: string }) {
  const { width, height } = shown.picture;
  return (
    <figure class="reason">
      <div class="looked" style={{ aspectRatio: `${width} / ${height}`, "--shape": String(width / height) }}>
        <img src={picture.value!.url} alt="" />
        <div class="map" style={frameStyle(shown)}>
          <Pixels layer={heatLayer(shown.map, "large")} class="smooth" label={`What speaks for ${label}`} />
        </div>
      </div>
      <figcaption class="hint">
        {names[shown.name]}: what speaks for “{label}”
      </figcaption>
    </figure>
  );
}
