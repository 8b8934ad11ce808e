import { FormatError, listed, printable } from "@tessera/core";
import { type PartName, partNamedIn } from "../datasets/parts.ts";
import type { SourceFiles } from "../files/source.ts";
import { fileName, readStored, type StoredFile } from "../files/stored-file.ts";
import type { AnnotatedPicture } from "./annotated-pictures.ts";
import { isCoco, readCoco } from "./coco.ts";
import { isLabelme, readLabelme } from "./labelme.ts";
import { PictureFiles, stemOf } from "./picture-files.ts";
import { readYoloConfig, readYoloLabels, readYoloNames } from "./yolo.ts";

/** Pictures as some form of annotations has them. */
export interface Form {
  readonly pictures: readonly AnnotatedPicture[];
  /** Where a file lists them. */
  readonly classes?: readonly string[];
  /** Where more than folders tells. */
  readonly partOf?: (picture: AnnotatedPicture) => PartName | undefined;
}

/**
 * The annotations among some files, in the form that their contents show.
 * @throws FormatError for no known form, and for damaged files.
 */
export async function findForm(source: SourceFiles, signal?: AbortSignal): Promise<Form> {
  const ends = (ending: RegExp) => source.files.filter(({ path }) => ending.test(path));
  const read = async (file: StoredFile) => new TextDecoder().decode(await readStored(file, signal));
  const pictures = new PictureFiles(source);
  const [json, xml, yaml] = [ends(/\.json$/i), ends(/\.xml$/i), ends(/\.ya?ml$/i)];
  for (const file of json) {
    const document = parsed(await read(file), file);
    if (isLabelme(document)) return labelmeForm(json, read, pictures);
    if (isCoco(document)) return cocoForm(json, read, pictures);
  }
  if (xml.length > 0) return vocForm(xml, ends(/(^|\/)ImageSets\/Main\/(train|val|test)\.txt$/), read, pictures);
  const lists = ends(/(^|\/)(classes\.txt|[^/]*\.names)$/i);
  if (yaml.length > 0 || lists.length > 0) return yoloForm(yaml[0], lists[0], ends(/\.txt$/i), read, pictures);
  const paths = source.files.map(({ path }) => path);
  throw new FormatError(
    `${source.name}: expected annotations of things on pictures, got ${listed(paths, 3) || "no file"}; ` +
      `forms are COCO's JSON, Pascal VOC's XML, YOLO's text with data.yaml or classes.txt, and labelme's JSON`,
  );
}

type Read = (file: StoredFile) => Promise<string>;
type Fields = Readonly<Record<string, unknown>>;

function parsed(text: string, file: StoredFile): Fields {
  try {
    return Object(JSON.parse(text)) as Fields;
  } catch (cause) {
    throw new FormatError(`${fileName(file)}: expected JSON, got ${printable((cause as Error).message)}`, { cause });
  }
}

/** Of COCO's files those of boxes, where they are called so: captions and key points are of the same pictures. */
async function cocoForm(json: readonly StoredFile[], read: Read, pictures: PictureFiles): Promise<Form> {
  const instances = json.filter(({ path }) => /(^|\/)instances_/.test(path));
  const parts = new Map<AnnotatedPicture, PartName | undefined>();
  const seen = new Map<PartName | undefined, StoredFile>();
  let classes: readonly string[] | undefined;
  for (const file of instances.length > 0 ? instances : json) {
    const document = parsed(await read(file), file);
    if (!isCoco(document)) continue;
    const part = partNamedIn(file.path);
    const other = seen.get(part);
    if (other)
      throw new FormatError(
        `${fileName(file)}: expected one file of COCO's a part, got ${printable(other.path)} too; name them train, val and test, or take one away`,
      );
    seen.set(part, file);
    const coco = readCoco(document, fileName(file));
    if (!classes || part === "train") classes = coco.classes;
    for (const { fileName: name, ...picture } of coco.pictures)
      parts.set({ ...picture, file: pictures.named(name, file) }, part);
  }
  return { pictures: [...parts.keys()], classes: classes!, partOf: (picture) => parts.get(picture) };
}

async function labelmeForm(json: readonly StoredFile[], read: Read, pictures: PictureFiles): Promise<Form> {
  const found: AnnotatedPicture[] = [];
  for (const file of json) {
    const document = parsed(await read(file), file);
    if (!isLabelme(document)) continue;
    const { fileName: name, ...picture } = readLabelme(document, fileName(file));
    found.push({ ...picture, file: pictures.named(name, file) });
  }
  return { pictures: found };
}

async function vocForm(
  xml: readonly StoredFile[],
  lists: readonly StoredFile[],
  read: Read,
  pictures: PictureFiles,
): Promise<Form> {
  const { readVoc } = await import("./pascal-voc.ts");
  const stems = new Map<string, PartName>();
  for (const list of lists)
    for (const stem of (await read(list)).split(/\s+/)) if (stem !== "") stems.set(stem, partNamedIn(list.path)!);
  const parts = new Map<AnnotatedPicture, PartName | undefined>();
  for (const file of xml) {
    const part = stems.get(stemOf(file.path));
    if (stems.size > 0 && part === undefined) continue;
    const { fileName: name, ...picture } = readVoc(await read(file), fileName(file));
    const found = pictures.ofStem(file) ?? pictures.named(name ?? `${stemOf(file.path)}.jpg`, file);
    parts.set({ ...picture, file: found }, part);
  }
  return { pictures: [...parts.keys()], partOf: (picture) => parts.get(picture) };
}

async function yoloForm(
  yaml: StoredFile | undefined,
  list: StoredFile | undefined,
  texts: readonly StoredFile[],
  read: Read,
  pictures: PictureFiles,
): Promise<Form> {
  const { classes, folders } = yaml
    ? await readYoloConfig(await read(yaml), fileName(yaml))
    : { classes: readYoloNames(await read(list!), fileName(list!)), folders: {} };
  const labels = new Map<StoredFile, StoredFile>();
  for (const text of texts) {
    const picture = text === list ? undefined : pictures.ofStem(text);
    if (picture) labels.set(picture, text);
  }
  const found: AnnotatedPicture[] = [];
  // A picture without a file of labels is one without objects.
  for (const file of pictures.all()) {
    const text = labels.get(file);
    found.push({ file, objects: text ? readYoloLabels(await read(text), classes, fileName(text)) : [] });
  }
  const named = (["train", "validation", "test"] as const).flatMap((part) => {
    const folder = folders[part]?.replaceAll("\\", "/").replace(/^(\.{1,2}\/)+|\/+$/g, ""); // prettier-ignore
    return folder ? [[part, `/${folder}/`] as const] : [];
  });
  return {
    pictures: found,
    classes,
    partOf: ({ file }) => named.find(([, folder]) => `/${file.path}`.includes(folder))?.[0],
  };
}
