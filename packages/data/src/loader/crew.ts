import { type ErrorCode, TesseraError } from "@tessera/core";
import { startWorker } from "#start-worker";
import { type Job, type Result, runJob } from "./job.ts";
import { prepareBy, type Recipe } from "./recipe.ts";

/** Who does jobs. */
export interface Crew {
  /** How many jobs go on at a time. */
  readonly size: number;
  run(job: Job, signal?: AbortSignal): Promise<Result>;
  /** Ends the workers. Jobs under way are rejected. */
  close(): void;
}

/** A worker thread, in Node or in a page. */
export interface JobWorker {
  post(message: ToWorker, transfer?: ArrayBuffer[]): void;
  /** Whether it keeps the program alive. */
  hold(active: boolean): void;
  end(): void;
}

export type ToWorker = { readonly recipe: Recipe } | { readonly id: number; readonly job: Job };

export type FromWorker =
  | { readonly id: number; readonly result: Result }
  | { readonly id: number; readonly error: { readonly message: string; readonly code: ErrorCode | undefined } };

/** The caller's own thread. */
export function inlineCrew(recipe: Recipe): Crew {
  const prepare = prepareBy(recipe);
  return { size: 1, run: (job, signal) => runJob(job, prepare, signal), close() {} };
}

interface Member {
  readonly worker: JobWorker;
  readonly waiting: Map<number, { resolve(result: Result): void; reject(error: Error): void }>;
}

/** Worker threads, each started when there is a job for it. */
export function workerCrew(recipe: Recipe, size: number): Crew {
  prepareBy(recipe); // a recipe that makes no sense fails here
  const members: Member[] = [];
  let next = 0;

  function hire(): Member {
    const waiting: Member["waiting"] = new Map();
    const worker = startWorker(
      (message) => {
        const { resolve, reject } = waiting.get(message.id)!;
        waiting.delete(message.id);
        if (waiting.size === 0) worker.hold(false);
        if ("result" in message) resolve(message.result);
        else reject(errorOf(message.error));
      },
      (error) => dismiss(member, error),
    );
    const member = { worker, waiting };
    worker.post({ recipe });
    members.push(member);
    return member;
  }

  function dismiss(member: Member, error: Error): void {
    if (!members.includes(member)) return;
    members.splice(members.indexOf(member), 1);
    member.worker.end();
    for (const { reject } of member.waiting.values()) reject(error);
    member.waiting.clear();
  }

  function leastBusy(): Member {
    const free = members.find(({ waiting }) => waiting.size === 0);
    if (free) return free;
    if (members.length < size) return hire();
    return members.reduce((least, member) => (member.waiting.size < least.waiting.size ? member : least));
  }

  return {
    size,
    run(job) {
      const { worker, waiting } = leastBusy();
      const id = next++;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        worker.hold(true);
        worker.post({ id, job });
      });
    },
    close() {
      while (members.length > 0) dismiss(members[0]!, closed());
    },
  };
}

function closed(): TesseraError {
  return new TesseraError(
    "batches: expected a loader that is open, got one closed while it was read; close it afterwards",
  );
}

function errorOf({ message, code }: { message: string; code: ErrorCode | undefined }): Error {
  return code ? new TesseraError(message, { code }) : new Error(message);
}
