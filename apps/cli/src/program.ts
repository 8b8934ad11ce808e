import { homedir } from "node:os";
import { Command, InvalidArgumentError, Option } from "commander";
import { explainingCommands } from "./explaining-commands.ts";
import type { Settings } from "./settings.ts";
import { entryHelp, trainingCommands } from "./training-commands.ts";
import { version } from "./version.ts";

/** As `@tessera/backends` names them, which is not loaded for a help text; a test compares. */
export const backendChoices = ["auto", "cuda", "webgpu", "native", "tensorflow", "wasm", "cpu"];

const modelHelp = `
Models (--model):
  vit_cifar10                      comes with Tessera: ten everyday things in small pictures
  FOLDER                           config.json and weights, as timm or transformers writes them
  timm/vit_tiny_patch16_224…       a repository of the Hugging Face hub, or org/name@revision
  FILE --arch VARIANT              a checkpoint: .safetensors, .npz, .pth
  VARIANT --weights FILE           the same the other way round; \`tessera models\` lists variants`;

/** What `--model` takes where a command does not say otherwise. */
const backbones = { about: "see below (default: vit_cifar10)", help: modelHelp };

const detectorHelp = `
Detectors (--model):
  facebook/detr-resnet-50          a repository of the Hugging Face hub, or org/name@revision
  FOLDER                           config.json and weights, as transformers writes them
  FILE --arch detr_resnet50        a checkpoint: the authors' .pth, .safetensors
  detr_resnet50 --weights FILE     the other way round; also detr_resnet101, and both with _dc5`;

const inpainterHelp = `
Masked autoencoders (--model):
  facebook/vit-mae-base            a repository of the Hugging Face hub, or org/name@revision
  FOLDER                           config.json and weights, as transformers writes them
  FILE --arch mae_vit_base_patch16 a checkpoint with its decoder: the authors' mae_visualize_*.pth
  mae_vit_base_patch16 --weights FILE   the other way round; also large_patch16 and huge_patch14`;

/**
 * Commands with their arguments and options. Each command's code is imported when it runs, so that none pays for another;
 * `done` is told its exit code.
 */
export function program(done: (code: number) => void): Command {
  const tessera = new Command("tessera")
    .description(
      "Vision transformers for TypeScript: classify and embed pictures, find things on them, fill holes in them, train and fine-tune models, look at them.",
    )
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .exitOverride()
    .hook("preAction", (_, command) => expandHome(command))
    .showSuggestionAfterError()
    .showHelpAfterError("(--help lists what there is)")
    .addHelpText(
      "after",
      `
Examples:
  tessera classify photo.jpg
  tessera classify holiday/ --json > labels.json
  tessera embed "pictures/*.png" --out embeddings.npy
  tessera detect street.jpg --model facebook/detr-resnet-50 --out annotated
  tessera summary vit_base_patch16_224 --depth 2`,
    );

  running(tessera.command("classify"), [
    new Option("--top <k>", "how many classes (default: 5; 3 each where many are printed)").argParser(wholeNumber),
    new Option("--logits", "print the values before softmax too"),
    new Option("--tta", "average over the picture and its mirror image"),
    new Option("--labels <file>", "names of the classes: one a line, or JSON as hubs have it"),
    new Option("--reset-head", "draw a head at random where the checkpoint has none that fits: it knows nothing"),
  ])
    .description("Name what is on pictures.")
    .argument("<images...>", "files, folders, globs or addresses")
    .action(async (images: string[], options) =>
      done(await (await import("./commands/classify.ts")).classify(images, options)),
    );

  running(tessera.command("embed"), [
    new Option("--out <file.npy>", "write one NumPy array [images, width] instead of printing"),
    new Option("--normalize", "scale each vector to length 1"),
    new Option("--tta", "average over the picture and its mirror image"),
  ])
    .description("Turn pictures into vectors.")
    .argument("<images...>", "files, folders, globs or addresses")
    .action(async (images: string[], options) =>
      done(await (await import("./commands/embed.ts")).embed(images, options)),
    );

  running(
    tessera.command("detect"),
    [
      new Option("--out <folder>", "draw boxes and labels on copies of the pictures"),
      new Option("--coco <file.json>", "write results as COCO's evaluation reads them, the unsure ones too"),
      new Option("--threshold <score>", "leave out what is less sure, from 0 to 1 (default: 0.9)").argParser(share),
    ],
    1,
    { about: "see below; none comes along", help: detectorHelp },
  )
    .description("Find things on pictures.")
    .argument("<images...>", "files, folders, globs or addresses")
    .action(async (images: string[], options) =>
      done(await (await import("./commands/detect.ts")).detect(images, options)),
    );

  running(
    tessera.command("inpaint"),
    [
      new Option("--mask <file>", "a picture of the same size, bright where it is to be filled"),
      new Option("--box <x,y,w,h>", "a rectangle to fill, in pixels from the top left").argParser(box),
      new Option("--out <file>", "the picture to write: .png, .jpg or .webp").makeOptionMandatory(),
      new Option("--no-blend", "leave the step at the hole's edge as the model draws it"),
    ],
    0,
    { about: "see below; none comes along", help: inpainterHelp },
  )
    .description("Fill a hole in a picture.")
    .argument("<image>", "a file or an address")
    .action(async (image: string, options) =>
      done(await (await import("./commands/inpaint.ts")).inpaint(image, options)),
    );

  const declaring = { common, computing, running, wholeNumber, positive, done };
  explainingCommands(tessera, declaring);
  trainingCommands(tessera, declaring);

  common(tessera.command("models"))
    .description("List models with their size and checkpoints.")
    .argument("[filter]", "part of a name")
    .action(async (filter: string | undefined, options: Settings) =>
      done(await (await import("./commands/models.ts")).models(filter, options)),
    );

  common(
    tessera
      .command("summary")
      .option("--image-size <pixels>", "side of the picture", wholeNumber)
      .option("--depth <levels>", "how many levels of modules to print; --json has all", wholeNumber),
  )
    .description("List a model's layers with shapes, parameters and multiply-adds.")
    .argument("<model>", "a variant, a folder with config.json, or vit_cifar10")
    .action(async (model: string, options: Settings) =>
      done(await (await import("./commands/summary.ts")).summary(model, options)),
    );

  common(
    tessera
      .command("convert")
      .addOption(
        new Option("--to <names>", "whose names the tensors get").choices(["timm", "huggingface"]).default("timm"),
      )
      .addOption(new Option("--dtype <type>", "what floats are rounded to").choices(["F32", "F16", "BF16"]))
      .option("--arch <variant>", "the variant of a checkpoint file, for a folder")
      .option("--entry <name>", entryHelp)
      .option("--keep-names", "leave the names as they are"),
  )
    .description("Turn a checkpoint of any format into .safetensors, alone or in a folder with its config.")
    .argument("<in>", "a .safetensors, .npz or .pth, a folder, an address or a repository of the hub")
    .argument("<out>", "the .safetensors to write, or a folder for timm or transformers")
    .action(async (input: string, output: string, options) =>
      done(await (await import("./commands/convert.ts")).convert(input, output, options)),
    );

  common(
    tessera
      .command("parity")
      .option("--reference <file>", "a .safetensors with input [b, 3, h, w] and logits [b, classes]")
      .option("--tolerance <share>", "largest difference, as a share of the largest logit", positive, 1e-3)
      .option("--batch <n>", "pictures of noise, without a reference", wholeNumber, 2)
      .option("--backend <names>", "which, with commas between them (default: all that work)", backendNames)
      .optionsGroup("Model:")
      .option("--arch <variant>", "the variant of a checkpoint file")
      .option("--weights <file>", "a checkpoint, instead of the model's own")
      .option("--entry <name>", entryHelp),
  )
    .description("Compare a model's logits on every backend of this machine. Exits with 1 past the tolerance.")
    .argument("[model]", "see below (default: vit_cifar10)")
    .addHelpText("after", modelHelp.replace("Models (--model):", "Models:"))
    .action(async (model: string | undefined, options) =>
      done(await (await import("./commands/parity.ts")).parity(model, options)),
    );

  common(tessera.command("doctor"))
    .description("Say what this machine can run, and why not the rest.")
    .action(async (options: Settings) => done(await (await import("./commands/doctor.ts")).doctor(options)));

  return tessera;
}

/** Options that may be paths. */
const paths = ["model", "weights", "labels", "mask", "out", "coco", "reference", "teacher", "backbone", "stem"];

/** `~` for the home folder, which shells leave as it is in `--out=~/x`. */
function expandHome(command: Command): void {
  for (const name of paths) {
    const value: unknown = command.getOptionValue(name);
    if (typeof value === "string" && /^~(?=$|[\\/])/.test(value))
      command.setOptionValueWithSource(name, homedir() + value.slice(1), command.getOptionValueSource(name) ?? "cli");
  }
}

/** Adds the options of every command, after its own. */
function common(command: Command): Command {
  return command
    .optionsGroup("Output:")
    .option("--json", "print one JSON document on stdout and nothing else")
    .option("--verbose", "say which backend runs, why not another, and where an error came from")
    .helpOption("-h, --help", "print this help");
}

/** Adds a command's own options and those of every command that runs a model; without `--batch` where it runs on one picture. */
function running(command: Command, own: readonly Option[], batch = 8, models = backbones): Command {
  for (const option of own) command.addOption(option);
  command
    .optionsGroup("Model:")
    .option("--model <spec>", models.about)
    .option("--arch <variant>", "the variant of a checkpoint file")
    .option("--weights <file>", "a checkpoint, instead of the model's own")
    .option("--entry <name>", entryHelp);
  computing(command);
  if (batch > 0) command.option("--batch <n>", "pictures that are computed together", wholeNumber, batch);
  return common(command).addHelpText("after", models.help);
}

/** Adds the options of every command that computes. */
function computing(command: Command): Command {
  return command
    .optionsGroup("Computing:")
    .addOption(new Option("--backend <name>", "what computes (default: auto)").choices(backendChoices))
    .addOption(new Option("--precision <format>", "of products (default: f32)").choices(["f32", "bf16", "f16"]))
    .option("--threads <n>", "where the backend lets choose", wholeNumber);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("Expected a whole number from 1.");
  return value;
}

function share(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError("Expected a number from 0 to 1.");
  return value;
}

function box(text: string): { x: number; y: number; width: number; height: number } {
  const numbers = text.split(",").map(Number);
  const [x = 0, y = 0, width = 0, height = 0] = numbers;
  if (numbers.length !== 4 || !numbers.every(Number.isInteger) || width < 1 || height < 1)
    throw new InvalidArgumentError("Expected four whole numbers, x,y,width,height.");
  return { x, y, width, height };
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("Expected a number above 0.");
  return value;
}

function backendNames(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  const known = backendChoices.filter((name) => name !== "auto");
  if (!names.every((name) => known.includes(name))) {
    throw new InvalidArgumentError(`Expected names among ${known.join(", ")}.`);
  }
  return names;
}
