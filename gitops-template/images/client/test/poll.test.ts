import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Answer } from '../src/answers';
import { type Db, Failure } from '../src/api';
import { Poll } from '../src/poll';

const db: Db = { pod: 'a', database: { node: 'x', clusterSize: 3, status: 'Synced', time: '' }, latencyMilliseconds: 1 };
let told: Answer[];
let answer: () => Promise<Db>;
let asked: number;

function poll(): Poll {
  const ask = (): Promise<Db> => {
    asked += 1;
    return answer();
  };
  return new Poll(ask, (next) => told.push(next), (failures, after) => failures * 100 + (after ?? 0) * 1000);
}

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  asked = 0;
  answer = () => Promise.resolve(db);
});
afterEach(() => {
  vi.useRealTimers();
});

test('each second while somebody answers', async () => {
  const asking = poll();
  asking.now();
  await vi.advanceTimersByTimeAsync(2500);
  expect(told).toMatchObject([1, 2, 3].map(() => ({ kind: 'good', pod: 'a', node: 'x', clusterSize: 3, status: 'Synced' })));
  asking.stop();
  await vi.advanceTimersByTimeAsync(5000);
  expect(asked).toBe(3);
});

test('less often while nobody does, as the server wishes, and each second again', async () => {
  answer = () => Promise.reject(new Failure(503, 'away', {}, 2));
  const asking = poll();
  asking.now();
  await vi.advanceTimersByTimeAsync(2099);
  expect(told).toMatchObject([{ kind: 'bad', reason: 'away' }]);
  answer = () => Promise.resolve(db);
  await vi.advanceTimersByTimeAsync(1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(told.map(({ kind }) => kind)).toEqual(['bad', 'good', 'good']);
  asking.stop();
});

test('asked for now: not twice at once, and no longer waited for', async () => {
  answer = () => Promise.reject(new TypeError('nonsense'));
  const asking = poll();
  asking.now();
  asking.now();
  await vi.advanceTimersByTimeAsync(0);
  expect([asked, told.length]).toEqual([1, 1]);
  asking.now();
  await vi.advanceTimersByTimeAsync(0);
  expect([asked, told.length]).toEqual([2, 2]);
  asking.stop();
});

test('an answer that comes after the end is told to nobody', async () => {
  const asking = poll();
  asking.now();
  asking.stop();
  await vi.advanceTimersByTimeAsync(5000);
  expect([asked, told.length]).toEqual([1, 0]);
});
