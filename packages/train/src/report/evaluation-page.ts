import { printable } from "@tessera/core";
import type { Evaluation } from "../metrics/evaluation.ts";
import type { Judgement } from "../metrics/judgement.ts";
import { lineChart } from "./chart.ts";
import { escaped } from "./escape.ts";

/** A mistake with its picture. */
export interface ShownMistake extends Judgement {
  /** Of the picture: its path, or its number in a file of many. */
  name: string;
  /** Address of the picture; a data URI keeps the page in one file. */
  picture: string;
}

export interface PageOptions {
  title: string;
  /** @default none */
  mistakes?: readonly ShownMistake[];
}

const style = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #222; }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { padding: 0.15rem 0.6rem; text-align: right; border-bottom: 1px solid #eee } th:first-child, td:first-child { text-align: left }
.confusion td { min-width: 2.2rem; border: 1px solid #fff }
.mistakes { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: 1rem; padding: 0 }
.mistakes figure { margin: 0 } .mistakes img { width: 100%; image-rendering: pixelated } figcaption { font-size: 0.8rem; overflow-wrap: anywhere }
`;

/** An evaluation as one HTML file that needs nothing else: figures, classes, confusion, calibration, the worst mistakes. */
export function evaluationPage(evaluation: Evaluation, { title, mistakes = [] }: PageOptions): string {
  const { images, top1, top5, loss, confusion, calibration } = evaluation;
  const classes = evaluation.classes.map((one) => ({ ...one, name: printable(one.name) }));
  const names = classes.map(({ name }) => name);
  const heading = escaped(printable(title));
  const figures = [
    ["images", String(images)],
    ["top-1", percent(top1)],
    ...(top5 === undefined ? [] : [["top-5", percent(top5)]]),
    ["loss", loss.toFixed(4)],
    ["calibration error", percent(calibration.ece)],
  ];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${heading}</title>
<style>${style}</style>
<h1>${heading}</h1>
${table(
  figures.map(([name]) => name!),
  [figures.map(([, value]) => value!)],
)}
<h2>Classes</h2>
${table(
  ["class", "images", "recall", "precision", "F1"],
  classes.map((one) => [one.name, String(one.images), percent(one.recall), percent(one.precision), one.f1.toFixed(3)]),
)}
<h2>Confusion: true classes in rows, predicted ones in columns</h2>
${confusionTable(names, confusion)}
<h2>Calibration</h2>
${reliability(evaluation)}
${mistakes.length === 0 ? "" : `<h2>The worst mistakes</h2>\n${gallery(mistakes, names)}`}
</html>
`;
}

function table(headings: readonly string[], rows: readonly (readonly string[])[], kind = ""): string {
  const head = headings.map((heading) => `<th>${escaped(heading)}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`);
  return `<table class="${kind}"><tr>${head}</tr>\n${body.join("\n")}</table>`;
}

/** Cells are the darker, the larger their share of the row; right ones are blue, wrong ones red. */
function confusionTable(names: readonly string[], confusion: readonly (readonly number[])[]): string {
  const rows = confusion.map((counts, row) => {
    const all = counts.reduce((sum, count) => sum + count, 0);
    const cells = counts.map((count, column) => {
      const colour = row === column ? "0, 114, 178" : "213, 94, 0";
      const share = all === 0 ? 0 : count / all;
      return `<td style="background: rgba(${colour}, ${share.toFixed(2)})">${count}</td>`;
    });
    return `<tr><td>${escaped(names[row]!)}</td>${cells.join("")}</tr>`;
  });
  const head = names.map((name) => `<th>${escaped(name)}</th>`).join("");
  return `<table class="confusion"><tr><th></th>${head}</tr>\n${rows.join("\n")}</table>`;
}

function reliability({ calibration: { bins } }: Evaluation): string {
  const filled = bins.filter(({ images }) => images > 0);
  const measured = { name: "measured", points: filled.map((bin): [number, number] => [bin.confidence, bin.accuracy]) };
  const ideal: [number, number][] = [[0, 0], [1, 1]]; // prettier-ignore
  return lineChart([measured, { name: "ideal", points: ideal }], { title: "Accuracy by confidence", x: "confidence" });
}

function gallery(mistakes: readonly ShownMistake[], names: readonly string[]): string {
  const figures = mistakes.map(({ name, picture, label, predicted, confidence }) => {
    const said = `${names[predicted]} (${percent(confidence)}), is ${names[label]}`;
    const text = `${escaped(said)}<br>${escaped(printable(name))}`;
    return `<figure><img src="${escaped(picture)}" alt="${escaped(names[label]!)}"><figcaption>${text}</figcaption></figure>`;
  });
  return `<div class="mistakes">\n${figures.join("\n")}\n</div>`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
