/** A thread that burns CPU, so that the thread that answers has its own. */
import { parentPort } from 'node:worker_threads';
import { ROUND, round } from './load.js';

/** @type {import('./load.js').Job[]} */
let jobs = [];
let busy = false;

function work() {
  const began = performance.now();
  const { done, left } = round(jobs);
  jobs = left;
  for (const { id, iterations } of done) parentPort?.postMessage({ id, iterations });
  busy = jobs.length > 0;
  if (busy) setTimeout(work, Math.max(0, ROUND - (performance.now() - began)));
}

parentPort?.on('message', (/** @type {{ id: number, cpu: number, seconds: number }} */ { id, cpu, seconds }) => {
  jobs.push({ id, cpu, end: performance.now() + seconds * 1000, iterations: 0 });
  if (busy) return;
  busy = true;
  setTimeout(work, 0);
});
