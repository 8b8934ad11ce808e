import type { Signal } from "@preact/signals";
import { CopyButton } from "../components/copy-button.tsx";
import { ModelField } from "../components/model-field.tsx";
import { PlaceFields } from "../components/place-fields.tsx";
import { ProblemNote } from "../components/problem-note.tsx";
import { Progress } from "../components/progress.tsx";
import { SelectField } from "../components/select-field.tsx";
import { milliseconds } from "../format.ts";
import { measuring } from "../state/setup.ts";
import { survey } from "../state/survey.ts";
import { type Measurement, batch, measureNow, measurement, measurements, runs } from "./measurements.ts";
import { RunsChart } from "./runs-chart.tsx";

/** How fast it is here. */
export function BenchmarkPanel() {
  const [latest] = measurements.value;
  return (
    <div class="stack">
      <section class="card" aria-labelledby="measure-title">
        <h2 id="measure-title">Measure a forward</h2>
        <div class="setup">
          <ModelField model={measuring.model} variants />
          <PlaceFields choice={measuring} />
          <NumberField label="Batch" value={batch} choices={[1, 2, 4, 8, 16, 32]} />
          <NumberField label="Runs" value={runs} choices={[5, 20, 50, 100]} />
          <button
            type="button"
            class="primary"
            disabled={!survey.result.value || measurement.running.value}
            onClick={() => void measureNow()}
          >
            Measure
          </button>
        </div>
        <Progress task={measurement} />
        <ProblemNote problem={measurement.problem.value} />
        {latest ? (
          <Latest result={latest} />
        ) : (
          <p class="hint">Each run is timed from a batch to its logits, after a warm-up.</p>
        )}
      </section>
      {measurements.value.length > 0 && <History results={measurements.value} />}
    </div>
  );
}

function NumberField({ label, value, choices }: { label: string; value: Signal<number>; choices: readonly number[] }) {
  return (
    <SelectField
      label={label}
      size="small"
      value={String(value.value)}
      options={choices.map((choice) => [String(choice), String(choice)])}
      onChoose={(choice) => (value.value = Number(choice))}
    />
  );
}

function Latest({ result }: { result: Measurement }) {
  const { ms, imagesPerSecond, model, backend, precision, batch: size } = result;
  const figures = [
    ["Median", milliseconds(ms.median)],
    ["90th percentile", milliseconds(ms.p90)],
    ["Fastest", milliseconds(ms.min)],
    ["Pictures a second", imagesPerSecond.toFixed(1)],
  ] as const;
  return (
    <div>
      <h3>
        {model} on {backend}, {precision}, batch {size}
      </h3>
      <dl class="figures">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <RunsChart measurement={result} />
    </div>
  );
}

function History({ results }: { results: readonly Measurement[] }) {
  const json = JSON.stringify(results, undefined, 2);
  const slowest = Math.max(...results.map(({ ms }) => ms.median));
  return (
    <section class="card" aria-labelledby="history-title">
      <div class="card-head">
        <h2 id="history-title">This visit</h2>
        <CopyButton text={json} label="Copy as JSON" />
      </div>
      <div class="scroll" role="region" aria-label="All measurements" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Model</th>
              {["Median", "p90", "Pictures/s"].map((title) => (
                <th scope="col" class="number" key={title}>
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {results.map(({ model, backend, precision, threads, batch: size, ms, imagesPerSecond }, i) => (
              <tr key={results.length - i}>
                <th scope="row">
                  {model}
                  <small>
                    {backend}, {precision}
                    {threads !== undefined && `, ${threads} thread${threads === 1 ? "" : "s"}`}, batch {size}
                  </small>
                </th>
                <td class="number">
                  {milliseconds(ms.median)}
                  <span class="bar" aria-hidden="true">
                    <span style={{ width: `${(100 * ms.median) / slowest}%` }} />
                  </span>
                </td>
                <td class="number">{milliseconds(ms.p90)}</td>
                <td class="number">{imagesPerSecond.toFixed(1)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <details>
        <summary>JSON</summary>
        <pre tabIndex={0}>{json}</pre>
      </details>
    </section>
  );
}
