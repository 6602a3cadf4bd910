import { expect, test } from 'vitest';
import { Failure } from '../src/api';
import { patiently, TRIES } from '../src/retry';

const away = new Failure(503, 'away', {}, 2);

function failing(times: number, failure: Failure): { ask: () => Promise<string>; asked: () => number } {
  let asked = 0;
  const ask = (): Promise<string> => {
    asked += 1;
    return asked > times ? Promise.resolve('done') : Promise.reject(failure);
  };
  return { ask, asked: () => asked };
}

test('who is away is asked again, as the server wishes, and each failure is told', async () => {
  const told: Failure[] = [];
  const waited: [number, number | null][] = [];
  const wait = (failures: number, after: number | null): number => {
    waited.push([failures, after]);
    return 0;
  };
  expect(await patiently(failing(2, away).ask, { tell: (failure) => told.push(failure), wait })).toBe('done');
  expect(told).toEqual([away, away]);
  expect(waited).toEqual([[1, 2], [2, 2]]);
});

test('not for ever, and not when asking again is of no use', async () => {
  const dead = failing(99, away);
  await expect(patiently(dead.ask, { wait: () => 0 })).rejects.toBe(away);
  expect(dead.asked()).toBe(TRIES);
  for (const status of [401, 422, 500]) {
    const refused = failing(1, new Failure(status, 'no'));
    await expect(patiently(refused.ask, { wait: () => 0 })).rejects.toMatchObject({ status });
    expect(refused.asked()).toBe(1);
  }
});

test('who does not want to wait any longer gets the last failure at once', async () => {
  const stopping = new AbortController();
  const asked = failing(99, away);
  const waiting = patiently(asked.ask, { signal: stopping.signal, wait: () => 3_600_000 });
  setTimeout(() => stopping.abort(), 10);
  await expect(waiting).rejects.toBe(away);
  expect(asked.asked()).toBe(1);
});
