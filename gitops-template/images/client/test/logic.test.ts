import { expect, test } from 'vitest';
import { added, type Answer, KEPT, lastGood } from '../src/answers';
import { Api, Failure, failureOf } from '../src/api';
import { delay } from '../src/backoff';

test('waiting doubles, is bounded, is by chance, and is never less than asked for', () => {
  expect([1, 2, 3, 9].map((failures) => delay(failures, null, () => 1))).toEqual([1000, 2000, 4000, 5000]);
  expect(delay(1, null, () => 0)).toBe(500);
  expect(delay(1, 2, () => 0)).toBe(2000);
  expect(delay(1, 9999, () => 0)).toBe(9_999_000);
});

test('sixty answers are kept, and the last good one is found behind bad ones', () => {
  let answers: readonly Answer[] = [{ kind: 'good', at: 0, pod: 'a', node: 'x', milliseconds: 1 }];
  answers = added(answers, { kind: 'bad', at: 1, reason: 'away' });
  expect(lastGood(answers)?.pod).toBe('a');
  for (let at = 2; at < 100; at += 1) answers = added(answers, { kind: 'bad', at, reason: 'away' });
  expect(answers.length).toBe(KEPT);
  expect(lastGood(answers)).toBeNull();
});

test('errors are told by field, and only a server that is away may be asked again', () => {
  const wrong = failureOf(422, { errors: [{ field: 'email', detail: 'is not an address' }] }, null);
  expect(wrong.fields).toEqual({ email: 'is not an address' });
  expect(wrong.away).toBe(false);
  expect(failureOf(503, null, '2')).toMatchObject({ away: true, retryAfter: 2 });
  expect(failureOf(429, null, '61').message).toContain('2 min');
});

test('nobody answers: a failure without status', async () => {
  const api = new Api('//nobody', () => Promise.reject(new TypeError('fetch failed')));
  const failure = await api.db().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Failure);
  expect(failure).toMatchObject({ status: null, away: true });
});
