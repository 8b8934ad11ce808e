import { damaged, damagedJson, fuzzTest } from "@tessera/testing";
import { labelsIn } from "./labels.ts";

const utf8 = (content: string): Uint8Array => new TextEncoder().encode(content);
const utf16 = Uint8Array.from([0xff, 0xfe, ...utf8("cat\ndog\n")].flatMap((byte, i) => (i < 2 ? [byte] : [byte, 0])));
const texts = [utf8("cat\ndog\n"), utf8("\uFEFF0,cat\r\n1,dog"), utf8('["cat", "dog"]'), utf16];
fuzzTest("damaged labels", damaged(texts), (bytes) => labelsIn(bytes, "labels.txt"));

const documents = [
  ["cat", "dog"],
  { id2label: { 0: "cat", 1: "dog" } },
  { label2id: { cat: 0, dog: 1 } },
  { 0: ["n01", "cat"], 1: ["n02", "dog"] },
];
fuzzTest("labels in JSON", damagedJson(documents), (json) => labelsIn(utf8(json), "labels.json"));
