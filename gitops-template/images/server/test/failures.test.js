import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PATIENCE, Unreachable, kindOf, pauseBefore, spoils } from '../src/database/failures.js';

/** @param {Record<string, unknown>} properties */
const error = (properties) => Object.assign(new Error('from the driver'), properties);
/** @param {number} errno */
const answer = (errno) => error({ errno, sqlState: '40001' });

const KINDS = /** @type {const} */ ([
  ['no connection came about', new Unreachable(error({ code: 'ECONNRESET' })), 'unreachable'],
  ['a deadlock, or a failed certification', answer(1213), 'undone'],
  ['the node is not ready', answer(1047), 'undone'],
  ['a lock was waited for too long', answer(1205), 'undone'],
  ['a read-only node', answer(1290), 'undone'],
  ['the node is shutting down', answer(1053), 'lost'],
  ['an error during COMMIT', answer(1180), 'lost'],
  ['the connection was reset', error({ code: 'ECONNRESET', errno: -104, fatal: true }), 'lost'],
  ['the connection was closed', error({ code: 'PROTOCOL_CONNECTION_LOST' }), 'lost'],
  ['a statement took too long', error({ code: 'PROTOCOL_SEQUENCE_TIMEOUT' }), 'lost'],
  ['a connection that is closed already', error({ fatal: true }), 'lost'],
  ['a duplicate', answer(1062), 'answer'],
  ['a syntax error', answer(1064), 'answer'],
  ['a mistake of the program', new TypeError('undefined is not a function'), 'answer'],
  ['something thrown that is no error', 'text', 'answer'],
]);

for (const [name, failure, kind] of KINDS) {
  test(`${name}: ${kind}`, () => assert.equal(kindOf(failure), kind));
}

test('a connection is given back after a deadlock, and not after it died or found its node unready', () => {
  assert.equal(spoils(answer(1213)), false);
  assert.equal(spoils(answer(1062)), false);
  assert.equal(spoils(answer(1047)), true);
  assert.equal(spoils(error({ code: 'ECONNRESET' })), true);
});

const first = { failures: 1, elapsed: 0, repeatable: false };

test('what may have been committed is repeated only when that does no harm', () => {
  assert.equal(pauseBefore('lost', first), null);
  assert.equal(pauseBefore('lost', { ...first, repeatable: true }), 0);
  assert.equal(pauseBefore('lost', { ...first, repeatable: true, failures: 2 }), null);
});

test('what was not committed is tried again, a few times', () => {
  const pauses = [1, 2, 3, 4].map((failures) => pauseBefore('undone', { ...first, failures }));
  assert.deepEqual(pauses, [20, 80, 320, null]);
  assert.equal(pauseBefore('unreachable', first), 100);
  assert.equal(pauseBefore('answer', first), null);
});

test('nothing is tried again when the person has waited long enough', () => {
  assert.equal(pauseBefore('undone', { ...first, elapsed: PATIENCE }), null);
});
