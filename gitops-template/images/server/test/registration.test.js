import assert from 'node:assert/strict';
import { test } from 'node:test';
import { register } from '../src/accounts/registration.js';
import { newSession } from '../src/accounts/sessions.js';
import { Database } from '../src/database/database.js';
import { createMetrics } from '../src/metrics.js';
import { fakePools } from './fake-pools.js';

const account = { id: 'ours', email: 'ann@example.com', name: 'Ann', passwordHash: 'hash' };
const duplicate = Object.assign(new Error('duplicate'), { errno: 1062, sqlState: '23000' });
const lost = Object.assign(new Error('gone'), { code: 'ECONNRESET', fatal: true });

/** @param {string} id of the account that is in the table when the transaction is sent again */
function losingTheAnswer(id) {
  let commits = 0;
  return fakePools((sql) => {
    if (sql === 'COMMIT') commits += 1;
    if (sql === 'COMMIT' && commits === 1) return lost;
    if (sql.startsWith('INSERT INTO users') && commits === 1) return duplicate;
    if (sql.startsWith('SELECT')) return [{ id, email: account.email, name: account.name, password_hash: 'hash' }];
    return { affectedRows: 1 };
  });
}

test('a registration whose commit was answered by silence is found, and is not doubled', async () => {
  const pools = losingTheAnswer('ours');
  const found = await register(new Database(pools, 1000, createMetrics()), account, newSession(1000), 'pod');
  assert.deepEqual(found, account);
  assert.equal(pools.sent.filter((sql) => sql.startsWith('INSERT INTO sessions')).length, 1);
});

test('an address that somebody else took meanwhile is theirs', async () => {
  const pools = losingTheAnswer('theirs');
  const found = await register(new Database(pools, 1000, createMetrics()), account, newSession(1000), 'pod');
  assert.equal(found.id, 'theirs');
});
