import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Database } from '../src/database/database.js';
import { DatabaseAway, Unreachable } from '../src/database/failures.js';
import { createMetrics } from '../src/metrics.js';
import { fakePools } from './fake-pools.js';

const lost = Object.assign(new Error('gone'), { code: 'ECONNRESET', fatal: true });
const deadlock = Object.assign(new Error('deadlock'), { errno: 1213, sqlState: '40001' });
const duplicate = Object.assign(new Error('duplicate'), { errno: 1062, sqlState: '23000' });

/** @param {import('./fake-pools.js').FakePools} pools */
const database = (pools) => new Database(pools, 1000, createMetrics());
/** @param {import('../src/database/database.js').Session} session */
const insert = (session) => session.change('INSERT');

test('a read whose connection died is tried once again, on another connection', async () => {
  const pools = fakePools((_, nth) => (nth === 1 ? lost : [{ one: 1 }]));
  assert.deepEqual(await database(pools).read((session) => session.rows('SELECT')), [{ one: 1 }]);
  assert.deepEqual(pools.sent, ['SELECT', 'discard', 'SELECT', 'release']);
});

test('a read that dies twice is given up', async () => {
  const pools = fakePools(() => lost);
  await assert.rejects(database(pools).read((session) => session.rows('SELECT')), DatabaseAway);
  assert.deepEqual(pools.sent, ['SELECT', 'discard', 'SELECT', 'discard']);
});

test('a transaction that was rolled back by the database is done anew from its start', async () => {
  const pools = fakePools((_, nth) => (nth === 3 ? deadlock : { affectedRows: 1 }));
  assert.equal(await database(pools).write(insert, { repeatable: false }), 1);
  const attempt = ['START TRANSACTION', 'INSERT', 'COMMIT'];
  assert.deepEqual(pools.sent, [...attempt, 'ROLLBACK', 'release', ...attempt, 'release']);
});

test('a commit whose answer was lost is not repeated, unless that does no harm', async () => {
  const dies = () => fakePools((_, nth) => (nth === 3 ? lost : { affectedRows: 1 }));
  const once = dies();
  await assert.rejects(database(once).write(insert, { repeatable: false }), DatabaseAway);
  assert.deepEqual(once.sent, ['START TRANSACTION', 'INSERT', 'COMMIT', 'discard']);
  const twice = dies();
  assert.equal(await database(twice).write(insert, { repeatable: true }), 1);
  assert.equal(twice.sent.filter((sql) => sql === 'COMMIT').length, 2);
});

test("the database's own answers are the caller's", async () => {
  const pools = fakePools((sql) => (sql === 'INSERT' ? duplicate : { affectedRows: 0 }));
  await assert.rejects(database(pools).write(insert, { repeatable: true }), duplicate);
  assert.deepEqual(pools.sent, ['START TRANSACTION', 'INSERT', 'ROLLBACK', 'release']);
});

test('nothing was sent where no connection came about, so writes are tried again too', async () => {
  const pools = fakePools(
    () => ({ affectedRows: 1 }),
    (nth) => (nth < 3 ? new Unreachable(lost) : null),
  );
  assert.equal(await database(pools).write(insert, { repeatable: false }), 1);
});

test('retries and failures are counted by their reason', async () => {
  const metrics = createMetrics();
  await assert.rejects(new Database(fakePools(() => lost), 1000, metrics).read((session) => session.rows('SELECT')));
  const text = await metrics.registry.metrics();
  assert.match(text, /^database_retries_total{reason="lost"} 1$/m);
  assert.match(text, /^database_failures_total{reason="lost"} 1$/m);
  assert.match(text, /^database_connections_in_use 0$/m);
});
