import { FormatError, printable } from "@tessera/core";
import { type PickleReader, plainInteger } from "./reader.ts";
import { PickleStack } from "./stack.ts";
import { type External, Global, Placeholder, type PickleValue, TensorValue } from "./value.ts";
import { WorkBudget } from "./work.ts";

/** Decides what a pickle may refer to. Anything else is refused where it is named, before any of it is used. */
export interface PicklePolicy {
  /** What a name stands for, undefined when it may not be named. */
  global(name: string): Global | Placeholder | undefined;
  /** What calling a name gives, undefined when it may not be called. Whatever it copies or looks through it pays for. */
  call(callee: Global, args: PickleValue[], work: WorkBudget): PickleValue | undefined;
  /** What a persistent id stands for, undefined when it may not be used. */
  external(id: PickleValue): External | undefined;
}

type Run = () => void;

/** What each opcode does. Opcodes: https://github.com/python/cpython/blob/main/Lib/pickletools.py */
function opcodes(
  reader: PickleReader,
  stack: PickleStack,
  policy: PicklePolicy,
  work: WorkBudget,
): Record<number, Run> {
  const push = (value: PickleValue): void => stack.push(value);
  const refused = (name: string): FormatError =>
    new FormatError(
      `${reader.where}: expected tensors and plain containers, got ${printable(name)}, which would run code; do not trust the file, or save only the state dict`,
    );

  const decimal = (text: string): PickleValue => {
    if (!/^-?\d{1,2466}L?$/.test(text)) throw stack.damaged(`the integer ${printable(text, 20)}`);
    return plainInteger(BigInt(text.replace("L", "")));
  };
  const quoted = (text: string): string => {
    const match = /^(['"])(.*)\1$/.exec(text);
    if (!match) throw stack.damaged("text without quotes");
    return match[2]!.replaceAll(/\\(['"\\])/g, "$1");
  };
  /** Puts into the container on top; a placeholder swallows what is put into it. */
  const setItems = (items: PickleValue[]): void => {
    const target = stack.top();
    if (target instanceof Placeholder) return;
    if (!(target instanceof Map) || items.length % 2 !== 0) throw stack.damaged("items for something that is no dict");
    for (let i = 0; i < items.length; i += 2) target.set(items[i]!, items[i + 1]!);
  };
  const append = (items: PickleValue[]): void => {
    const target = stack.top();
    if (target instanceof Placeholder) return;
    if (!Array.isArray(target)) throw stack.damaged("elements for something that is no list");
    for (const item of items) target.push(item);
  };
  const add = (items: PickleValue[]): void => {
    const target = stack.top();
    if (!(target instanceof Set)) throw stack.damaged("elements for something that is no set");
    for (const item of items) target.add(item);
  };
  const bytes = (length: number): void => {
    work.make();
    push(reader.bytes(length));
  };
  const set = (items: PickleValue[]): void => {
    work.make();
    push(new Set(items));
  };
  const dict = (items: PickleValue[]): void => {
    work.make();
    push(new Map());
    setItems(items);
  };
  const name = (module: PickleValue, attribute: PickleValue): void => {
    const full =
      typeof module === "string" && typeof attribute === "string" ? `${module}.${attribute}` : "a name that is no text";
    const known = policy.global(full);
    if (!known) throw refused(full);
    push(known);
  };
  const call = ([callee, args]: PickleValue[]): void => {
    if (!Array.isArray(args)) throw stack.damaged("arguments that are no tuple");
    if (callee instanceof Placeholder) return push(callee);
    if (!(callee instanceof Global)) throw stack.damaged("a call of something that is no name");
    const value = policy.call(callee, args, work);
    if (value === undefined) throw refused(`a call of ${callee.name}`);
    push(value);
  };
  const build = (): void => {
    const target = stack.popMany(2)[0]!;
    // an OrderedDict's attributes (PyTorch keeps `_metadata` there) and a placeholder's are dropped
    if (target instanceof Placeholder || target instanceof Map) return push(target);
    throw refused(
      `a state for ${target instanceof Global ? target.name : target instanceof TensorValue ? "a tensor" : "a plain value"}`,
    );
  };
  const external = (id: PickleValue): void => {
    const known = policy.external(id);
    if (!known) throw refused("a persistent id that is no storage");
    push(known);
  };
  /** Old or unused ways to make an object: refused whatever they name. */
  const forbid = (what: () => string) => (): void => {
    throw refused(what());
  };

  return {
    0x80: () => void reader.uint8(), // PROTO
    0x95: () => void reader.uint64(), // FRAME
    0x4e: () => push(null), // N NONE
    0x88: () => push(true), // NEWTRUE
    0x89: () => push(false), // NEWFALSE
    0x49: () => {
      const text = reader.line(); // I INT, and protocol 0's bools
      push(text === "00" || text === "01" ? text === "01" : decimal(text));
    },
    0x4a: () => push(reader.int32()), // J BININT
    0x4b: () => push(reader.uint8()), // K BININT1
    0x4d: () => push(reader.uint16()), // M BININT2
    0x4c: () => push(decimal(reader.line())), // L LONG
    0x8a: () => push(reader.long(reader.uint8())), // LONG1
    0x8b: () => push(reader.long(reader.uint32())), // LONG4
    0x46: () => push(Number(reader.line())), // F FLOAT
    0x47: () => push(reader.float64()), // G BINFLOAT
    0x53: () => push(quoted(reader.line())), // S STRING
    0x54: () => push(reader.latin1(reader.uint32())), // T BINSTRING
    0x55: () => push(reader.latin1(reader.uint8())), // U SHORT_BINSTRING
    0x56: () => push(reader.line()), // V UNICODE
    0x8c: () => push(reader.utf8(reader.uint8())), // SHORT_BINUNICODE
    0x58: () => push(reader.utf8(reader.uint32())), // X BINUNICODE
    0x8d: () => push(reader.utf8(reader.uint64())), // BINUNICODE8
    0x43: () => bytes(reader.uint8()), // C SHORT_BINBYTES
    0x42: () => bytes(reader.uint32()), // B BINBYTES
    0x8e: () => bytes(reader.uint64()), // BINBYTES8
    0x96: () => bytes(reader.uint64()), // BYTEARRAY8

    0x5d: () => push([]), // ] EMPTY_LIST
    0x29: () => push([]), // ) EMPTY_TUPLE
    0x7d: () => dict([]), // } EMPTY_DICT
    0x8f: () => set([]), // EMPTY_SET
    0x6c: () => push(stack.popToMark()), // l LIST
    0x74: () => push(stack.popToMark()), // t TUPLE
    0x85: () => push(stack.popMany(1)), // TUPLE1
    0x86: () => push(stack.popMany(2)), // TUPLE2
    0x87: () => push(stack.popMany(3)), // TUPLE3
    0x64: () => dict(stack.popToMark()), // d DICT
    0x91: () => set(stack.popToMark()), // FROZENSET
    0x61: () => append(stack.popMany(1)), // a APPEND
    0x65: () => append(stack.popToMark()), // e APPENDS
    0x73: () => setItems(stack.popMany(2)), // s SETITEM
    0x75: () => setItems(stack.popToMark()), // u SETITEMS
    0x90: () => add(stack.popToMark()), // ADDITEMS

    0x28: () => stack.pushMark(), // ( MARK
    0x30: () => stack.drop(), // 0 POP
    0x31: () => void stack.popToMark(), // 1 POP_MARK
    0x32: () => push(stack.top()), // 2 DUP
    0x67: () => stack.recall(Number(reader.line())), // g GET
    0x68: () => stack.recall(reader.uint8()), // h BINGET
    0x6a: () => stack.recall(reader.uint32()), // j LONG_BINGET
    0x70: () => stack.remember(Number(reader.line())), // p PUT
    0x71: () => stack.remember(reader.uint8()), // q BINPUT
    0x72: () => stack.remember(reader.uint32()), // r LONG_BINPUT
    0x94: () => stack.remember(), // MEMOIZE

    0x63: () => name(reader.line(), reader.line()), // c GLOBAL
    0x93: () => name(...(stack.popMany(2) as [PickleValue, PickleValue])), // STACK_GLOBAL
    0x52: () => call(stack.popMany(2)), // R REDUCE
    0x81: () => call(stack.popMany(2)), // NEWOBJ
    0x92: () => call(stack.popMany(3).slice(0, 2)), // NEWOBJ_EX, less its keyword arguments
    0x62: build, // b BUILD
    0x51: () => external(stack.pop()), // Q BINPERSID

    0x69: forbid(() => `INST of ${reader.line()}.${reader.line()}`),
    0x6f: forbid(() => "OBJ"),
    0x50: forbid(() => `PERSID ${reader.line()}`),
    0x82: forbid(() => "EXT1"),
    0x83: forbid(() => "EXT2"),
    0x84: forbid(() => "EXT4"),
    0x97: forbid(() => "NEXT_BUFFER"),
    0x98: forbid(() => "READONLY_BUFFER"),
  };
}

/**
 * Reads one pickle, protocols 0 to 5, without running anything: it is a machine with a stack, and the only calls that it
 * knows are those of the policy. Nesting costs no recursion, and what is repeated is shared, not copied, so neither deep
 * nor self-referring pickles cost more than their own bytes. What calls copy is paid from a budget of the pickle's length.
 *
 * @throws FormatError on a name, call or opcode outside the policy, by name, and past the budget; PickleTruncated when
 * bytes are missing
 */
export function unpickle(reader: PickleReader, policy: PicklePolicy): PickleValue {
  const stack = new PickleStack(reader.where);
  const table = opcodes(reader, stack, policy, new WorkBudget(reader.length - reader.position, reader.where));
  for (;;) {
    const code = reader.uint8();
    if (code === 0x2e) return stack.pop(); // . STOP
    const run = table[code];
    if (!run) throw stack.damaged(`the unknown opcode ${code}`);
    run();
  }
}
