import type { Evaluation } from "@tessera/train";
import { printable, summarize } from "@tessera/core";
import { duration } from "./status-line.ts";
import type { RunConfig } from "./run-config.ts";
import type { RunFolder } from "./run-folder.ts";
import type { Job } from "./job.ts";

/** Classes that the card names. */
const mostNamed = 20;

/** The README of a trained model: what it is, how good, and how it came to be. */
export function modelCard(job: Job, run: RunFolder, evaluation: Evaluation | undefined): string {
  const { config, model, parts, backend } = job;
  const { recipe, imageSize, classes } = config;
  const { params, macs } = summarize(model, [1, imageSize, imageSize, 3]);
  const seconds = run.log.at(-1)?.seconds ?? 0;
  // Two operations a multiply-add; a training goes backward too, at twice the cost.
  const perPicture = job.solve ? 2 * macs : 6 * macs * recipe.epochs;
  const petaflop = (parts.train.length * perPicture) / 1e15;
  const how = job.solve ? "a linear probe in closed form" : `${recipe.epochs} epochs, preset ${config.preset}`;
  const names = classes.slice(0, mostNamed).map(markdown).join(", ");
  const shown = classes.length <= mostNamed ? names : `${names}, …`;
  const judged = evaluation && [
    `| top-1 | ${(100 * evaluation.top1).toFixed(2)} % of ${evaluation.images} ${parts.test ? "test" : "validation"} pictures |`,
    `| loss | ${evaluation.loss.toFixed(4)} |`,
    `| calibration error | ${(100 * evaluation.calibration.ece).toFixed(2)} % |`,
  ];
  return `# ${config.model.architecture} for ${classes.length} classes

Knows: ${shown}.

|     |     |
| --- | --- |
| parameters | ${params.toLocaleString("en-US")} |
| multiply-adds | ${macs.toLocaleString("en-US")} a picture of ${imageSize} px |
${judged ? `${judged.join("\n")}\n` : ""}| trained on | ${parts.train.length} pictures, ${how}, seed ${config.settings.seed ?? 0} |
| cost | ${duration(seconds)} on ${backend.name} (${backend.device}), ${petaflop.toPrecision(2)} PFLOP |

${parts.validation ? `The best weights were chosen by ${parts.validation.length} pictures that were not trained on.\n\n` : ""}\
\`\`\`sh
${commandOf(config)}
\`\`\`

Recipe:

\`\`\`json
${JSON.stringify({ model: config.model, recipe }, undefined, 2)}
\`\`\`
`;
}

/** The command that trains the same again. */
export function commandOf({ command, data, settings }: RunConfig<unknown>): string {
  const words = ["tessera", command, data];
  for (const [name, value] of Object.entries(settings)) {
    const option = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (typeof value === "object") {
      for (const [key, one] of Object.entries(value as object)) words.push(option, `${key}=${valueOf(one)}`);
    } else words.push(option, String(value));
  }
  return words.map(quoted).join(" ");
}

/** A word that a shell takes as it is: folders are called as they please. What no line holds is escaped, and then not found. */
function quoted(word: string): string {
  if (/^[\w./=:@,+-]+$/.test(word)) return word;
  return `'${printable(word, word.length).replaceAll("'", String.raw`'\''`)}'`;
}

/** A text that is no link, mark-up or cell in Markdown: class names come from whoever made the data. */
export function markdown(text: string): string {
  return printable(text).replace(/[\\`[\]<>|&#]/g, String.raw`\$&`);
}

function valueOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
