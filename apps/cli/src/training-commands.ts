import { type Command, InvalidArgumentError, Option } from "commander";
import { nameValue } from "./training/name-values.ts";

/** As `@tessera/train` names them, which is not loaded for a help text; a test compares. */
export const presetChoices = ["small-data", "small-cnn", "small-hybrid", "vit-finetune", "head", "lora", "vit", "deit", "deit3", "deit3-finetune"]; // prettier-ignore

/** The same for detectors. */
export const detectionPresetChoices = ["detr", "deformable-detr", "small-detection"];

const taskOption = () =>
  new Option("--task <name>", "what the pictures are for (default: classification)").choices([
    "classification",
    "detection",
  ]);

const thingsHelp = `

With --task detection: a folder, zip or tar of pictures with COCO's JSON, Pascal
  VOC's XML, YOLO's text (data.yaml or classes.txt) or labelme's JSON`;

const dataHelp = `
Data (DATA): a folder, zip or tar with a folder per class, split into train/ and
  test/ or not; WebDataset's shards; MNIST's IDX files; CIFAR's binary files; a
  .csv or .jsonl with path and label`;

const modelOrDetector = "a variant, a family (vit, with --task detection detr) with --arg, or a config.json";

export const entryHelp = "which weights of a file with several (default: the averaged ones)";

/** What the options of every command are declared with. */
export interface Declaring {
  /** Adds --json, --verbose and --help. */
  common: (command: Command) => Command;
  /** Adds --backend, --precision and --threads. */
  computing: (command: Command) => Command;
  /** Adds a command's own options, --model and what goes with it, --batch, and the above. */
  running: (command: Command, own: readonly Option[], batch?: number) => Command;
  wholeNumber: (text: string) => number;
  positive: (text: string) => number;
  /** Is told a command's exit code. */
  done: (code: number) => void;
}

/** Adds `train`, `finetune`, `eval` and `bench`. */
export function trainingCommands(tessera: Command, declaring: Declaring): void {
  const { done, running, common, computing, wholeNumber, positive } = declaring;
  const fromScratch = [
    taskOption(),
    new Option("--model <spec>", modelOrDetector),
    new Option("--arg <name=value...>", "an argument of the model, as timm or a detector's config calls it").argParser(
      nameValue,
    ),
    new Option("--stem <run>", "a run or model whose first convolutions the model's stem starts as"),
    new Option("--backbone <run>", "a run or model that a detector's backbone starts as"),
  ];
  training(tessera.command("train"), declaring, fromScratch, [...presetChoices, ...detectionPresetChoices])
    .description("Train a model from scratch on pictures with classes, or with boxes.")
    .argument("<data>", "see below")
    .addHelpText("after", dataHelp + thingsHelp)
    .action(async (data: string, options) => done(await (await import("./commands/train.ts")).train(data, options)));

  const pretrained = [
    new Option("--model <spec>", "a model to begin with, as classify takes it, or a run (default: vit_cifar10)"),
    new Option("--arch <variant>", "the variant of a checkpoint file"),
    new Option("--weights <file>", "a checkpoint, instead of the model's own"),
    new Option("--entry <name>", entryHelp),
    new Option(
      "--only <part>",
      "what learns: probe (a head in closed form), head, last-N (blocks), lora or full (default: full)",
    ).argParser(part),
  ];
  training(tessera.command("finetune"), declaring, pretrained, presetChoices)
    .description("Train a trained model, or a part of it, on other pictures and classes.")
    .argument("<data>", "see below")
    .addHelpText("after", dataHelp)
    .action(async (data: string, options) =>
      done(await (await import("./commands/finetune.ts")).finetune(data, options)),
    );

  common(
    computing(
      tessera
        .command("bench")
        .option("--train", "whole training steps: forward, backward, clipping, AdamW")
        .option("--batch <n>", "pictures that are computed together", wholeNumber, 1)
        .option("--image-size <pixels>", "side of the pictures", wholeNumber)
        .option("--seconds <s>", "how long each model is measured, at least", positive, 3),
    ),
  )
    .description("Measure how long models take here, with weights drawn at random.")
    .argument("[models...]", "variants, folders or vit_cifar10 (default)")
    .action(async (models: string[], options) =>
      done(await (await import("./commands/bench.ts")).bench(models, options)),
    );

  running(
    tessera.command("eval"),
    [
      taskOption(),
      new Option("--part <name>", "of the data (default: test, where there is one)").choices([
        "train",
        "validation",
        "test",
      ]),
      new Option("--out <folder>", "write evaluation.json and report.html, with the worst mistakes, there"),
      new Option("--worst <n>", "mistakes that the report shows").argParser(wholeNumber).default(24),
      new Option("--workers <n>", "threads that read pictures").argParser(wholeNumberFrom0),
      new Option("--batch <n>", "pictures that are computed together (default: 64, with --task detection 1)").argParser(
        wholeNumber,
      ),
    ],
    0,
  )
    .description("Judge a model on pictures with classes, or a detector on pictures with boxes.")
    .argument("<data>", "see below")
    .addHelpText("after", dataHelp + thingsHelp)
    .action(async (data: string, options) =>
      done(await (await import("./commands/eval.ts")).evaluateModel(data, options)),
    );
}

/** Adds the options of every command that trains. */
function training(
  command: Command,
  { common, computing, wholeNumber, positive }: Declaring,
  model: readonly Option[],
  presets: readonly string[],
): Command {
  command.optionsGroup("Model:");
  for (const option of model) command.addOption(option);
  command
    .option(
      "--image-size <pixels>",
      "side of the pictures (default: the data's if they are small, else 224)",
      wholeNumber,
    )
    .optionsGroup("Recipe:")
    .addOption(new Option("--preset <name>", "the recipe, see docs/training.md").choices(presets))
    .addOption(
      new Option("--set <name=value...>", "another value in the recipe; null takes it out").argParser(nameValue),
    )
    .option("--epochs <n>", "how often each picture is seen", positive)
    .option("--batch <n>", "pictures of a step; the rate follows it", wholeNumber)
    .option("--accumulate <n>", "parts that a batch is computed in, where memory is short", wholeNumber)
    .option("--rate <rate>", "the highest learning rate", positive)
    .option("--seed <n>", "of weights, order, augmentation and split (default: 0)", wholeNumberFrom0)
    .option("--teacher <run>", "a run or model to learn from, besides the labels")
    .optionsGroup("Data:")
    .option(
      "--validation <share>",
      "of the training pictures, held back to choose the best weights by (default: 0.1)",
      share,
    )
    .option("--fraction <share>", "of the training pictures to use", share)
    .option("--per-class <n>", "training pictures of each class to use", wholeNumber)
    .option("--workers <n>", "threads that read and change pictures", wholeNumberFrom0)
    .optionsGroup("Run:")
    .option("--out <run>", "folder for configuration, log, curves, checkpoints and the model")
    .option("--resume", "go on where the run in --out stopped")
    .option("--keep <n>", "checkpoints that stay, besides the best (default: 2)", wholeNumber)
    .option("--dry-run", "print what it would be: parameters, memory, time");
  return common(computing(command));
}

export function wholeNumberFrom0(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError("Expected a whole number from 0.");
  return value;
}

function part(text: string): string {
  if (!/^(probe|head|last-\d+|lora|full)$/.test(text))
    throw new InvalidArgumentError("Expected probe, head, last-N, lora or full.");
  return text;
}

function share(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError("Expected a share from 0 to 1.");
  return value;
}
