/** A bounded pool of threads that burn CPU; each takes several jobs. Threads start with the first job. */
import { Worker } from 'node:worker_threads';
import { Overloaded } from '../http/problem.js';

/** @typedef {{ resolve: (iterations: number) => void, reject: (error: Error) => void }} Waiting */
/** @typedef {{ worker: Worker, jobs: Map<number, Waiting> }} Thread */

export class Threads {
  #threads;
  #limit;
  #next = 1;
  /** @type {Thread[]} */
  #running = [];

  /** @param {{ threads: number, limit: number }} bounds of threads, and of jobs under way */
  constructor({ threads, limit }) {
    this.#threads = threads;
    this.#limit = limit;
  }

  /**
   * @param {number} cpu share of one CPU; less where more is asked for than the threads have
   * @param {number} seconds
   * @returns {Promise<number>} iterations, when the time is over
   * @throws {Overloaded}
   */
  async run(cpu, seconds) {
    const underWay = this.#running.reduce((sum, { jobs }) => sum + jobs.size, 0);
    if (underWay >= this.#limit) throw new Overloaded(`${this.#limit} of these requests are under way`);
    const { worker, jobs } = this.#leastBusy();
    const id = this.#next;
    this.#next += 1;
    return await new Promise((resolve, reject) => {
      jobs.set(id, { resolve, reject });
      worker.postMessage({ id, cpu, seconds });
    });
  }

  /** End all threads, and with them what is under way. */
  async end() {
    await Promise.all(this.#running.map(({ worker }) => worker.terminate()));
  }

  #leastBusy() {
    const idle = this.#running.find(({ jobs }) => jobs.size === 0);
    if (idle) return idle;
    if (this.#running.length < this.#threads) return this.#start();
    return this.#running.reduce((best, thread) => (thread.jobs.size < best.jobs.size ? thread : best));
  }

  #start() {
    /** @type {Thread} */
    const thread = {
      worker: new Worker(new URL('worker.js', import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: 16 } }),
      jobs: new Map(),
    };
    thread.worker.unref();
    thread.worker.on('message', ({ id, iterations }) => {
      thread.jobs.get(id)?.resolve(iterations);
      thread.jobs.delete(id);
    });
    // An error ends the thread as well; the next job starts another.
    thread.worker.on('error', () => {});
    thread.worker.on('exit', () => {
      this.#running = this.#running.filter((other) => other !== thread);
      for (const { reject } of thread.jobs.values()) reject(new Overloaded('the thread has ended'));
    });
    this.#running.push(thread);
    return thread;
  }
}
