import { Command, InvalidArgumentError, Option } from "commander";
import type { Settings } from "./settings.ts";
import { version } from "./version.ts";

/**
 * Commands with their arguments and options. Each command's code is imported when it runs, so that none pays for another;
 * `done` is told its exit code.
 */
export function program(done: (code: number) => void): Command {
  const tessera = new Command("tessera")
    .description("Vision transformers for TypeScript: classify pictures, embed them, look at models.")
    .version(version)
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError("(--help lists what there is)");

  common(tessera.command("models"))
    .description("list the models, their size and their checkpoints")
    .argument("[filter]", "part of a name")
    .action(async (filter: string | undefined, options: Settings) =>
      done(await (await import("./commands/models.ts")).models(filter, options)),
    );

  common(tessera.command("summary"))
    .description("list a model's layers with shapes, parameters and multiply-adds")
    .argument("<model>", "a variant, a folder with config.json, or vit_cifar10")
    .option("--image-size <pixels>", "side of the picture", wholeNumber)
    .option("--depth <levels>", "how many levels of modules to show; --json has all", wholeNumber)
    .action(async (model: string, options: Settings) =>
      done(await (await import("./commands/summary.ts")).summary(model, options)),
    );

  running(tessera.command("classify"))
    .description("name what is on pictures")
    .argument("<images...>", "pictures, folders or globs")
    .option("--top <k>", "how many classes", wholeNumber, 5)
    .option("--logits", "give the scores before softmax too")
    .option("--tta", "average over the picture and its mirror image")
    .option("--labels <file>", "names of the classes: one a line, or a JSON array")
    .option("--reset-head", "initialise the head anew where the checkpoint has none that fits")
    .action(async (images: string[], options) =>
      done(await (await import("./commands/classify.ts")).classify(images, options)),
    );

  running(tessera.command("embed"))
    .description("turn pictures into vectors")
    .argument("<images...>", "pictures, folders or globs")
    .option("--out <file.npy>", "write them as one NumPy array [images, width]")
    .option("--normalize", "scale each to length 1")
    .action(async (images: string[], options) =>
      done(await (await import("./commands/embed.ts")).embed(images, options)),
    );

  common(tessera.command("doctor"))
    .description("say what this machine can run, and why not the rest")
    .action(async (options: Settings) => done(await (await import("./commands/doctor.ts")).doctor(options)));

  return tessera;
}

/** Adds the options of every command. */
function common(command: Command): Command {
  return command
    .option("--json", "print one JSON document on stdout and nothing else")
    .option("--verbose", "say more: the backend, where an error came from");
}

/** Adds the options of every command that runs a model. */
function running(command: Command): Command {
  return common(command)
    .option(
      "--model <spec>",
      "vit_cifar10 (the embedded default), a folder with config.json, a checkpoint with --arch, or a variant with --weights",
    )
    .option("--arch <variant>", "variant of a checkpoint file; tessera models lists them")
    .option("--weights <file>", "a .safetensors checkpoint")
    .option("--backend <name>", "auto, cuda, tensorflow, wasm or cpu", "auto")
    .addOption(
      new Option("--precision <format>", "number format of products").choices(["f32", "bf16", "f16"]).default("f32"),
    )
    .option("--threads <n>", "threads, where the backend can choose", wholeNumber)
    .option("--batch <n>", "pictures that are computed together", wholeNumber, 8);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("Expected a whole number from 1.");
  return value;
}
