import { FormatError, printable, shown } from "@tessera/core";
import type { AnnotatedObject } from "./annotated-pictures.ts";
import { type Point, boxAround } from "./box-around.ts";

/** `data.yaml`: the classes, and the folders of the parts where it names them. */
export interface YoloConfig {
  readonly classes: readonly string[];
  /** As written: `train: images/train`, `val: ../valid/images`. */
  readonly folders: Readonly<Partial<Record<"train" | "validation" | "test", string>>>;
}

/**
 * What `data.yaml` says; `names` is a list, or has them by their numbers.
 *
 * @throws FormatError for what is no YAML with names.
 * @see https://docs.ultralytics.com/datasets/detect/
 */
export async function readYoloConfig(yaml: string, where: string): Promise<YoloConfig> {
  const { parse } = await import("yaml");
  let document: unknown;
  try {
    document = parse(yaml, { maxAliasCount: 0 });
  } catch (cause) {
    throw new FormatError(`${where}: expected YAML, got ${printable((cause as Error).message, 120)}`, { cause });
  }
  const { names, train, val, valid, test } = (document ?? {}) as Readonly<Record<string, unknown>>;
  const classes = Object.entries((names ?? {}) as object).sort(([a], [b]) => Number(a) - Number(b));
  const isNamed = classes.every(([key, name], i) => Number(key) === i && /^(string|number)$/.test(typeof name));
  if (typeof names !== "object" || classes.length === 0 || !isNamed)
    throw new FormatError(`${where}: expected names, a list or by their numbers from 0, got ${shown(names)}`);
  const folders = Object.entries({ train, validation: val ?? valid, test }).filter(
    ([, folder]) => typeof folder === "string",
  );
  return { classes: classes.map(([, name]) => String(name)), folders: Object.fromEntries(folders) };
}

/** The classes of `classes.txt` or `obj.names`: one a line. */
export function readYoloNames(text: string, where: string): readonly string[] {
  const names = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/).map((line) => line.trim()); // prettier-ignore
  while (names.at(-1) === "") names.pop();
  if (names.length > 0 && !names.includes("")) return names;
  throw new FormatError(`${where}: expected the name of a class in each line, got ${names.length > 0 ? "an empty one" : "none"}`); // prettier-ignore
}

/**
 * Objects of a file of YOLO's: a line each, of the class's number and the box's centre, width and height, or the corners of an
 * outline, all in shares of the picture.
 *
 * @throws FormatError for lines that are neither, and for a class that there is not.
 */
export function readYoloLabels(text: string, classes: readonly string[], where: string): AnnotatedObject[] {
  return text.split(/\r\n|\r|\n/).flatMap((line, i): AnnotatedObject[] => {
    if (line.trim() === "") return [];
    const [label, ...numbers] = line.trim().split(/\s+/).map(Number) as [number, ...number[]];
    const isBox = numbers.length === 4;
    const isOutline = numbers.length >= 6 && numbers.length % 2 === 0;
    if ((!isBox && !isOutline) || !numbers.every(Number.isFinite))
      throw new FormatError(
        `${where}: expected a class and four numbers, or an outline, got ${printable(line, 80)} in line ${i + 1}`,
      );
    const name = classes[label];
    if (name === undefined)
      throw new FormatError(
        `${where}: expected classes from 0 to ${classes.length - 1}, got ${label} in line ${i + 1}; has the list of names all of them?`,
      );
    if (!isBox) return [{ name, box: boxAround(pointsOf(numbers)) }];
    const [x, y, width, height] = numbers as [number, number, number, number];
    return [{ name, box: [x - width / 2, y - height / 2, width, height] }];
  });
}

function pointsOf(numbers: readonly number[]): Point[] {
  return Array.from({ length: numbers.length / 2 }, (_, i): Point => [numbers[2 * i]!, numbers[2 * i + 1]!]);
}
