import { expect, test } from 'vitest';
import { added, type Answer, type Good, incidents, KEPT, lastGood, nodes, pods } from '../src/answers';
import { Api, Failure, failureOf } from '../src/api';
import { delay } from '../src/backoff';
import { configured, serverOf } from '../src/configuration';
import { keep, kept } from '../src/session';

const good = (at: number, pod = 'a', node = 'x'): Good => ({ kind: 'good', at, pod, node, milliseconds: 1 });
const bad = (at: number): Answer => ({ kind: 'bad', at, reason: 'away' });

test('waiting doubles, is bounded, is by chance, and is never less than asked for', () => {
  expect([1, 2, 3, 9].map((failures) => delay(failures, null, () => 1))).toEqual([1000, 2000, 4000, 5000]);
  expect(delay(1, null, () => 0)).toBe(500);
  expect(delay(1, 2, () => 0)).toBe(2000);
  expect(delay(1, 9999, () => 0)).toBe(9_999_000);
});

test('sixty answers are kept, and the last good one is found behind bad ones', () => {
  let answers = added(added([], good(0)), bad(1));
  expect(lastGood(answers)?.pod).toBe('a');
  for (let at = 2; at < 100; at += 1) answers = added(answers, bad(at));
  expect(answers.length).toBe(KEPT);
  expect(lastGood(answers)).toBeNull();
});

test('pods are counted in the order in which they came', () => {
  expect([...pods([good(0, 'b'), bad(1), good(2, 'a'), good(3, 'b')])]).toEqual([['b', 2], ['a', 1]]);
});

test('so are database nodes, of which one may have no name', () => {
  expect([...nodes([good(0, 'a', 'y'), { ...good(1), node: null }, good(2, 'a', 'y')])]).toEqual([['y', 2], ['unknown', 1]]);
});

test('an outage is one incident, with its end', () => {
  let seen = incidents([], good(0), bad(1));
  seen = incidents(seen, good(0), bad(2));
  expect(seen).toEqual([{ kind: 'away', at: 1, until: null, reason: 'away' }]);
  seen = incidents(seen, good(0), good(5));
  expect(seen).toEqual([{ kind: 'away', at: 1, until: 5, reason: 'away' }]);
  expect(incidents(seen, good(5), bad(9)).length).toBe(2);
});

test('another database node is a move; another pod is none', () => {
  expect(incidents([], good(0, 'a'), good(1, 'b'))).toEqual([]);
  expect(incidents([], null, good(1))).toEqual([]);
  const moved = { kind: 'moved', at: 8, from: 'x', to: 'y', after: 8 };
  const outage = { kind: 'away' as const, at: 1, until: null, reason: 'away' };
  expect(incidents([outage], good(0), good(8, 'a', 'y'))).toEqual([moved, { ...outage, until: 8 }]);
});

test('errors are told by field, and only a server that is away may be asked again', () => {
  const wrong = failureOf(422, { errors: [{ field: 'email', detail: 'is not an address' }] }, null);
  expect(wrong.fields).toEqual({ email: 'is not an address' });
  expect(wrong.away).toBe(false);
  expect(failureOf(503, null, '2')).toMatchObject({ away: true, retryAfter: 2 });
  expect(failureOf(500, null, null).away).toBe(false);
});

test('errors are sentences', () => {
  expect(failureOf(429, null, '61').message).toContain('in 2 min');
  expect(failureOf(429, null, '7').message).toContain('in 7 s');
  expect(failureOf(503, { detail: 'the database is away; it is tried again' }, '2').message).toBe('The database is away.');
  expect(failureOf(409, { detail: 'taken' }, null).message).toContain('Log in instead');
  expect(failureOf(404, null, null).message).toBe('The server did not understand this.');
});

test('nobody answers: a failure without status', async () => {
  const api = new Api('//nobody', () => Promise.reject(new TypeError('fetch failed')));
  const failure = await api.db().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Failure);
  expect(failure).toMatchObject({ status: null, away: true });
});

test('an answer in between that is no problem document is a failure with words', async () => {
  const api = new Api('//server', () => Promise.resolve(new Response('<html>bad gateway', { status: 502 })));
  await expect(api.db()).rejects.toMatchObject({ status: 502, away: true, message: 'The server cannot answer right now.' });
});

test('a token is sent as it was given', async () => {
  const asked: RequestInit[] = [];
  const api = new Api('//server', (_, init) => {
    asked.push(init ?? {});
    return Promise.resolve(new Response(null, { status: 204 }));
  });
  await api.logout('token');
  expect(asked[0]).toMatchObject({ method: 'POST', credentials: 'omit', headers: { Authorization: 'Bearer token' } });
});

test('a configuration names a host, and nothing else', () => {
  expect(serverOf({ server: '//server.local' })).toBe('//server.local');
  for (const server of ['server.local', 'https://server.local', '//a b', '//a/b', '', null, 7]) {
    expect(() => serverOf({ server })).toThrow('must be "//<host>"');
  }
  expect(() => serverOf(null)).toThrow();
});

test('the configuration is asked for until it is there', async () => {
  const answers = [() => Promise.reject(new TypeError('gone')), () => Promise.resolve(new Response('', { status: 404 })), () => Promise.resolve(Response.json({ server: '//here' }))];
  const slept: number[] = [];
  const sleep = (milliseconds: number): Promise<void> => Promise.resolve(void slept.push(milliseconds));
  expect(await configured(() => answers.shift()?.() ?? Promise.reject(new Error()), sleep)).toBe('//here');
  expect(slept.length).toBe(2);
});

test('a session is kept until it ends, and nonsense is none', () => {
  const held = new Map<string, string>();
  const storage = {
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, text: string) => void held.set(key, text),
    removeItem: (key: string) => void held.delete(key),
  } as Storage;
  const session = { user: { id: '1', name: 'Ann', email: 'a@b' }, token: 't', expiresAt: new Date(1000).toISOString() };
  keep(session, storage);
  expect(kept(storage, 999)).toEqual(session);
  expect(kept(storage, 1001)).toBeNull();
  keep(null, storage);
  expect(kept(storage, 0)).toBeNull();
  storage.setItem('session', '{');
  expect(kept(storage, 0)).toBeNull();
});
