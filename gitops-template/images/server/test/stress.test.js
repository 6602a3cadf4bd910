import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Overloaded } from '../src/http/problem.js';
import { ROUND, round } from '../src/stress/load.js';
import { Threads } from '../src/stress/threads.js';

test('a round gives every job its share, and finds who is done', () => {
  const now = performance.now();
  const idle = { id: 1, cpu: 0, end: now + 60_000, iterations: 0 };
  const busy = { id: 2, cpu: 0.5, end: now + 60_000, iterations: 0 };
  const over = { id: 3, cpu: 1, end: now, iterations: 7 };
  const { done, left } = round([idle, busy, over]);
  assert.deepEqual(done, [over]);
  assert.deepEqual(left, [idle, busy]);
  assert.equal(idle.iterations, 0);
  assert.equal(over.iterations, 7);
  assert(busy.iterations > 0);
});

test('a round is never longer, however much is wanted', () => {
  const end = performance.now() + 60_000;
  const jobs = Array.from({ length: 40 }, (_, id) => ({ id, cpu: id % 2 ? 1 : 0.5, end, iterations: 0 }));
  /** @type {number[]} */
  const shares = [];
  round(jobs, (milliseconds) => {
    shares.push(milliseconds);
    return 1;
  });
  assert.equal(shares.length, 40);
  assert(Math.abs(shares.reduce((sum, share) => sum + share) - ROUND) < 0.001);
  assert.equal(shares[1], 2 * Number(shares[0]));
});

test('jobs end after their time, and the thread that asks stays free', async () => {
  const threads = new Threads({ threads: 1, limit: 3 });
  const began = performance.now();
  const results = await Promise.all([threads.run(0.3, 0.2), threads.run(0, 0.2)]);
  assert(performance.now() - began >= 200);
  assert(Number(results[0]) > 0);
  assert.equal(results[1], 0);
  await threads.end();
});

test('more jobs than the limit are sent away; places come back', async () => {
  const threads = new Threads({ threads: 2, limit: 2 });
  const running = [threads.run(0, 0.1), threads.run(0, 0.1)];
  await assert.rejects(threads.run(0, 0.1), Overloaded);
  await Promise.all(running);
  assert.equal(await threads.run(0, 0), 0);
  await threads.end();
});

test('a thread that ends answers for its jobs', async () => {
  const threads = new Threads({ threads: 1, limit: 2 });
  const cut = assert.rejects(threads.run(0, 60), Overloaded);
  await threads.end();
  await cut;
});
