import { type Command, InvalidArgumentError, Option } from "commander";
import { parseMethods, parsePatch } from "./explaining/method-names.ts";
import { type Declaring, wholeNumberFrom0 } from "./training-commands.ts";

const methodHelp = `
Methods (--method), with commas between them, or all:
  relevance, gradient-rollout      what speaks for the class, by attention and its gradient
  grad-cam                         by features and their gradient; asks for no attention
  integrated-gradients, occlusion  by pixels, and by hiding places; ask for no tokens
  rollout, attention               where attention looks, whatever the class
  lens, tokens, trajectory         what each block makes of the picture
  distance, positions, filters     how far heads look, how alike positions are, what
                                   patches are looked at for
  inner                            attention inside one patch of a TNT (--patch)
  trust, sanity                    curves of deletion, insertion and ROAD; whether
                                   random weights change the maps
One map as .png is an overlay; more of them, or .svg, are a drawing; .html is a page of
all methods with sliders for blocks and heads, readable offline.`;

/** Adds `explain` and `features`. */
export function explainingCommands(tessera: Command, { running, wholeNumber, done }: Declaring): void {
  running(
    tessera.command("explain"),
    [
      new Option("--method <names>", "see below (default: all on a page, else relevance)").argParser(parseMethods),
      new Option("--target <class>", "its name or number (default: what the model says)"),
      new Option("--block <n>", "of attention, from 0 (default: all)").argParser(wholeNumberFrom0),
      new Option("--head <n>", "of attention, from 0 (default: all)").argParser(wholeNumberFrom0),
      new Option("--patch <row,column>", "that looks, from 0 (default: the class token)").argParser(parsePatch),
      new Option("--beside <model>", "another model: tokens, feature maps and words of both in one drawing"),
      new Option("--among <folder>", "with --beside: a folder of each class, laid out by the features of both"),
      new Option("--out <file>", "a .png, .svg or .html (default: IMAGE-explained.html, or IMAGE-beside.svg)"),
    ],
    0,
  )
    .description("Show what of a picture speaks for an answer.")
    .argument("<image>", "a file or an address")
    .addHelpText("after", methodHelp)
    .action(async (image: string, options) =>
      done(await (await import("./commands/explain.ts")).explain(image, options)),
    );

  running(
    tessera.command("features"),
    [
      new Option("--out <file>", "a page, or a drawing as .svg or .png").default("features.html"),
      new Option("--projection <method>", "to the plane").choices(["umap", "pca"]).default("umap"),
      new Option("--neighbours <n>", "of each picture").argParser(wholeNumber).default(8),
      new Option("--same <cosine>", "from which two pictures are taken for the same").argParser(cosine).default(0.98),
    ],
    32,
  )
    .description("Lay out a folder's pictures by their features; find neighbours and duplicates.")
    .argument("<folder>", "pictures; folders inside of it are classes")
    .action(async (folder: string, options) =>
      done(await (await import("./commands/features.ts")).features(folder, options)),
    );
}

function cosine(text: string): number {
  const value = Number(text);
  if (!(value >= -1 && value <= 1)) throw new InvalidArgumentError("Expected a cosine from -1 to 1.");
  return value;
}
