/** Burning CPU in slices, several jobs on one thread. */

/** One round of all jobs, in milliseconds. */
export const ROUND = 20;

/**
 * @typedef {object} Job
 * @property {number} id
 * @property {number} cpu share of one CPU, from 0 to 1
 * @property {number} end performance.now() at which it is done
 * @property {number} iterations
 */

/**
 * Compute for a while.
 * @param {number} milliseconds
 * @returns {number} iterations, each about a microsecond
 */
export function burn(milliseconds) {
  const end = performance.now() + milliseconds;
  let iterations = 0;
  let value = 1;
  while (performance.now() < end) {
    for (let step = 0; step < 100; step += 1) value = Math.sqrt(value + step) + Math.sin(value);
    iterations += 1;
  }
  return value > 0 ? iterations : 0;
}

/**
 * One round: every job its share, and who is done. Where more is wanted than the thread has, all get less: a round never
 * takes longer, and so nobody is answered late.
 * @param {Job[]} jobs changed: their iterations
 * @param {(milliseconds: number) => number} [burning]
 * @returns {{ done: Job[], left: Job[] }}
 */
export function round(jobs, burning = burn) {
  const wanted = jobs.reduce((sum, { cpu }) => sum + cpu, 0);
  for (const job of jobs) {
    const share = Math.min((job.cpu / Math.max(1, wanted)) * ROUND, job.end - performance.now());
    if (share > 0) job.iterations += burning(share);
  }
  const now = performance.now();
  return { done: jobs.filter((job) => job.end <= now), left: jobs.filter((job) => job.end > now) };
}
