import { summarize } from "@tessera/core";
import type { DetectionEvaluation } from "@tessera/train";
import { commandOf, markdown } from "../training/model-card.ts";
import { duration } from "../training/status-line.ts";
import type { RunFolder } from "../training/run-folder.ts";
import { percent } from "./coco-numbers.ts";
import type { DetectorJob, DetectorLogEntry } from "./detector-job.ts";

/** Classes that the card names. */
const mostNamed = 20;

/** The README of a trained detector: what it finds, how well, and how it came to be. */
export function detectorCard(
  job: DetectorJob,
  run: RunFolder<DetectorLogEntry>,
  evaluation: DetectionEvaluation | undefined,
): string {
  const { config, model, parts, backend } = job;
  const { recipe, imageSize, classes } = config;
  const { params, macs } = summarize(model, [1, imageSize, imageSize, 3]);
  const seconds = run.log.at(-1)?.seconds ?? 0;
  const names = classes.slice(0, mostNamed).map(markdown).join(", ");
  const { AP, AP50, AP75 } = evaluation?.scores ?? {};
  const judged = evaluation && [
    `| AP | ${percent(AP!)} of ${evaluation.images} ${parts.test ? "test" : "validation"} pictures with ${evaluation.objects} things |`,
    `| AP50, AP75 | ${percent(AP50!)}, ${percent(AP75!)} |`,
  ];
  return `# ${config.model.architecture} for ${classes.length} kinds of things

Finds: ${classes.length <= mostNamed ? names : `${names}, …`}.

|     |     |
| --- | --- |
| parameters | ${params.toLocaleString("en-US")} |
| multiply-adds | ${macs.toLocaleString("en-US")} a picture of ${imageSize} px |
${judged ? `${judged.join("\n")}\n` : ""}| trained on | ${parts.train.length} pictures with ${parts.train.objects} things, ${recipe.epochs} epochs, preset ${config.preset}, seed ${config.settings.seed ?? 0} |
| cost | ${duration(seconds)} on ${backend.name} (${backend.device}) |

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
