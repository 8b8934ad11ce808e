import { PlaceFields } from "../components/place-fields.tsx";
import { Verdict } from "../components/verdict.tsx";
import { ProblemNote } from "../components/problem-note.tsx";
import { Progress } from "../components/progress.tsx";
import { milliseconds, percent } from "../format.ts";
import { picture } from "../state/picture.ts";
import { survey } from "../state/survey.ts";
import type { Compared } from "../worker/calls.ts";
import { compareBackends, comparison, first, second } from "./comparison.ts";

/** What this browser has, and whether two backends agree. */
export function BackendsPanel() {
  return (
    <div class="stack">
      <section class="card" aria-labelledby="have-title">
        <h2 id="have-title">What this browser has</h2>
        <ProblemNote problem={survey.problem.value} />
        <Isolation />
        <BackendTable />
      </section>
      <section class="card" aria-labelledby="agree-title">
        <h2 id="agree-title">Do two agree?</h2>
        <p class="hint">
          {picture.value ? `Runs ${picture.value.name}` : "Runs an example picture"} on both, with the model that is
          chosen in Classify, and compares the logits.
        </p>
        <div class="setup">
          <PlaceFields choice={first} prefix="First" />
          <PlaceFields choice={second} prefix="Second" />
          <button
            type="button"
            class="primary"
            disabled={!survey.result.value || comparison.running.value}
            onClick={() => void compareBackends()}
          >
            Compare
          </button>
        </div>
        <Progress task={comparison} />
        <ProblemNote problem={comparison.problem.value} />
        {comparison.result.value && <Comparison result={comparison.result.value} />}
      </section>
    </div>
  );
}

function Isolation() {
  if (!survey.result.value || survey.result.value.isolated) return null;
  return (
    <p class="note">
      This page is not cross-origin isolated, which WebAssembly needs for more than one thread. The server must send{" "}
      <code>Cross-Origin-Opener-Policy: same-origin</code> and <code>Cross-Origin-Embedder-Policy: require-corp</code>.
    </p>
  );
}

function BackendTable() {
  const { value } = survey.result;
  if (!value) return <p class="hint">Looking…</p>;
  return (
    <ul class="backends">
      {value.backends.map(({ name, available, device, precisions, reason, software }) => (
        <li key={name} class={available ? "has" : "lacks"}>
          <b>{name}</b>
          <span class="badge">{available ? "available" : "not available"}</span>
          <span class="what">
            {available ? `${device}; ${precisions.join(", ")}` : reason}
            {software && ". A GPU in software, slower than wasm: auto passes it over."}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Comparison({ result }: { result: Compared }) {
  const { sides, difference } = result;
  return (
    <div class="comparison">
      <Verdict difference={difference} />
      <div class="scroll" role="region" aria-label="Both results" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Backend</th>
              <th scope="col">Best class</th>
              <th scope="col" class="number">
                Forward
              </th>
            </tr>
          </thead>
          <tbody>
            {sides.map(({ ready, top: [best], ms }, i) => (
              <tr key={i}>
                <th scope="row">
                  {ready.backend}, {ready.precision}
                  <small>{ready.device}</small>
                </th>
                <td>
                  {best!.label} {percent(best!.score)}
                </td>
                <td class="number">{milliseconds(ms)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
