/** Writes pickles for tests, opcode by opcode. */
type Code = number[];

const ascii = (text: string): Code => [...new TextEncoder().encode(text)];
const u32 = (value: number): Code => [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];

export const none: Code = ascii("N");
export const mark: Code = ascii("(");
export const reduce: Code = ascii("R");
export const build: Code = ascii("b");
export const emptyDict: Code = ascii("}");
export const emptyTuple: Code = ascii(")");
export const stop: Code = ascii(".");
export const int = (value: number): Code => [...ascii("J"), ...u32(value)];
export const text = (value: string): Code => [...ascii("X"), ...u32(ascii(value).length), ...ascii(value)];
export const global = (module: string, name: string): Code => ascii(`c${module}\n${name}\n`);
export const tuple = (...items: Code[]): Code => [...mark, ...items.flat(), ...ascii("t")];
export const list = (...items: Code[]): Code => [...mark, ...items.flat(), ...ascii("l")];
export const dict = (...items: [string | Code, Code][]): Code => [...emptyDict, ...mark, ...items.flatMap(([key, value]) => [...(typeof key === "string" ? text(key) : key), ...value]), ...ascii("u")];
export const call = (module: string, name: string, ...args: Code[]): Code => [...global(module, name), ...tuple(...args), ...reduce];
export const pickle = (...code: (Code | string)[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([0x80, 2, ...code.flatMap((part) => (typeof part === "string" ? ascii(part) : part)), ...stop]);

/** A tensor as PyTorch pickles it, in storage `key` of `count` values. */
export function tensor(key: string, count: number, shape: number[], strides: number[], { offset = 0, type = "FloatStorage" } = {}): Code {
  const storage = [...tuple(text("storage"), global("torch", type), text(key), text("cpu"), int(count)), ...ascii("Q")];
  return call("torch._utils", "_rebuild_tensor_v2", storage, int(offset), tuple(...shape.map(int)), tuple(...strides.map(int)), [0x89], call("collections", "OrderedDict"));
}
