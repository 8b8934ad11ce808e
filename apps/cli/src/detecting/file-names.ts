import { basename, extname } from "node:path";

/** What a picture's file is called, without its ending. */
export function nameOf(image: string): string {
  return basename(fileOf(image), extname(fileOf(image)));
}

/** A file for each drawing: the picture's name, and a number where several have it. PNG stays, the rest becomes JPEG. */
export function fileNames(images: readonly string[]): { name: string; format: "png" | "jpeg" }[] {
  const taken = new Set<string>();
  return images.map((image) => {
    const format = extname(fileOf(image)).toLowerCase() === ".png" ? "png" : "jpeg";
    const end = format === "png" ? "png" : "jpg";
    let name = `${nameOf(image)}.${end}`;
    for (let i = 2; taken.has(name.toLowerCase()); i++) name = `${nameOf(image)}-${i}.${end}`;
    taken.add(name.toLowerCase());
    return { name, format };
  });
}

/** The path of an address, what a file's path is. */
function fileOf(image: string): string {
  if (/^data:/i.test(image)) return "picture";
  if (!/^(https?|file):/i.test(image)) return image;
  const { pathname } = new URL(image);
  return decodeURIComponent(pathname).replace(/\/$/, "") || "picture";
}
