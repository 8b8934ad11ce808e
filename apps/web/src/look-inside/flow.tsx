import { useRef } from "preact/hooks";
import { Pixels } from "../components/pixels.tsx";
import type { Insight } from "../worker/calls.ts";
import { Classified, Cut, Placed, Projected, Attended } from "./flow-details.tsx";
import { thumbnailOf } from "./flow-thumbnails.ts";
import { type Step, step, steps } from "./view.ts";

const titles: Record<Step, [title: string, about: string]> = {
  cut: ["Cut", "the picture into patches"],
  project: ["Project", "each patch to a token"],
  place: ["Add positions", "so that places count"],
  attend: ["Attend", "tokens look at each other"],
  classify: ["Classify", "by the class token"],
};

const details: Record<Step, (props: { inside: Insight }) => preact.JSX.Element> = {
  cut: Cut,
  project: Projected,
  place: Placed,
  attend: Attended,
  classify: Classified,
};

/** From picture to answer, step by step; each unfolds to its numbers. */
export function Flow({ inside, isStale }: { inside: Insight; isStale: boolean }) {
  const strip = useRef<HTMLOListElement>(null);
  const open = step.value;
  const at = open ? steps.indexOf(open) : -1;
  const Details = open && details[open];

  function go(to: number) {
    step.value = steps[to];
    strip.current?.children[to]?.scrollIntoView({ block: "nearest", inline: "center" });
  }

  return (
    <section class="card flow" aria-labelledby="flow-title">
      <div class="card-head">
        <h2 id="flow-title">From picture to answer</h2>
        {!open && (
          <button type="button" onClick={() => go(0)}>
            Take the tour
          </button>
        )}
      </div>
      <ol class={isStale ? "strip stale-pixels" : "strip"} ref={strip}>
        {steps.map((name, i) => (
          <li key={name}>
            <button
              type="button"
              aria-expanded={name === open}
              aria-controls={name === open ? "flow-details" : undefined}
              onClick={() => (name === open ? (step.value = undefined) : go(i))}
            >
              <span class="thumbnail">{thumbnail(inside, name)}</span>
              <b>
                {i + 1}. {titles[name][0]}
              </b>
              <small>{titles[name][1]}</small>
            </button>
          </li>
        ))}
      </ol>
      {Details && (
        <div class="details" id="flow-details">
          <h3>
            Step {at + 1} of {steps.length}: {titles[open][0].toLowerCase()} {titles[open][1]}
          </h3>
          <Details inside={inside} />
          <div class="tour">
            <button type="button" disabled={at === 0} onClick={() => go(at - 1)}>
              Back
            </button>
            <button type="button" class="primary" disabled={at === steps.length - 1} onClick={() => go(at + 1)}>
              Next
            </button>
            <button type="button" class="quiet" onClick={() => (step.value = undefined)}>
              Close
            </button>
          </div>
        </div>
      )}
    </section>
  );
}

function thumbnail(inside: Insight, name: Step) {
  if (name === "classify") {
    return (
      <span class="bars">
        {inside.top.slice(0, 4).map(({ index, score }) => (
          <span class="bar" key={index}>
            <span style={{ width: `${100 * score}%` }} />
          </span>
        ))}
      </span>
    );
  }
  const layer = thumbnailOf(inside, name);
  return layer && <Pixels layer={layer} class={name === "attend" ? "smooth" : ""} />;
}
