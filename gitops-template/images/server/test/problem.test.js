import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatabaseAway } from '../src/database/failures.js';
import { Problem, problemDocument, problemOf } from '../src/http/problem.js';
import { described } from '../src/log.js';

test('a database that is away is worth another attempt', () => {
  const problem = problemOf(new DatabaseAway(new Error('ECONNREFUSED 10.0.0.1')));
  assert.equal(problem.status, 503);
  assert.deepEqual(problem.headers, { 'Retry-After': '2' });
  assert.doesNotMatch(problem.message, /10\.0\.0\.1/);
});

test('what nobody expected says nothing about the inside', () => {
  const problem = problemOf(new TypeError('cannot read secret of undefined'));
  assert.equal(problem.status, 500);
  assert.doesNotMatch(problem.message, /secret/);
});

for (const [status, type, expected] of /** @type {const} */ ([
  [413, 'entity.too.large', 413],
  [415, 'encoding.unsupported', 415],
  [400, 'entity.parse.failed', 400],
  [400, 'request.aborted', 400],
  [400, undefined, 400],
])) {
  test(`the parser's ${type} is ${expected}`, () => {
    assert.equal(problemOf(Object.assign(new Error('x'), { status, type })).status, expected);
  });
}

test('the document is that of RFC 9457', () => {
  const problem = new Problem(422, 'some fields', { errors: [{ field: 'email', detail: 'is missing' }] });
  assert.deepEqual(problemDocument(problem, '15982ea8-66cc-4136-930f-f9feafd93ef8'), {
    type: 'about:blank',
    title: 'Unprocessable Entity',
    status: 422,
    detail: 'some fields',
    instance: 'urn:uuid:15982ea8-66cc-4136-930f-f9feafd93ef8',
    errors: [{ field: 'email', detail: 'is missing' }],
  });
});

test('the log has no values of the database, and no statement', () => {
  const error = Object.assign(new Error("Duplicate entry 'ann@example.com'"), {
    errno: 1062, code: 'ER_DUP_ENTRY', sqlState: '23000', sql: 'INSERT', sqlMessage: 'ann@example.com',
  });
  const text = JSON.stringify(described(new DatabaseAway(error)));
  assert.match(text, /ER_DUP_ENTRY/);
  assert.doesNotMatch(text, /ann@|INSERT/);
});
