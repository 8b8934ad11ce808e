import { useId } from "preact/hooks";
import { Pixels } from "../components/pixels.tsx";
import { SelectField } from "../components/select-field.tsx";
import { percent } from "../format.ts";
import type { Insight } from "../worker/calls.ts";
import { heatLayer } from "./layers.ts";
import { attentionMap, focusOf, methodOf, methodsOf, names, patchOf, shownMap } from "./shown-map.ts";
import { block, chosen, head, method, target } from "./view.ts";

/** Chooses what lies over the picture, and says what that is. */
export function Controls({ inside }: { inside: Insight }) {
  const name = methodOf(inside);
  const from = patchOf(inside);
  return (
    <>
      <div class="choices" role="group" aria-label="Map">
        {methodsOf(inside).map((one) => (
          <button
            type="button"
            key={one}
            aria-pressed={!from && one === name}
            onClick={() => {
              method.value = one;
              chosen.value = undefined;
            }}
          >
            {names[one]}
          </button>
        ))}
      </div>
      <p class="about">{shownMap(inside)?.about}</p>
      <Scale />
      {(inside.attention ?? inside.windows) ? (
        <AttentionFields inside={inside} />
      ) : (
        <p class="note">{inside.withoutAttention ?? "This model has no attention among its patches."}</p>
      )}
      <TargetField inside={inside} />
    </>
  );
}

/** What the colours mean. */
function Scale() {
  return (
    <div class="scale" aria-hidden="true">
      <span>less</span>
      <i />
      <span>more</span>
    </div>
  );
}

/** A slider over the blocks, and every head as a small map. */
function AttentionFields({ inside }: { inside: Insight }) {
  const id = useId();
  const focus = focusOf(inside);
  const from = patchOf(inside);
  const last = (inside.attention?.blocks ?? inside.windows!).length - 1;
  const choices: (number | undefined)[] = [undefined, ...(focus.heads > 1 ? Array(focus.heads).keys() : [])];
  function show(one: number | undefined) {
    head.value = one;
    method.value = "attention";
  }
  return (
    <>
      <div class="field slider">
        <label for={id}>
          Block <output>{focus.block}</output>
        </label>
        <input
          id={id}
          type="range"
          min={0}
          max={last}
          value={focus.block}
          aria-valuetext={`Block ${focus.block} of 0 to ${last}`}
          onInput={({ currentTarget }) => {
            block.value = Number(currentTarget.value);
            method.value = "attention";
          }}
        />
      </div>
      <div class="heads" role="group" aria-label="Heads">
        {choices.map((one) => (
          <button
            type="button"
            key={one ?? "all"}
            aria-pressed={one === focus.head && (methodOf(inside) === "attention" || from !== undefined)}
            onClick={() => show(one)}
          >
            <Pixels
              layer={heatLayer(attentionMap(inside, { block: focus.block, head: one, from })!, "small")}
              class="smooth"
            />
            {one === undefined ? "All heads" : `Head ${one}`}
          </button>
        ))}
      </div>
      <p class="hint">Point at a patch of the picture, or go there by the arrow keys, to see where it looks.</p>
    </>
  );
}

/** Whose score is explained. */
function TargetField({ inside: { top, target: of } }: { inside: Insight }) {
  const rest = top.some(({ index }) => index === of.index) ? [] : [{ ...of, score: Number.NaN }];
  return (
    <SelectField
      label="Why this class?"
      value={String(target.value)}
      options={[
        ["predicted", `The likeliest: ${top[0]!.label}`],
        ...[...top, ...rest].map(({ index, label, score }) => [String(index), Number.isNaN(score) ? label : `${label}, ${percent(score)}`] as const), // prettier-ignore
      ]}
      onChoose={(value) => (target.value = value === "predicted" ? value : Number(value))}
    />
  );
}
