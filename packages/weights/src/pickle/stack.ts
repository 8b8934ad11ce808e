import { FormatError } from "@tessera/core";
import type { PickleValue } from "./value.ts";

const mark = Symbol("mark");

/** The machine's memory: a stack with marks, and the memo that lets a pickle refer to what it made before. */
export class PickleStack {
  readonly #where: string;
  readonly #items: (PickleValue | typeof mark)[] = [];
  readonly #memo = new Map<number, PickleValue>();

  constructor(where: string) {
    this.#where = where;
  }

  damaged(what: string): FormatError {
    return new FormatError(`${this.#where}: expected a sound pickle, got ${what}; the file is damaged`);
  }

  push(value: PickleValue): void {
    this.#items.push(value);
  }
  pushMark(): void {
    this.#items.push(mark);
  }
  /** Drops one thing, a mark too. */
  drop(): void {
    this.#items.pop();
  }
  pop(): PickleValue {
    const value = this.#items.pop();
    if (value === undefined || value === mark) throw this.damaged("an empty stack");
    return value;
  }
  top(): PickleValue {
    const value = this.#items.at(-1);
    if (value === undefined || value === mark) throw this.damaged("an empty stack");
    return value;
  }
  /** The last `count` values, oldest first. */
  popMany(count: number): PickleValue[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }
  popToMark(): PickleValue[] {
    const at = this.#items.lastIndexOf(mark);
    if (at < 0) throw this.damaged("no mark");
    const items = this.#items.splice(at) as PickleValue[];
    items.shift();
    return items;
  }

  remember(index = this.#memo.size): void {
    this.#memo.set(index, this.top());
  }
  recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.damaged(`an unknown memo ${index}`);
    this.push(value);
  }
}
