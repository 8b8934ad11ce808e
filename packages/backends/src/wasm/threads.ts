/** Workers that tfjs's threaded build starts ahead, and so the threads that its pool can have. */
const READY = 8;

/**
 * Threads to take: those asked for, as far as tfjs's build has them; else one for two logical processors, as tfjs does.
 * Threads spin while they wait for one another, so on a busy machine one a processor is slower than one alone.
 */
export function threadsAmong(processors: number, asked = Math.floor(processors / 2)): number {
  return Math.max(1, Math.min(asked, READY));
}
