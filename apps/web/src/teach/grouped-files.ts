import { entriesOf } from "../state/dropped-files.ts";

/** Pictures that came together, for the class that their folder names; loose ones have no folder. */
export interface FileGroup {
  folder: string | undefined;
  files: File[];
}

/** What systems leave in folders and nobody means. */
const isMeant = ({ name }: { name: string }) => !/^(?:\.|(?:thumbs\.db|desktop\.ini)$)/i.test(name);

/** Files of a chosen folder, by the folder that each lies in. */
export function groupedByFolder(files: readonly File[]): FileGroup[] {
  return grouped(files.map((file) => [file.webkitRelativePath.split("/").at(-2), file]));
}

/** Everything in a drop or a paste: folders, and folders in them, are classes. */
export async function groupedOf(transfer: DataTransfer): Promise<FileGroup[]> {
  // Entries must be asked for before the first wait: afterwards the transfer is empty.
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
  if (entries.length === 0) return grouped([...transfer.files].map((file) => [undefined, file]));
  return grouped((await Promise.all(entries.map((entry) => filesIn(entry, undefined)))).flat());
}

function grouped(files: readonly (readonly [folder: string | undefined, file: File])[]): FileGroup[] {
  const groups = new Map<string | undefined, File[]>();
  for (const [folder, file] of files) {
    if (!isMeant(file)) continue;
    const group = groups.get(folder) ?? [];
    group.push(file);
    groups.set(folder, group);
  }
  return [...groups].map(([folder, found]) => ({ folder, files: found }));
}

async function filesIn(
  entry: FileSystemEntry,
  folder: string | undefined,
): Promise<(readonly [folder: string | undefined, file: File])[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [[folder, file]];
  }
  const inside = await entriesOf(entry as FileSystemDirectoryEntry);
  return (await Promise.all(inside.map((one) => filesIn(one, entry.name)))).flat();
}
