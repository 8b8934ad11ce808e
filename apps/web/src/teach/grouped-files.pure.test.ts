import { expect, test } from "vitest";
import { groupedByFolder } from "./grouped-files.ts";

test("files of a chosen folder, by the folder that each lies in, without what systems leave there", () => {
  const files = ["pets/cats/1.jpg", "pets/dogs/1.jpg", "pets/cats/.DS_Store", "pets/dogs/Thumbs.db", "pets/cats/2.jpg"];
  const groups = groupedByFolder(files.map(fileAt));
  expect(groups.map(({ folder, files: inside }) => [folder, inside.map(({ name }) => name)])).toEqual([
    ["cats", ["1.jpg", "2.jpg"]],
    ["dogs", ["1.jpg"]],
  ]);
});

test("a folder of one class", () => {
  const [group, ...others] = groupedByFolder(["cats/1.jpg", "cats/2.jpg"].map(fileAt));
  expect(group!.folder).toBe("cats");
  expect(group!.files).toHaveLength(2);
  expect(others).toEqual([]);
});

function fileAt(path: string): File {
  const file = new File([], path.replace(/.*\//, ""));
  return Object.defineProperty(file, "webkitRelativePath", { value: path });
}
