/** Workers that tfjs's threaded build starts ahead, and so the threads that its pool can have. */
const READY = 8;

/** Threads to take: those asked for, or one a processor, as far as tfjs's build has them. */
export function mostThreads(asked: number | undefined, processors: number): number {
  return Math.max(1, Math.min(asked ?? processors, READY));
}
