import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MIGRATIONS, missing } from '../src/database/migrations.js';

test('only what is missing, in order', () => {
  const known = [3, 1, 2].map((version) => ({ version, statements: [] }));
  assert.deepEqual(
    missing(known, new Set([2, 9])).map(({ version }) => version),
    [1, 3],
  );
});

test('every statement may run twice', () => {
  for (const { statements } of MIGRATIONS) {
    for (const statement of statements) assert.match(statement, /^(CREATE TABLE|DROP TABLE) IF (NOT )?EXISTS/);
  }
});

test('every table is what Galera replicates: InnoDB with a primary key', () => {
  for (const statement of MIGRATIONS.flatMap(({ statements }) => statements)) {
    assert.match(statement, /PRIMARY KEY/);
    assert.match(statement, /ENGINE=InnoDB/);
  }
});

test('versions are given once', () => {
  const versions = MIGRATIONS.map(({ version }) => version);
  assert.deepEqual(versions, [...new Set(versions)].toSorted((one, other) => one - other));
});
