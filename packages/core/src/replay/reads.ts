import { type DataId, type Variable, engine } from "@tensorflow/tfjs-core";
import { numberOf } from "./number-of.ts";

/** Data from before a forward that it read, and the variables whose data they were. Several variables may share data. */
export class Reads {
  readonly #data: ReadonlySet<DataId>;
  readonly #variables = new Map<Variable, DataId>();

  constructor(data: ReadonlySet<DataId>) {
    this.#data = data;
    for (const variable of Object.values(engine().registeredVariables)) {
      if (data.has(variable.dataId)) this.#variables.set(variable, variable.dataId);
    }
  }

  has(dataId: DataId): boolean {
    return this.#data.has(dataId);
  }

  /** Whether every variable still has the data that it had. Data that were freed are `Recordings.forget`'s to notice. */
  get current(): boolean {
    for (const [variable, dataId] of this.#variables)
      if (variable.isDisposed || variable.dataId !== dataId) return false;
    return true;
  }

  /**
   * The same for the same data, or the same variables, in the same order. A variable with new data counts as the same, so that
   * a recording that was dropped for its new data is made anew at the next run.
   */
  get fingerprint(): string {
    const owners = new Map<DataId, Variable[]>();
    for (const [variable, dataId] of this.#variables) owners.set(dataId, [...(owners.get(dataId) ?? []), variable]);
    return [...this.#data].map((dataId) => (owners.get(dataId) ?? [dataId]).map(numberOf).join("=")).join();
  }
}
